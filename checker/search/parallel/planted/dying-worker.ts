/** For tests: a thread that ends in the middle of the work. */
import { parentPort } from 'node:worker_threads'
import { Explorer, type Invitation } from '../../../engine/wasm/explorer.ts'

class Mortal extends Explorer {
  #taken = 0
  protected override take(): boolean {
    if (++this.#taken === 5) process.exit(7)
    return super.take()
  }
}

parentPort?.on('message', (invitation: Invitation) => new Mortal(invitation).serve())
