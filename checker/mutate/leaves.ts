/**
 * Mutants of what was learnt: one process, having read certain values, loses one way of taking its step, or writes another
 * value of the domain. Everywhere else the step is as it was.
 */
import type { Layout } from '../engine/layout.ts'
import type { Tampering, Written } from '../engine/tampering.ts'
import { fieldsOf } from './fields.ts'
import type { Leaf } from './survey.ts'
import { withActions } from './tampered.ts'

export const LEAF_MUTATORS = ['change write'] as const
/**
 * These only take behaviours away. What holds of all behaviours holds of the rest: only witnesses, deadlocks and liveness can
 * notice, so they are counted apart and need no reason.
 */
export const RESTRICTING_MUTATORS = ['lose outcome'] as const
export type LeafMutator = (typeof LEAF_MUTATORS)[number] | (typeof RESTRICTING_MUTATORS)[number]

/** A leaf in names, which mean the same in other layouts. */
interface NamedLeaf extends Omit<Leaf, 'path' | 'changes'> {
  readonly family: string
  readonly path: readonly { readonly name: string; readonly code: number; readonly size: number }[]
}

export interface LeafChange {
  readonly mutator: LeafMutator
  /** What it writes otherwise, as `cpu.next`. */
  readonly field: string | undefined
  /** `cpu0 restart, having read free=0 …`. */
  readonly place: string
  /** `undefined` where the layout has not what the leaf reads. */
  readonly apply: (layout: Layout) => Layout | undefined
}

/** The slots of a path in another layout. */
function pathIn(layout: Layout, { path }: NamedLeaf): Written[] | undefined {
  const byName = new Map(layout.slots.map((slot) => [slot.name, slot]))
  const found: Written[] = []
  for (const { name, code, size } of path) {
    const slot = byName.get(name)
    if (slot?.size !== size) return undefined
    found.push({ slot: slot.id, code })
  }
  return found
}

/** Does something else at the end of the branches that read the path and pick as the leaf did. */
function atLeaf(
  { process, picks }: NamedLeaf,
  path: readonly Written[],
  instead: readonly Written[] | 'lost',
): Tampering {
  let [met, isOnPath] = [0, false]
  return {
    begin: (name) => {
      met = 0
      isOnPath = name === process
    },
    read: (slot, code) => {
      const expected = path[met++]
      if (expected?.slot !== slot || expected.code !== code) isOnPath = false
    },
    end: (picked) => (isOnPath && met === path.length && picked.join() === picks.join() ? instead : []),
  }
}

function applying(leaf: NamedLeaf, instead: (layout: Layout) => readonly Written[] | 'lost' | undefined) {
  return (layout: Layout): Layout | undefined => {
    const path = pathIn(layout, leaf)
    const other = instead(layout)
    if (path === undefined || other === undefined || !layout.processes.some(({ name }) => name === leaf.process))
      return undefined
    const tampering = atLeaf(leaf, path, other)
    return withActions(layout, leaf.family, (action, label) =>
      label.key === leaf.label && action.name === leaf.action ? { ...action, tampering } : action,
    )
  }
}

const MOST_NAMED = 4

/** Mutants of a leaf of this layout: the outcome lost, and its first change of a single value another one. */
export function changesOfLeaf(layout: Layout, leaf: Leaf, number: number): readonly LeafChange[] {
  const family = layout.processes.find(({ name }) => name === leaf.process)?.family ?? ''
  const path = leaf.path.map(({ slot, code }) => ({
    name: layout.slots[slot]?.name ?? '',
    code,
    size: layout.slots[slot]?.size ?? 0,
  }))
  const named: NamedLeaf = { ...leaf, family, path }
  const read = [...new Set(path.map(({ name, code }) => `${name}:${code}`))]
  const some = read.length > MOST_NAMED ? [...read.slice(0, MOST_NAMED), '…'] : read
  const taken = [leaf.label, leaf.action].filter((part) => part !== '').join('.')
  const picked = leaf.picks.length === 0 ? '' : `(${leaf.picks.join(', ')})`
  const place = `${leaf.process} ${taken}${picked} leaf ${number} [${some.join(' ')}]`
  const found: LeafChange[] = [
    { mutator: 'lose outcome', field: undefined, place, apply: applying(named, () => 'lost') },
  ]
  const names = new Set(layout.slots.map(({ name }) => name))
  // A place of a queue, changed alone, leaves what no queue can be.
  const isOfQueue = (at: number): boolean =>
    names.has(`${layout.slots[at]?.name.replace(/\[\d+\].*$/, '') ?? ''}.length`)
  const change = leaf.changes.find(({ slot }) => layout.slots[slot]?.role === 'value' && !isOfQueue(slot))
  const slot = change && layout.slots[change.slot]
  if (change === undefined || slot === undefined) return found
  const code = (change.code + 1) % slot.size
  const instead = (other: Layout): readonly Written[] | undefined => {
    const there = other.slots.find(({ name }) => name === slot.name)
    return there?.size === slot.size ? [{ slot: there.id, code }] : undefined
  }
  const field = fieldsOf(layout)[slot.id]
  found.push({ mutator: 'change write', field, place: `${place} ${slot.name}`, apply: applying(named, instead) })
  return found
}
