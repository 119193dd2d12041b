/**
 * What a model does at one configuration, seen while all of its states are explored: the places where a mutant could make
 * a difference. A mutant that changes nothing at any of them has the same behaviours, state by state.
 */
import type { StateSpace } from '../engine/engine.ts'
import { coverName } from '../engine/engine.ts'
import type { Layout } from '../engine/layout.ts'
import type { FlatAction, FlatLabel } from '../engine/process.ts'
import { tableEngine } from '../engine/table.ts'
import type { Tampering, Written } from '../engine/tampering.ts'
import { fieldsOf, partsOf } from './fields.ts'
import { fingerprintOf, type Fingerprint } from './fingerprint.ts'
import { withActions } from './tampered.ts'

/** One way in which one process was seen to take a step: what it read on the way, in order, what it picked and changed. */
export interface Leaf {
  readonly process: string
  readonly label: string
  readonly action: string
  readonly picks: readonly string[]
  readonly path: readonly Written[]
  /** What it wrote that stood there otherwise, in some state. */
  readonly changes: readonly Written[]
}

export interface Survey {
  /** `family.label` of the labels at which somebody stands in some state. */
  readonly stoodAt: ReadonlySet<string>
  /** `family.label.action` of what was taken. */
  readonly taken: ReadonlySet<string>
  /** Some step or property went wrong: what was seen of it may not be all that it does. */
  readonly isFaulty: boolean
  /** `family.label.action field`: the action changes that field somewhere. */
  readonly changes: ReadonlySet<string>
  /** `family.label.action part`: the action takes that part of the state away from its initial value, or gives it back. */
  readonly takes: ReadonlySet<string>
  readonly gives: ReadonlySet<string>
  /** `family.label.action` whose guard was false somewhere while the process could have run. */
  readonly refused: ReadonlySet<string>
  /** Families of which somebody could not run somewhere. */
  readonly held: ReadonlySet<string>
  readonly leaves: readonly Leaf[]
  readonly fingerprint: Fingerprint
  readonly states: number
}

/** `family.label.action field`. */
export const changeName = (place: string, field: string): string => `${place} ${field}`

class Surveyor {
  readonly changes = new Set<string>()
  readonly takes = new Set<string>()
  readonly gives = new Set<string>()
  readonly refused = new Set<string>()
  readonly held = new Set<string>()
  readonly leaves = new Map<string, Leaf>()
  readonly #layout: Layout
  readonly #fields: readonly string[]
  readonly #parts: readonly string[]

  constructor(layout: Layout) {
    this.#layout = layout
    this.#fields = fieldsOf(layout)
    this.#parts = partsOf(layout)
  }

  watch(family: string, label: FlatLabel, action: FlatAction): Tampering {
    const place = coverName(family, label.name, action.name)
    let process = ''
    let [path, changes]: [Written[], Written[]] = [[], []]
    return {
      begin: (by) => {
        process = by
        path = []
        changes = []
      },
      answered: (which, answer) => {
        if (answer) return
        if (which === 'runs') this.held.add(family)
        else this.refused.add(place)
      },
      read: (slot, code) => path.push({ slot, code }),
      write: (slot, code, present) => {
        const before = present()
        if (before !== code) {
          this.changes.add(changeName(place, this.#fields[slot] ?? ''))
          const isBack = Math.abs(code - this.#initial(slot)) < Math.abs(before - this.#initial(slot))
          ;(isBack ? this.gives : this.takes).add(changeName(place, this.#parts[slot] ?? ''))
          changes.push({ slot, code })
        }
        return code
      },
      end: (picks) => {
        const leaf = { process, label: label.key, action: action.name, picks, path, changes }
        const key = leafKey(leaf)
        // What stood there before is no part of the leaf, so that one state may show a change that another does not.
        const known = this.leaves.get(key)
        if (known === undefined || known.changes.length < changes.length) this.leaves.set(key, leaf)
        return []
      },
    }
  }

  #initial(slot: number): number {
    return this.#layout.slots[slot]?.initial ?? 0
  }
}

/** Tells leaves apart, within one layout. */
export const leafKey = ({ process, label, action, picks, path }: Omit<Leaf, 'changes'>): string =>
  [process, label, action, picks.join('/'), ...path.map(({ slot, code }) => `${slot}:${code}`)].join(' ')

/** The labels at which somebody stands in some state. */
function labelsStoodAt(space: StateSpace): Set<string> {
  const names = new Set<string>()
  const { states } = space.statistics()
  for (const { id, family } of space.layout.processes)
    for (let state = 0; state < states; state++) {
      const label = space.labelAt(id, state)
      if (label !== undefined) names.add(`${family}.${label}`)
    }
  return names
}

/** Explores all states of a layout; `undefined` where there are more than that. */
export function explored(layout: Layout, mostStates: number): StateSpace | undefined {
  const space = tableEngine.explore({ layout, observers: [], history: new Set() })
  while (space.advance(1024)) if (space.statistics().states > mostStates) return undefined
  return space
}

/** Looks at a layout of at most so many states; `undefined` where there are more. */
export function survey(layout: Layout, mostStates: number): Survey | undefined {
  const surveyor = new Surveyor(layout)
  const families = new Set(layout.processes.map(({ family }) => family))
  let watched = layout
  for (const family of families)
    watched = withActions(watched, family, (action, label) => ({
      ...action,
      tampering: surveyor.watch(family, label, action),
    }))
  const space = explored(watched, mostStates)
  if (space === undefined) return undefined
  const { changes, takes, gives, refused, held, leaves } = surveyor
  return {
    stoodAt: labelsStoodAt(space),
    taken: space.coverage.taken,
    isFaulty: space.faults.length > 0,
    changes,
    takes,
    gives,
    refused,
    held,
    leaves: [...leaves.values()],
    fingerprint: fingerprintOf(space),
    states: space.statistics().states,
  }
}
