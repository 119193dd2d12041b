/** C5: whether a walk comes to every VMA once; whether the tree is in order; and what the reaper leaves alone. */
import { propertiesOf, spec } from '../checker/language/index.ts'
import { vmaTree } from '../model/vma-tree.ts'
import type { State } from '../model/vma-tree/state.ts'
import { bookkeeping, callkeeping, kindAt, KEPT_BY_CALLS } from './vma-tree/bookkeeping.ts'
import { rows } from './vma-tree/rows.ts'
import { survives } from './vma-tree/mutants.ts'

const { always, maximum: largest, reachable: some } = propertiesOf(vmaTree)

/** What the OOM reaper may unmap: nobody else can see what becomes of it, and it is ordinary memory. */
const ITS_OWN: ReadonlySet<string> = new Set(['anonymous', 'file', 'mlocked'])

const ordered = (s: State): boolean => {
  let end = 0
  for (const [i, { vm_start, vm_end }] of [...s.vma].entries()) {
    if (i >= s.map_count) {
      if (vm_end !== 0) return false
      continue
    }
    if (vm_start < end || vm_end <= vm_start) return false
    end = vm_end
  }
  return true
}

/** Do all slots pass? */
const everySlot = (s: State, test: (index: number) => boolean): boolean => {
  for (let i = 0; i < s.page.length; i++) if (!test(i)) return false
  return true
}

export default spec(vmaTree, {
  locks: ['read', 'written'],
  properties: [
    ...bookkeeping,
    ...callkeeping,
    /** In every step VMAs are ranges in order, none of which overlaps another, and there are as many as map_count says. */
    always('VmasAreOrdered', (s) => ordered(s)),
    /** Between calls there is mapped what the calls asked for. */
    always('EveryCallDoesWhatItSays', (s, { h }) => everySlot(s, (i) => kindAt(s, i) === h.asked[i]), {
      given: (s) => s.thread[0].calls && !s.written,
    }),
    /** Every VMA is visited once: whoever relies on the walk would otherwise leave memory behind, or look twice. */
    always(
      'EveryVmaIsVisitedOnce',
      (s, { h }) => {
        for (let i = 0; i < s.map_count; i++) if (h.visits[i] !== 1) return false
        return true
      },
      { given: (s, { at }) => at(s.walker[0], 'mmap_read_unlock') },
    ),
    /** What is shared, and what is no ordinary memory, keeps its pages. */
    always(
      'ReaperLeavesOthersAlone',
      (s) => everySlot(s, (i) => s.page[i] || ITS_OWN.has(kindAt(s, i) ?? 'anonymous')),
      {
        given: (s) => !s.written,
      },
    ),
    /** And no memory of its own stays behind. */
    always('ReaperReapsAllItMay', (s) => everySlot(s, (i) => !s.page[i] || !ITS_OWN.has(kindAt(s, i) ?? 'shared')), {
      given: (s, { at }) => at(s.walker[0], 'mmap_read_unlock'),
    }),
    /** Until somebody reaps, pages are mapped where VMAs are, and nowhere else. */
    always('PagesAreWhereVmasAre', (s) => everySlot(s, (i) => s.page[i] === (kindAt(s, i) !== null)), {
      given: (s, { at }) => !s.written && at(s.walker[0], 'mmap_read_lock'),
    }),
    largest('MostVmas', (s) => s.map_count),
    /** A walk that has something to go over: a hole, and VMAs next to each other. */
    some(
      'WalkMeetsHole',
      (s, { at }) => at(s.walker[0], 'mmap_read_unlock') && s.map_count > 1 && s.vma[0].vm_end < s.vma[1].vm_start,
    ),
    some(
      'WalkMeetsNeighbours',
      (s, { at }) => at(s.walker[0], 'mmap_read_unlock') && s.map_count > 1 && s.vma[0].vm_end === s.vma[1].vm_start,
    ),
    some('LowestSlotIsEmpty', (s) => s.map_count === 1 && s.vma[0].vm_start > 0),
    /** A call for what lies above a VMA makes that one larger. */
    some(
      'NeighbourGrows',
      (s, { at }) =>
        s.thread[0].calls &&
        at(s.thread[0], 'mm_populate') &&
        s.map_count === 1 &&
        s.vma[0].vm_start < s.thread[0].start,
    ),
    /** A VMA around the range is cut at its lower end first. */
    some('CutFromBelow', (s, { at }) => {
      const [{ start, end }] = s.thread
      return (
        s.thread[0].calls &&
        at(s.thread[0], 'split_vma_at_end') &&
        s.vma[1].vm_start === start &&
        s.vma[1].vm_end > end &&
        end > 0
      )
    }),
    some('EverybodyIsThrough', (s, { at }) => s.thread[0].calls && at(s.thread[0], 'done') && at(s.walker[0], 'done')),
    some('CallsGoOnAfterTheWalk', (s, { at }) => s.written && at(s.walker[0], 'done')),
  ],
  routine: Object.keys(KEPT_BY_CALLS),
  rows,
  survives,
})
