/**
 * The tree of VMAs and the iterators on it, lib/maple_tree.c. Ranges without a VMA are ranges of the tree, too: an iterator
 * stands at a range, be it mapped or not.
 */
import { lastIndex, type Kind, type Setup, type State, type Walker } from './state.ts'

/** A range of indices and the number of the VMA that it belongs to, if any. */
interface Range {
  readonly index: number
  readonly last: number
  readonly vma: number | null
}

/** The range to which an index belongs. */
function rangeAt(s: State, index: number, setup: Setup): Range {
  let first = 0
  for (let i = 0; i < s.map_count; i++) {
    const { vm_start, vm_end } = s.vma[i]
    if (index < vm_start) return { index: first, last: vm_start - 1, vma: null }
    if (index < vm_end) return { index: vm_start, last: vm_end - 1, vma: i }
    first = vm_end
  }
  return { index: first, last: lastIndex(setup), vma: null }
}

function standAt(mas: Walker, range: Range): number | null {
  mas.status = 'ma_active'
  mas.index = range.index
  mas.last = range.last
  return range.vma
}

/** Goes to the range with mas.index in it. What mas.last was nobody asks. */
function mas_walk(s: State, mas: Walker, setup: Setup): number | null {
  if (s.map_count > 0) return standAt(mas, rangeAt(s, mas.index, setup))
  mas.status = 'ma_none'
  mas.index = 0
  mas.last = lastIndex(setup)
  return null
}

/** The next VMA above the range. */
function mas_next_slot(s: State, mas: Walker, setup: Setup): number | null {
  while (mas.last < lastIndex(setup)) {
    const vma = standAt(mas, rangeAt(s, mas.last + 1, setup))
    if (vma !== null) return vma
  }
  return null
}

/** The next VMA below the range. */
function mas_prev_slot(s: State, mas: Walker, setup: Setup): number | null {
  while (mas.index > 0) {
    const vma = standAt(mas, rangeAt(s, mas.index - 1, setup))
    if (vma !== null) return vma
  }
  mas.status = 'ma_underflow'
  return null
}

/** At first the VMA at or above mas.index, then the next one. */
export function mas_find(s: State, mas: Walker, setup: Setup): number | null {
  if (mas.status === 'ma_start') {
    const vma = mas_walk(s, mas, setup)
    if (vma !== null) return vma
  }
  return mas.status === 'ma_none' ? null : mas_next_slot(s, mas, setup)
}

/** At first the VMA at or below mas.index, then the one before. */
export function mas_find_rev(s: State, mas: Walker, setup: Setup): number | null {
  if (mas.status === 'ma_start') {
    const vma = mas_walk(s, mas, setup)
    if (vma !== null) return vma
  }
  if (mas.status !== 'ma_none') return mas_prev_slot(s, mas, setup)
  // It says that it stands where a single entry at index 0 would be.
  mas.status = 'ma_root'
  mas.index = mas.last = 0
  return null
}

/** The VMA before the range with mas.index in it, also the first time: a VMA that is there is passed over. */
export function mas_prev(s: State, mas: Walker, setup: Setup): number | null {
  if (mas.index === 0) {
    mas.status = 'ma_underflow'
    return null
  }
  if (mas.status === 'ma_start') mas_walk(s, mas, setup)
  return mas.status === 'ma_none' ? null : mas_prev_slot(s, mas, setup)
}

/** The number of the VMA that an address strictly divides. */
export function divided(s: State, address: number): number | undefined {
  for (let i = 0; i < s.map_count; i++) if (s.vma[i].vm_start < address && address < s.vma[i].vm_end) return i
  return undefined
}

/** How many VMAs begin below an address: the number of the one that would be stored there. */
export function placeOf(s: State, address: number): number {
  let place = 0
  while (place < s.map_count && s.vma[place].vm_start < address) place++
  return place
}

/** A VMA is stored as number `place`, and those behind it move up. */
export function insert(s: State, place: number, vm_start: number, vm_end: number, kind: Kind): void {
  for (let i = s.map_count; i > place; i--) s.vma[i] = s.vma[i - 1]
  s.vma[place] = { vm_start, vm_end, kind }
  s.map_count++
}

/** VMA number `place` goes, and those behind it move down. */
export function remove(s: State, place: number): void {
  for (let i = place; i < s.map_count; i++) s.vma[i] = s.vma[i + 1]
  s.map_count--
}
