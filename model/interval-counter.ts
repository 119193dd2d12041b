/**
 * A counter that is exact, beside an approximation that is off by something between two bounds: a specification, and
 * nothing about how. Made to be refined by percpu-counter-tree.
 *
 * `add` changes the value and may move the approximation with it; `settle` moves the approximation alone.
 */
import { language, protocol, range, singleton } from '../checker/language/index.ts'

interface Bounds {
  readonly below: number
  readonly above: number
  readonly width: number
}

const state = ({ below, above, width }: Bounds) => ({
  value: range(-(2 ** (width - 1)), 2 ** (width - 1) - 1, 'wrap'),
  /** The value less its approximation. No step leaves the interval; what a mapping puts outside stays outside. */
  error: range(-below - 1, above + 1, 'saturate'),
  user: singleton({}),
})

const { program } = language<typeof state>()

export const intervalCounter = protocol({
  name: 'interval-counter',
  bounds: {
    below: { min: 0, max: 1_000_000, doc: 'how far the approximation may be above the value' },
    above: { min: 0, max: 1_000_000, doc: 'and below it' },
    increment: { min: 1, max: 64, doc: 'the larger of the two increments, of both signs; the other one is 1' },
    width: { min: 2, max: 12, doc: 'bits of the value, which wraps around' },
  },
  ingredients: { settles: { doc: 'the approximation may move while nobody adds' } },
  state,
  programs: ({ below, above, increment, settles }) => {
    const errors = Array.from({ length: below + above + 1 }, (_, i) => i - below)
    return [
      program(
        'user',
        {
          add: {
            either: {
              add: (s, _me, pick) => {
                s.value += pick([...new Set([1, -1, increment, -increment])])
                s.error = pick(errors)
              },
              settle: {
                when: () => settles,
                do: (s, _me, pick) => {
                  s.error = pick(errors)
                },
              },
            },
          },
        },
        { loop: true },
      ),
    ]
  },
})
