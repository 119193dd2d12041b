/** What all walkers have in common: one VMA after the other, its entry under the lock of the page table, and the gather. */
import { upTo, type Before } from '../../checker/language/index.ts'
import { isHeld, spin_lock, spin_unlock } from '../kernel/page-table.ts'
import { procedure, type Setup, type State } from './state.ts'

interface Place {
  come: number
}
interface Gather {
  readonly batch: { has: (vma: number) => boolean; clear: () => void }
}

/** The VMA at which a walk is. */
export const present = (s: State, { come }: Readonly<Place>, backwards: boolean): number =>
  backwards ? s.vma.length - come : come - 1

/** Turns to the next VMA; `false` where there is none. */
export function advance(s: State, me: Place): boolean {
  if (me.come === s.vma.length) {
    me.come = 0
    return false
  }
  me.come++
  return true
}

/** unmap_page_range() of one VMA, by whoever it is. */
export const unmapping = (setup: Setup) => {
  const { vmas, withoutPteLock } = setup
  const shape = { family: ['exit', 'reaper', 'manager'], args: { vma: upTo(vmas - 1) } } as const
  if (withoutPteLock)
    return procedure('unmap_page_range', shape, {
      /** It sees that the entry is present. */
      zap_pte_range: (s, _me, _pick, frame) => (s.vma[frame.vma].pte ? undefined : 'return'),
      /** It clears the entry that it saw. */
      ptep_get_and_clear: (s, me, _pick, frame) => {
        s.vma[frame.vma].pte = false
        me.batch.add(frame.vma)
      },
    })
  return procedure('unmap_page_range', shape, {
    pte_offset_map_lock: {
      when: (s, _me, frame) => !isHeld(s, s.vma[frame.vma].table),
      do: (s, _me, _pick, frame) => {
        spin_lock(s, s.vma[frame.vma].table)
      },
    },
    zap_pte_range: (s, me, _pick, frame) => {
      if (!s.vma[frame.vma].pte) return
      s.vma[frame.vma].pte = false
      me.batch.add(frame.vma)
    },
    pte_unmap_unlock: (s, _me, _pick, frame) => {
      spin_unlock(s, s.vma[frame.vma].table)
    },
  })
}
export type Unmapping = ReturnType<typeof unmapping>

/** tlb_finish_mmu(), first half: no CPU keeps what was in the entries; arm64 leaves that out where the whole mm goes. */
export const flush = (s: State, { batch }: Gather, wholeMm: boolean): void => {
  if (!wholeMm) for (let i = 0; i < s.vma.length; i++) if (batch.has(i)) s.tlb[i] = false
}
/** Second half: the pages are free. */
export const tlb_batch_pages_flush = {
  do: (_s: State, { batch }: Gather): void => {
    batch.clear()
  },
  note: (h: { freed: { [i: number]: number } }, s: State, { batch }: Gather, before: Before): void => {
    for (let i = 0; i < s.vma.length; i++) if (before(() => batch.has(i))) h.freed[i]++
  },
}
