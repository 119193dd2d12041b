/** What the sources say about names, and what of it stands behind a trace. */
import { expect, test } from 'vitest'
import { lateMachine, LATE, properties } from '../trace/late-check.ts'
import { explain } from '../trace/explain.ts'
import { replay } from '../trace/schedule.ts'
import { legendLines, claimLines, legendOf } from './legend.ts'
import { claimInWords, commentOn, commentsIn, firstSentence } from './source-comments.ts'

const SOURCE = `
/** A state. */
const state = () => ({
  /** Memory that is free. More of this is never read. */
  free: bool,
  killer: singleton({
    /** What it saw. */
    saw: bool,
  }),
})
const early = steps('killer', {
  /** It looks early. */
  look: (s, me) => void (me.saw = true),
})
const late = steps('killer', {
  /** It looks late. */
  look: (s, me) =>
    void (me.saw = s.free),
  /** Once it is too late, it kills. */
  kill: (s) => void (s.killed = true),
})
export const claims = [
  /**
   * Nobody dies
   * in vain.
   *
   * Not for readers in a hurry.
   */
  always('NobodyIsKilled', (s) => !s.killed),
]
`

test('a comment is found by the name behind it', () => {
  const comments = commentsIn([SOURCE])
  expect(commentOn(comments, 'saw')).toBe('What it saw.')
  expect(commentOn(comments, 'gone')).toBeUndefined()
  expect(claimInWords(comments, 'NobodyIsKilled')).toBe('Nobody dies in vain.')
  expect(firstSentence(commentOn(comments, 'free') ?? '')).toBe('Memory that is free.')
})

test('of two of the same name it is the one in front of the recipe that runs, and none where that is not known', () => {
  const comments = commentsIn([SOURCE])
  expect(commentOn(comments, 'look', ['(s, me) => void (me.saw = s.free)'])).toBe('It looks late.')
  expect(commentOn(comments, 'look', ['(s, me) => void (me.saw = true)'])).toBe('It looks early.')
  expect(commentOn(comments, 'look')).toBeUndefined()
  expect(commentOn(comments, 'look', ['(s) => {}'])).toBeUndefined()
})

test('behind a trace stands what it names', () => {
  const machine = lateMachine()
  const explanation = explain(machine, 'NobodyIsKilled', properties, replay(machine, LATE))
  const story = 'look sees free=false, killed=true'
  const legend = legendOf(
    machine.layout,
    commentsIn([SOURCE]),
    { property: 'NobodyIsKilled', explanation },
    [['cpus = 1', 'CPUs']],
    story,
  )
  expect(claimLines(legend, 'NobodyIsKilled', 72)).toEqual(['NobodyIsKilled: Nobody dies in vain.', ''])
  expect(legendLines(legend, 72)).toEqual([
    '',
    'Where',
    '  cpus = 1  CPUs',
    '',
    'Steps',
    '  look  It looks late.',
    '  kill  Once it is too late, it kills.',
    '',
    'Fields',
    '  free  Memory that is free.',
  ])
})
