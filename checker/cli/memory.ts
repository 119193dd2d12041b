/** Memory between two searches. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/**
 * Gives back what the last search held. The budget is in bytes of the whole process, and the memories of a search are
 * few and large: the collector would see no reason to hurry, and the next search would find its budget used up.
 */
export async function releaseMemory(): Promise<void> {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
  // Some of it is let go of only in the next turn, and by the next collection.
  await new Promise((resolve) => setImmediate(resolve))
  collect()
}
