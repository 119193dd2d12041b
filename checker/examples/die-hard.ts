/**
 * Two jugs without marks, 3 and 5 litres: measure 4 litres.
 *
 * Source: the puzzle of the film Die Hard 3, as specified in DieHard.tla (tlaplus/Examples, Leslie Lamport); 6 steps.
 * States for jugs of 3 and 5: 16, as TLC counts. After every action one jug is empty or full, so the states lie on the
 * border of a 4 × 6 grid, which has 2·4 + 2·6 − 4 = 16 points; since 3 and 5 have no common divisor, all are reached.
 * Every action is possible in every state, so there are 6 · 16 = 96 transitions, many of which change nothing.
 * With jugs of 3 and 6 every amount is a multiple of 3: 2 · 3 = 6 states, and 4 litres are out of reach.
 */
import {
  language,
  maximum,
  propertiesOf,
  protocol,
  reachable,
  singleton,
  spec,
  unreachable,
  upTo,
} from '../language/index.ts'

interface Jugs {
  readonly small: number
  readonly big: number
}

const state = ({ small, big }: Jugs) => ({ small: upTo(small), big: upTo(big), hero: singleton({}) })

const { program } = language<typeof state>()

const hero = ({ small, big }: Jugs) =>
  program(
    'hero',
    {
      pour: {
        either: {
          fill_small: (s) => {
            s.small = small
          },
          fill_big: (s) => {
            s.big = big
          },
          empty_small: (s) => {
            s.small = 0
          },
          empty_big: (s) => {
            s.big = 0
          },
          small_to_big: (s) => {
            const poured = Math.min(s.small, big - s.big)
            s.small -= poured
            s.big += poured
          },
          big_to_small: (s) => {
            const poured = Math.min(s.big, small - s.small)
            s.big -= poured
            s.small += poured
          },
        },
      },
    },
    { loop: true },
  )

export const dieHard = protocol({
  name: 'die-hard',
  source: 'Leslie Lamport, DieHard.tla, tlaplus/Examples',
  bounds: { small: { min: 1, max: 10, doc: 'litres' }, big: { min: 1, max: 10, doc: 'litres' } },
  state,
  programs: (config) => [hero(config)],
})

const properties = propertiesOf(dieHard)

export default spec(dieHard, {
  properties: [
    properties.reachable('FourLitres', (s) => s.big === 4),
    properties.maximum('MostWater', (s) => s.small + s.big),
  ],
  rows: [
    {
      bounds: { small: 3, big: 5 },
      expect: { FourLitres: reachable(6), MostWater: maximum(8) },
      states: 16,
      why: 'Fill big, pour, empty small, pour the remaining 2, fill big, pour 1: 4 remain.',
    },
    {
      bounds: { small: 3, big: 6 },
      expect: { FourLitres: unreachable, MostWater: maximum(9) },
      states: 6,
      why: 'Sums and differences of 3 and 6 are multiples of 3.',
    },
  ],
})
