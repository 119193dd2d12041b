/** For tests: a thread that throws in the middle of the work. */
import { parentPort } from 'node:worker_threads'
import { Explorer, type Invitation } from '../../../engine/wasm/explorer.ts'

class Failing extends Explorer {
  #taken = 0
  protected override take(): boolean {
    if (++this.#taken === 5) throw new Error('a wheel came off')
    return super.take()
  }
}

parentPort?.on('message', (invitation: Invitation) => new Failing(invitation).serve())
