/**
 * Mutants that drop a lock: one family goes through its critical sections as if the lock were free, and does not take it.
 *
 * Which parts of the state are locks, nobody can tell by their use: a counter of free pages is taken and given back, too. A
 * spec names them. How they are used is seen: a step that only gives a lock back finds it as if held by itself, and any other
 * finds it free; what they write there is undone at their end. Other families use the lock as before, among themselves.
 */
import { coverName } from '../engine/engine.ts'
import type { Layout, Slot } from '../engine/layout.ts'
import type { FlatAction } from '../engine/process.ts'
import type { Tampering } from '../engine/tampering.ts'
import { partsOf } from './fields.ts'
import { textOf, undoing, type Change } from './mutators.ts'
import { changeName, type Survey } from './survey.ts'
import { withActions } from './tampered.ts'

type Uses = Pick<Survey, 'takes' | 'gives'>

/** The code that the process of a name finds in a slot. */
type Finds = (process: string) => number

/** The effect finds these slots with these codes until it writes there, and leaves them as they were. */
function ignoring(found: ReadonlyMap<number, Finds>): Tampering {
  const written = new Set<number>()
  const undo = undoing(new Set(found.keys()))
  let by = ''
  return {
    ...undo,
    begin: (process) => {
      by = process
      written.clear()
      undo.begin?.(process)
    },
    sees: (slot, code) => (written.has(slot) ? code : (found.get(slot)?.(by) ?? code)),
    write: (slot, code, present) => {
      written.add(slot)
      return undo.write?.(slot, code, present)
    },
  }
}

/** The parts that a lock consists of: `mm.mmap_lock.readers` of `mm.mmap_lock`. */
const isPartOf = (lock: string, part: string): boolean => part === lock || part.startsWith(`${lock}.`)

/** The slots of a lock. */
function slotsOf(layout: Layout, lock: string): readonly Slot[] {
  const parts = partsOf(layout)
  return layout.slots.filter(({ id }) => isPartOf(lock, parts[id] ?? ''))
}

/** What whoever gives a lock back finds there: itself, or one more than none. */
function held(layout: Layout, { domain, nullable, initial, size }: Slot): Finds {
  if (domain?.kind !== 'ref') return () => (initial + 1) % size
  const codes = new Map(layout.processes.map(({ name, index }) => [name, index + Number(nullable)]))
  return (process) => codes.get(process) ?? initial
}

function withoutLock(layout: Layout, family: string, lock: string, { takes, gives }: Uses): Layout {
  const parts = partsOf(layout)
  const slots = slotsOf(layout, lock).map((slot) => ({ slot, held: held(layout, slot) }))
  return withActions(layout, family, (action, label) => {
    const place = coverName(family, label.name, action.name)
    const found = slots.map(({ slot: { id, initial }, held: ofHolder }): readonly [number, Finds] => {
      const name = changeName(place, parts[id] ?? '')
      return [id, gives.has(name) && !takes.has(name) ? ofHolder : () => initial]
    })
    return { ...action, tampering: ignoring(new Map(found)) }
  })
}

/** The actions of a layout that take a lock, by family; not where the lock names a member of another family as its holder. */
function takersOf(layout: Layout, lock: string, { takes }: Uses): Map<string, Set<FlatAction>> {
  const found = new Map<string, Set<FlatAction>>()
  const slots = slotsOf(layout, lock)
  const all = partsOf(layout)
  const parts = [...new Set(slots.map(({ id }) => all[id] ?? ''))]
  const isOfOthers = (family: string): boolean =>
    slots.some(({ domain }) => domain?.kind === 'ref' && domain.family !== family)
  for (const { family, program } of layout.processes.filter((each) => !isOfOthers(each.family)))
    for (const label of program.labels)
      for (const action of label.actions)
        if (parts.some((part) => takes.has(changeName(coverName(family, label.name, action.name), part))))
          found.set(family, (found.get(family) ?? new Set()).add(action))
  return found
}

/** Every mutant of a layout that drops one of these locks; how locks are used is known from all rows of its variant. */
export function changesOfLocks(layout: Layout, locks: readonly string[], uses: Uses): readonly Change[] {
  return locks.flatMap((lock) =>
    [...takersOf(layout, lock, uses)].map(([family, takers]) => ({
      mutator: 'drop lock' as const,
      place: `${family} ${lock}`,
      text: [...takers].map(textOf).join('\n'),
      matters: ({ takes }: Survey) =>
        [...takes].some((name) => {
          const [place = '', part = ''] = name.split(' ')
          return place.startsWith(`${family}.`) && isPartOf(lock, part)
        }),
      apply: (each: Layout) => withoutLock(each, family, lock, uses),
    })),
  )
}

/** How locks are used in the rows of each variant: there a label is the same step in all of them. */
export function usesByVariant(
  rows: readonly { readonly planned: { readonly variant: string }; readonly survey: Uses }[],
): (variant: string) => Uses {
  const found = new Map<string, { takes: Set<string>; gives: Set<string> }>()
  for (const { planned, survey } of rows) {
    const uses = found.get(planned.variant) ?? { takes: new Set<string>(), gives: new Set<string>() }
    for (const name of survey.takes) uses.takes.add(name)
    for (const name of survey.gives) uses.gives.add(name)
    found.set(planned.variant, uses)
  }
  return (variant) => found.get(variant) ?? { takes: new Set(), gives: new Set() }
}
