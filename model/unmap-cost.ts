/**
 * What two walks on one address space cost, in ticks: until the memory is released, and for both CPUs together (C4).
 *
 * Source: the figures that Zhongjinji reported in August 2025 for the OOM reaper beside exit_mmap(), on Android and arm64: for
 * both threads together 151.2 ms in the same direction, 107.2 ms in opposite ones, 106.0 ms for exit alone.
 *
 * This is a model of cost, not of the code: costs are made up, and the same for every VMA. What it can decide is which of the
 * reported proportions follow from the order of the walks alone, and for which costs. Whoever is the first to come to a VMA
 * holds the lock of its page table for `held` ticks, and spends `outside` ticks on freeing what it gathered, without the lock;
 * whoever is second holds it for `empty` ticks, and spends none outside. A walker that finds the lock held spins until it
 * is free, and its CPU can do nothing else. The one that comes later, exit or reaper, comes `late` ticks later.
 *
 * Kept: the order of the walks, a lock for each VMA, that nobody waits for anything else. What is done at the same tick is
 * done in any order, so that it is open who gets a lock for which both come at once.
 *
 * Dropped: VMAs of different sizes, or that share a page of the page table (see pte-lock-contention); memory bandwidth and
 * cache lines, for which two CPUs compete however they walk, and so do the lock of the zone and the LRU; the time until the
 * reaper is woken. All of that costs time in both directions, and is not in the proportions here.
 *
 * With `anyCosts` each cost is any up to its bound, and it is open who is late.
 */
import { array, bool, family, language, protocol, singleton, struct, upTo, type Member, type StateView } from '../checker/language/index.ts' // prettier-ignore

interface Setup {
  readonly variant: string
  readonly vmas: number
  readonly held: number
  readonly outside: number
  readonly empty: number
  readonly late: number
  readonly anyCosts: boolean
}

/** No walk is over later than that: as if each VMA were unmapped twice, one walk after the other. */
const mostTicks = ({ vmas, held, outside, empty, late }: Setup): number => vmas * (held + outside + empty + held) + late

const state = (setup: Setup) => {
  const { vmas, held, outside, empty, late } = setup
  return {
    /** In ticks; held is at least 1. */
    cost: struct({ held: upTo(held), outside: upTo(outside), empty: upTo(empty) }),
    /** By VMA from the lowest address up: are there pages, and is the lock of its page table held? */
    vma: array(vmas, struct({ full: bool, ptl: bool })),
    /** walker0 is exit_mmap(), walker1 the reaper. */
    walker: family(2, {
      backwards: bool,
      /** VMAs that it is through with. */
      through: upTo(vmas),
      /** Ticks until it has done what it is doing. */
      busy: upTo(Math.max(held, outside, empty, late)),
      /** Ticks that it will spend outside the lock. */
      then: upTo(outside),
      spins: bool,
      /** Has it come? */
      walks: bool,
    }),
    clock: singleton({}),
  }
}
const history = (setup: Setup) => ({
  /** Ticks that passed; those that CPUs spent on the walks, and of these the ones spent on spinning. */
  passed: upTo(mostTicks(setup)),
  spent: upTo(2 * mostTicks(setup)),
  spun: upTo(2 * mostTicks(setup)),
})

const { program } = language<typeof state, typeof history>()
type State = StateView<ReturnType<typeof state>>
type Walker = Member<ReturnType<typeof state>, 'walker'>

/** The VMA at which a walker is. */
export const present = (s: State, { backwards, through }: Readonly<Walker>): State['vma'][number] =>
  s.vma[backwards ? s.vma.length - 1 - through : through]

/** Both walks are over, so that exit_mmap() gets mmap_lock for writing, and goes on. */
export const isReleased = (s: State): boolean => s.walker.every(({ through }) => through === s.vma.length)

function take(s: State, me: Walker): 'zap_pte_range' {
  const vma = present(s, me)
  vma.ptl = true
  me.spins = false
  me.busy = vma.full ? s.cost.held : s.cost.empty
  me.then = vma.full ? s.cost.outside : 0
  return 'zap_pte_range'
}

const walker = program('walker', {
  begin: {
    urgent: true,
    when: (s, me) => me.busy === 0 && me.through < s.vma.length,
    do: (_s, me) => {
      me.walks = true
    },
  },
  pte_offset_map_lock: {
    either: {
      free: { urgent: true, when: (s, me) => !present(s, me).ptl, do: take },
      held: {
        urgent: true,
        when: (s, me) => present(s, me).ptl,
        do: (_s, me) => {
          me.spins = true
        },
      },
    },
  },
  queued_spin_lock_slowpath: { urgent: true, when: (s, me) => !present(s, me).ptl, do: take },
  /** All entries are cleared, and the lock is let go. */
  zap_pte_range: {
    urgent: true,
    when: (_s, me) => me.busy === 0,
    do: (s, me) => {
      const vma = present(s, me)
      vma.full = vma.ptl = false
      me.busy = me.then
    },
  },
  /** What was gathered is flushed and freed. */
  tlb_finish_mmu: {
    urgent: true,
    when: (_s, me) => me.busy === 0,
    do: (s, me) => {
      me.through++
      if (me.through < s.vma.length) return 'pte_offset_map_lock'
      me.walks = false
      return 'done'
    },
  },
})

const clock = program(
  'clock',
  {
    tick: {
      when: (s) => !isReleased(s),
      do: (s) => {
        for (const each of s.walker) if (each.busy > 0) each.busy--
      },
      note: (h, s, _me, before) => {
        h.passed++
        h.spent += before(() => s.walker.count(({ walks }) => walks))
        h.spun += before(() => s.walker.count(({ spins }) => spins))
      },
    },
  },
  { loop: true, role: 'time' },
)

const upToAll = (least: number, most: number): number[] => Array.from({ length: most - least + 1 }, (_, i) => least + i)

export const unmapCost = protocol({
  name: 'unmap-cost',
  source: 'Zhongjinji, August 2025: time of exit and reaper, and of both',
  variants: ['same-direction', 'opposite-direction', 'no-reaper'],
  bounds: {
    vmas: { min: 1, max: 16, doc: 'VMAs, of the same size' },
    held: { min: 1, max: 16, doc: 'ticks for which the first to come to a VMA holds the lock' },
    outside: { min: 0, max: 16, doc: 'ticks that it then spends without the lock' },
    empty: { min: 0, max: 4, doc: 'ticks for which the second one holds the lock' },
    late: { min: 0, max: 16, doc: 'ticks by which the reaper is late' },
  },
  ingredients: { anyCosts: { doc: 'costs are any up to their bounds, and exit may be late instead' } },
  state,
  history,
  init: (setup: Setup) => (s, pick) => {
    const { anyCosts, held, outside, empty, late } = setup
    const any = (least: number, most: number): number => (anyCosts ? pick(upToAll(least, most)) : most)
    s.cost.held = any(1, held)
    s.cost.outside = any(0, outside)
    s.cost.empty = any(0, empty)
    for (const vma of s.vma) vma.full = true
    const [exit, reaper] = s.walker
    reaper.backwards = setup.variant === 'opposite-direction'
    if (setup.variant === 'no-reaper') reaper.through = setup.vmas
    else if (anyCosts && pick([false, true])) exit.busy = any(0, late)
    else reaper.busy = any(0, late)
  },
  programs: () => [walker, clock],
  /** A reaper that is not there has not begun. */
  done: () => isReleased,
})
