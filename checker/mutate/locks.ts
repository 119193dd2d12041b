/**
 * Mutants that drop a lock: one family goes through its critical sections as if the lock were free, and does not take it.
 *
 * Which parts of the state are locks, nobody can tell by their use: a counter of free pages is taken and given back, too. A
 * spec names them. How they are used is seen: a step that takes a lock finds it free, and one that only gives it back finds it
 * as if held by one; what either writes there is undone at its end. Other families use the lock as before, among themselves.
 */
import { coverName } from '../engine/engine.ts'
import type { Layout } from '../engine/layout.ts'
import type { FlatAction } from '../engine/process.ts'
import type { Tampering } from '../engine/tampering.ts'
import { partsOf } from './fields.ts'
import { textOf, undoing, type Change } from './mutators.ts'
import { changeName, type Survey } from './survey.ts'
import { withActions } from './tampered.ts'

type Uses = Pick<Survey, 'takes' | 'gives'>

/** The effect finds these slots with these codes until it writes there, and leaves them as they were. */
function ignoring(found: ReadonlyMap<number, number>): Tampering {
  const written = new Set<number>()
  const undo = undoing(new Set(found.keys()))
  return {
    ...undo,
    begin: (process) => {
      written.clear()
      undo.begin?.(process)
    },
    sees: (slot, code) => (written.has(slot) ? code : (found.get(slot) ?? code)),
    write: (slot, code, present) => {
      written.add(slot)
      return undo.write?.(slot, code, present)
    },
  }
}

/** The parts that a lock consists of: `mm.mmap_lock.readers` of `mm.mmap_lock`. */
const isPartOf = (lock: string, part: string): boolean => part === lock || part.startsWith(`${lock}.`)

function withoutLock(layout: Layout, family: string, lock: string, { takes, gives }: Uses): Layout {
  const parts = partsOf(layout)
  const slots = layout.slots.filter(({ id }) => isPartOf(lock, parts[id] ?? ''))
  return withActions(layout, family, (action, label) => {
    const place = coverName(family, label.name, action.name)
    const found = slots.map(({ id, initial, size }): readonly [number, number] => {
      const name = changeName(place, parts[id] ?? '')
      return [id, gives.has(name) && !takes.has(name) ? (initial + 1) % size : initial]
    })
    return { ...action, tampering: ignoring(new Map(found)) }
  })
}

/** The actions of a layout that take a lock, by family. */
function takersOf(layout: Layout, lock: string, { takes }: Uses): Map<string, Set<FlatAction>> {
  const found = new Map<string, Set<FlatAction>>()
  const parts = [...new Set(partsOf(layout))].filter((part) => isPartOf(lock, part))
  for (const { family, program } of layout.processes)
    for (const label of program.labels)
      for (const action of label.actions)
        if (parts.some((part) => takes.has(changeName(coverName(family, label.name, action.name), part))))
          found.set(family, (found.get(family) ?? new Set()).add(action))
  return found
}

/** Every mutant of a layout that drops one of these locks; how locks are used is known from all rows. */
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

/** How locks are used in any row. */
export function usesIn(surveys: readonly Uses[]): Uses {
  return {
    takes: new Set(surveys.flatMap(({ takes }) => [...takes])),
    gives: new Set(surveys.flatMap(({ gives }) => [...gives])),
  }
}
