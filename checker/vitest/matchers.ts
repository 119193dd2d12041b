/**
 * Matchers for vitest. Importing this file adds them:
 *
 *     await expect({ protocol, variant, bounds, property }).toHold()
 *
 * What could not be decided fails a matcher and its `.not` alike, and so does a question that the property does not
 * answer: neither says anything about the protocol.
 */
import { expect } from 'vitest'
import { Machine } from '../engine/machine.ts'
import { traceLines } from '../report/trace.ts'
import { resultInWords } from '../report/words.ts'
import type { Result, Verdict } from '../search/verdict.ts'
import { confirm } from '../trace/confirm.ts'
import type { Shown } from '../trace/counterexample.ts'
import { replay, ReplayError, type Schedule } from '../trace/schedule.ts'
import { decideClaim, resolve, type Claim, type Resolved } from './claim.ts'
import { checkEnd, checkLength, checkSchedule } from './given.ts'

/** The number of steps of a shortest schedule, if it matters. */
export interface Length {
  readonly steps?: number
}

/** A claim with the schedule that should show it: of a saved counterexample, for example. */
export type Replayed = Claim & {
  readonly schedule: Schedule
  /** What its end shows; `violated` if nothing is said. */
  readonly shows?: Shown
  /** Of a lasso: the number of steps before those that go round for ever. */
  readonly loop?: number
}

declare module 'vitest' {
  // The parameters must be those of the interface that is added to.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** Every behaviour satisfies the property. */
    toHold: () => Promise<void>
    /** Some behaviour violates the property, the shortest one in so many steps. */
    toBeViolatedBy: (length?: Length) => Promise<void>
    /** Some behaviour gets to where the `reachable` property is true, the shortest one in so many steps. */
    toReach: (length?: Length) => Promise<void>
    /** The schedule can be taken, and its end shows what it should. */
    toReplay: () => Promise<void>
  }
}

const shown = (result: Result, { layout }: Resolved): string =>
  'trace' in result
    ? `\n${traceLines(result.trace, layout, undefined, 'loop' in result ? result.loop.from : undefined).join('\n')}`
    : ''

/** What was found, in words, and the schedule that shows it. */
const found = ({ result }: Verdict, resolved: Resolved): string =>
  `${resolved.title}: ${resultInWords(result)}${shown(result, resolved)}`

const isOfLength = (result: Result, { steps }: Length): boolean =>
  steps === undefined || ('steps' in result && result.steps === steps)

const lengthInWords = ({ steps }: Length): string =>
  steps === undefined ? '' : ` in ${steps} ${steps === 1 ? 'step' : 'steps'}`

type Answer = 'holds' | 'violated' | 'reachable'
/** The results among which each answer is one. */
const ALTERNATIVES: Readonly<Record<Answer, readonly Result['is'][]>> = {
  holds: ['holds', 'violated'],
  violated: ['holds', 'violated'],
  reachable: ['reachable', 'unreachable'],
}

const QUESTIONS: Readonly<Record<Answer, string>> = {
  holds: 'holds',
  violated: 'is violated',
  reachable: 'is reachable',
}

interface Matched {
  readonly pass: boolean
  readonly message: () => string
}

async function match(claim: Claim, answer: Answer, length: Length): Promise<Matched> {
  checkLength(length)
  const resolved = resolve(claim)
  const verdict = await decideClaim(claim, resolved)
  const { result, because } = verdict
  if (result.is === 'inconclusive')
    throw new Error(`${resolved.title}: inconclusive (${because ?? 'nobody knows why'})`)
  if (!ALTERNATIVES[answer].includes(result.is))
    throw new Error(
      `${resolved.title}: ${resultInWords(result)}, which is no answer to whether it ${QUESTIONS[answer]}: of a property of this kind nobody can ask that.`,
    )
  const pass = result.is === answer && isOfLength(result, length)
  const message = (): string =>
    `${found(verdict, resolved)}\nexpected: ${pass ? 'not ' : ''}${answer}${lengthInWords(length)}`
  return { pass, message }
}

function matchReplay(claim: Replayed): Matched {
  const resolved = resolve(claim)
  const machine = new Machine(resolved.layout)
  const { schedule, shows = { result: 'violated' } as const, loop, fairness = {} } = claim
  checkSchedule(resolved.layout, schedule)
  checkEnd(resolved, shows, loop, schedule.steps.length)
  try {
    const trace = replay(machine, schedule)
    const lasso = { ...shows, fairness, ...(loop === undefined ? {} : { loop }) }
    const { is, because } = confirm(machine, resolved.name, resolved.properties, lasso, trace)
    if (is === 'unknown')
      throw new Error(`${resolved.title}: too many states lie behind the end of the schedule to say what it shows.`)
    const lines = traceLines(trace, resolved.layout, undefined, loop).join('\n')
    const reason = because === undefined ? '' : ` (${because})`
    return {
      pass: is === 'yes',
      message: () =>
        `${resolved.title}: the end of the schedule shows ${is === 'yes' ? `that it is ${shows.result}${reason}` : `nothing like that it is ${shows.result}`}\n${lines}`,
    }
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error
    return { pass: false, message: () => `${resolved.title}: ${error.message}` }
  }
}

expect.extend({
  toHold: (claim: Claim) => match(claim, 'holds', {}),
  toBeViolatedBy: (claim: Claim, length: Length = {}) => match(claim, 'violated', length),
  toReach: (claim: Claim, length: Length = {}) => match(claim, 'reachable', length),
  toReplay: (claim: Replayed) => Promise.resolve().then(() => matchReplay(claim)),
})
