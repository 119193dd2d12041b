/** What a thread of a search runs: an explorer for every crew that it is invited to, until that is dismissed. */
import { parentPort } from 'node:worker_threads'
import { Explorer, type Invitation } from '../../engine/wasm/explorer.ts'

parentPort?.on('message', (invitation: Invitation) => new Explorer(invitation).serve())
