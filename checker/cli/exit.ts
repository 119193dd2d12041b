/** Exit codes. */
import type { Outcome } from '../report/record.ts'

export const EXIT = { asExpected: 0, differs: 1, usage: 2, inconclusive: 3, internal: 4, interrupted: 130 } as const

/** Which one counts when there are several: the first of these. */
const ORDER: readonly number[] = [EXIT.internal, EXIT.interrupted, EXIT.differs, EXIT.inconclusive]

function codesOf(outcome: Outcome): number[] {
  if (outcome.is === 'failed') return [EXIT.internal]
  const judgements = outcome.verdicts.map(({ judgement }) => judgement)
  return [
    ...(outcome.statesDiffer || judgements.includes('differs') || judgements.includes('bad') ? [EXIT.differs] : []),
    ...(judgements.includes('inconclusive') ? [EXIT.inconclusive] : []),
  ]
}

export function exitOf(outcomes: readonly Outcome[], interrupted: boolean): number {
  const codes = outcomes.flatMap(codesOf)
  if (interrupted) codes.push(EXIT.interrupted)
  return ORDER.find((code) => codes.includes(code)) ?? EXIT.asExpected
}
