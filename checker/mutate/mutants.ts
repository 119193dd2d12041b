/** The mutants of a spec: what its rows see of the models, changed in one place each. */
import type { Layout } from '../engine/layout.ts'
import type { Planned } from '../report/record.ts'
import { changesOfLocks, usesByVariant } from './locks.ts'
import { changesOf, couldMatter, type ProgramMutator } from './mutators.ts'
import { changesOfLeaf, type LeafMutator } from './leaves.ts'
import { leafKey, type Leaf, type Survey } from './survey.ts'

export type Mutator = ProgramMutator | LeafMutator

/** A row that was looked at. Rows stand in the order in which they are tried: small ones first. */
export interface Surveyed {
  readonly planned: Planned
  readonly survey: Survey
  /** Reachable states, with the history that the properties of the row read. */
  readonly states: number
}

export interface Mutant {
  readonly mutator: Mutator
  /** `drop guard: cpu.down`; with the variants where the same name stands for different steps. */
  readonly name: string
  /** Of leaves, whose names come and go: `change write cpu.next`. */
  readonly kind?: string
  /** The layouts of the rows in which it could make a difference, by number of the row. */
  readonly in: ReadonlyMap<number, Layout>
}

interface Group {
  readonly mutator: ProgramMutator
  readonly place: string
  readonly variants: Set<string>
  readonly in: Map<number, Layout>
}

/** Mutants of programs. */
function ofPrograms(rows: readonly Surveyed[]): Mutant[] {
  const groups = new Map<string, Group>()
  const uses = usesByVariant(rows)
  for (const [row, { planned, survey }] of rows.entries())
    for (const change of [
      ...changesOf(planned.layout),
      ...changesOfLocks(planned.layout, planned.spec.locks ?? [], uses(planned.variant)),
    ]) {
      const matters = couldMatter(change, survey)
      // An effect that nowhere changes a field does not write it.
      if (change.mutator === 'drop write' && !matters) continue
      const { mutator, place } = change
      const key = `${mutator}: ${place}\n${change.text}`
      const group = groups.get(key) ?? { mutator, place, variants: new Set(), in: new Map() }
      groups.set(key, group)
      group.variants.add(planned.variant)
      if (matters) group.in.set(row, change.apply(planned.layout))
    }
  const named = Map.groupBy(groups.values(), ({ mutator, place }) => `${mutator}: ${place}`)
  return [...named].flatMap(([name, same]) =>
    same.map((group) => ({
      mutator: group.mutator,
      name: same.length === 1 ? name : `${name} [${[...group.variants].join(', ')}]`,
      in: group.in,
    })),
  )
}

/** So many of a list, spread evenly over it. */
export const spread = <T>(all: readonly T[], most: number): readonly T[] =>
  all.length <= most
    ? all
    : all.filter((_, i) => Math.floor((i * most) / all.length) !== Math.floor(((i - 1) * most) / all.length))

/** Mutants of what was learnt: of at most so many leaves, each from the first row of its variant that has it. */
function ofLeaves(rows: readonly Surveyed[], most: number): Mutant[] {
  const known = new Set<string>()
  const all: { readonly row: number; readonly number: number; readonly leaf: Leaf }[] = []
  for (const [row, { planned, survey }] of rows.entries())
    survey.leaves.forEach((leaf, number) => {
      const names = leaf.path.map(({ slot, code }) => ({ slot: planned.layout.slots[slot]?.name ?? '', code }))
      const key = `${planned.variant} ${leafKey({ ...leaf, path: [] })} ${JSON.stringify(names)}`
      if (!known.has(key)) all.push({ row, number, leaf })
      known.add(key)
    })
  return spread(all, most).flatMap(({ row, number, leaf }) => {
    const origin = rows[row]
    if (origin === undefined) return []
    const { variant, layout } = origin.planned
    return changesOfLeaf(layout, leaf, number).map(({ mutator, field, place, apply }) => {
      const applied = new Map<number, Layout>()
      for (const [i, { planned }] of rows.entries()) {
        const changed = planned.variant === variant ? apply(planned.layout) : undefined
        if (changed !== undefined) applied.set(i, changed)
      }
      const kind = field === undefined ? {} : { kind: `${mutator} ${field}` }
      return { mutator, name: `${mutator}: ${variant} ${place} (row ${row + 1})`, ...kind, in: applied }
    })
  })
}

/** All mutants of the programs, and those of at most so many leaves. */
export const mutantsOf = (rows: readonly Surveyed[], leaves: number): readonly Mutant[] => [
  ...ofPrograms(rows),
  ...ofLeaves(rows, leaves),
]
