/**
 * Bench model: four CPUs that count in slots of their own and carry to a counter per pair of CPUs, and from there to a root.
 *
 * The twin of promela/counter.pml, step by step; that file describes the protocol in words.
 */
import { array, family, holds, language, propertiesOf, protocol, range, spec, upTo } from '../language/index.ts'

const CPUS = 4
const BATCH = 2
const MID_BATCH = 4

const state = ({ adds }: { adds: number }) => ({
  root: range(-CPUS * adds, CPUS * adds),
  mid: array(CPUS / 2, range(-6, 6)),
  cpu: family(CPUS, { adds_left: upTo(adds), slot: range(-BATCH, BATCH), carry: range(-6, 6) }),
})

const { program } = language<typeof state>()

const cpu = program(
  'cpu',
  {
    add: {
      when: (_s, me) => me.adds_left > 0,
      do: (_s, me, pick) => {
        me.adds_left--
        me.slot += pick([1, -1])
        return Math.abs(me.slot) >= BATCH ? 'take_slot_carry' : 'add'
      },
    },
    take_slot_carry: (_s, me) => {
      me.carry = me.slot
      me.slot = 0
    },
    add_mid: (s, me) => {
      const m = Math.floor(s.cpu.indexOf(me) / 2)
      s.mid[m] += me.carry
      me.carry = 0
      return Math.abs(s.mid[m]) >= MID_BATCH ? 'take_mid_carry' : 'add'
    },
    take_mid_carry: (s, me) => {
      const m = Math.floor(s.cpu.indexOf(me) / 2)
      if (s.mid[m] === 0) return 'add'
      me.carry = s.mid[m]
      s.mid[m] = 0
      return
    },
    add_root: (s, me) => {
      s.root += me.carry
      me.carry = 0
    },
  },
  { loop: true },
)

export const counter = protocol({
  name: 'bench-counter',
  bounds: { adds: { min: 1, max: 8 } },
  state,
  init:
    ({ adds }) =>
    (s) => {
      for (const each of s.cpu) each.adds_left = adds
    },
  programs: () => [cpu],
  done: () => (s, at) => s.cpu.every((each) => at(each, 'add') && each.adds_left === 0),
})

const { always } = propertiesOf(counter)

export default spec(counter, {
  properties: [always('MidStaysWithinBatch', (s) => [...s.mid].every((mid) => Math.abs(mid) <= MID_BATCH + BATCH))],
  rows: [
    {
      bounds: { adds: 2 },
      expect: { MidStaysWithinBatch: holds },
      states: 10_812,
      why: 'One carry of each CPU of the pair.',
    },
    {
      bounds: { adds: 3 },
      expect: { MidStaysWithinBatch: holds },
      states: 59_212,
      why: 'One carry of each CPU of the pair.',
    },
    {
      bounds: { adds: 5 },
      expect: { MidStaysWithinBatch: holds },
      states: 4_484_929,
      why: 'One carry of each CPU of the pair.',
      full: true,
    },
  ],
})
