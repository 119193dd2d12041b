/** The toys, small to large. */
import type { Spec } from '../language/index.ts'
import boundedQueue from './bounded-queue.ts'
import delayedWork from './delayed-work.ts'
import dieHard from './die-hard.ts'
import diningPhilosophers from './dining-philosophers.ts'
import increment from './increment.ts'
import mutex from './mutex.ts'
import peterson from './peterson.ts'
import spinning from './spinning.ts'
import twoPhaseCommit from './two-phase-commit.ts'

const specs: readonly Spec[] = [
  increment,
  spinning,
  delayedWork,
  dieHard,
  mutex,
  peterson,
  boundedQueue,
  diningPhilosophers,
  twoPhaseCommit,
]

export default specs
