/** For tests: a thread that does nothing but insert states into a shared set, when all others are ready to do the same. */
import { parentPort } from 'node:worker_threads'
import { Explorer, type Batch, type Invitation } from '../../../engine/wasm/explorer.ts'

/** What it is sent: its number, the batches, and a word that becomes 1 when it is time. */
export interface Insertion {
  readonly invitation: Invitation
  readonly number: number
  readonly batches: readonly Batch[]
  readonly start: Int32Array
}

parentPort?.on('message', ({ invitation, number, batches, start }: Insertion) => {
  const explorer = new Explorer(invitation)
  explorer.join(number)
  explorer.begin()
  parentPort?.postMessage('ready')
  while (Atomics.load(start, 0) === 0);
  for (const batch of batches) explorer.insert(batch)
  explorer.arrive()
  parentPort?.postMessage('done')
})
