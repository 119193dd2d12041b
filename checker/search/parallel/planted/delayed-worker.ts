/** For tests: a thread that dawdles whenever it takes states, for a time that chance decides. */
import { parentPort } from 'node:worker_threads'
import { Explorer, type Invitation } from '../../../engine/wasm/explorer.ts'

const MOST_MILLISECONDS = 0.5

class Dawdler extends Explorer {
  protected override take(): boolean {
    const until = performance.now() + (Math.random() < 0.3 ? MOST_MILLISECONDS * Math.random() : 0)
    while (performance.now() < until);
    return super.take()
  }
}

parentPort?.on('message', (invitation: Invitation) => new Dawdler(invitation).serve())
