/** The locks of page tables: one for each page of the page table, in which the entries of several VMAs can be. */
import { array, bool } from '../../checker/language/index.ts'

interface Bounds {
  readonly vmas: number
  readonly perTable: number
}

/** The page of the page table in which the entries of a VMA are. */
export const tableOf = ({ perTable }: Pick<Bounds, 'perTable'>, vma: number): number => Math.floor(vma / perTable)

/** One lock for each page of the page table of so many VMAs. */
export const page_table_locks = (bounds: Bounds) => array(tableOf(bounds, bounds.vmas - 1) + 1, bool)

interface Locked {
  ptl: { [table: number]: boolean }
}

export const isHeld = ({ ptl }: Readonly<Locked>, table: number): boolean => ptl[table]

export function spin_lock(s: Locked, table: number): void {
  s.ptl[table] = true
}

export function spin_unlock(s: Locked, table: number): void {
  s.ptl[table] = false
}
