/**
 * Mutants of programs: one thing in one step is otherwise than its author wrote it.
 *
 * A step that several variants share is one step: mutants at the same place are the same mutant while the text of the
 * recipes there is the same. Not made are mutants of what binds the arguments of a call, and swaps that would move a call.
 */
import { coverName } from '../engine/engine.ts'
import type { Layout } from '../engine/layout.ts'
import type { CompiledProgram, FlatAction, FlatLabel, Target } from '../engine/process.ts'
import { RETURN } from '../language/program.ts'
import type { Tampering } from '../engine/tampering.ts'
import { fieldsOf } from './fields.ts'
import { changeName, type Survey } from './survey.ts'
import { withActions, withProgram } from './tampered.ts'

export const PROGRAM_MUTATORS = [
  'drop guard',
  'drop lock',
  'drop write',
  'swap steps',
  'skip step',
  'drop alternative',
  'drop escape',
  'drop runs',
] as const
export type ProgramMutator = (typeof PROGRAM_MUTATORS)[number]

/** One mutant as it looks in one layout. */
export interface Change {
  readonly mutator: ProgramMutator
  /** `cpu.down`; with the field for a write, with both labels for a swap; `cpu oom_lock` for a lock. */
  readonly place: string
  /** The text of the recipes that it changes: elsewhere the same name may stand for something else. */
  readonly text: string
  /** Could it make a difference in the states that were seen, where nothing went wrong? */
  readonly matters: (seen: Survey) => boolean
  readonly apply: (layout: Layout) => Layout
}

/** Could it make a difference in the states that were seen? */
export const couldMatter = ({ matters }: Change, seen: Survey): boolean => seen.isFaulty || matters(seen)

/** What an author wrote there. */
export const textOf = (action: FlatAction): string => `${String(action.when)}\n${String(action.do)}`
const textsOf = ({ actions }: FlatLabel): string => actions.map(textOf).join('\n')

/**
 * The effect leaves these slots as they were. It sees what it has written itself: a recipe that goes through a list must come
 * to its end.
 */
export function undoing(slots: ReadonlySet<number>): Tampering {
  const before = new Map<number, number>()
  return {
    begin: () => before.clear(),
    write: (slot, code, present) => {
      if (slots.has(slot) && !before.has(slot)) before.set(slot, present())
      return code
    },
    end: () => [...before].map(([slot, code]) => ({ slot, code })),
  }
}

/** The layout with one action, wherever the label of that name stands, changed or gone. */
const withAction = (
  layout: Layout,
  family: string,
  at: { readonly label: string; readonly action: string },
  change: (action: FlatAction) => FlatAction | undefined,
): Layout =>
  withActions(layout, family, (action, label) =>
    label.name === at.label && action.name === at.action ? change(action) : action,
  )

function ofAction(layout: Layout, family: string, label: FlatLabel, action: FlatAction): Change[] {
  const place = coverName(family, label.name, action.name)
  const at = { label: label.name, action: action.name }
  const text = textOf(action)
  const found: Change[] = []
  if (action.when !== undefined)
    found.push({
      mutator: 'drop guard',
      place,
      text,
      matters: ({ refused }) => refused.has(place),
      apply: (each) => withAction(each, family, at, (one) => ({ ...one, when: undefined })),
    })
  if (action.name !== '')
    found.push({
      mutator: action.escape === undefined ? 'drop alternative' : 'drop escape',
      place,
      text,
      matters: ({ taken }) => taken.has(place),
      apply: (each) => withAction(each, family, at, () => undefined),
    })
  if (action.do === undefined) return found
  const fields = fieldsOf(layout)
  const written = layout.slots.filter(({ role, history }) => role !== 'pc' && !history)
  for (const field of new Set(written.flatMap(({ id }) => fields[id] ?? [])))
    found.push({
      mutator: 'drop write',
      place: changeName(place, field),
      text,
      matters: ({ changes }) => changes.has(changeName(place, field)),
      apply: (each) => {
        const slots = new Set(fieldsOf(each).flatMap((name, slot) => (name === field ? [slot] : [])))
        return withAction(each, family, at, (one) => ({ ...one, tampering: undoing(slots) }))
      },
    })
  return found
}

/** The layout with another program for a family, whose members may start elsewhere. */
function withControl(layout: Layout, family: string, change: (program: CompiledProgram) => CompiledProgram): Layout {
  const changed = withProgram(layout, family, change)
  const starts = new Map(changed.processes.map(({ pc, program }) => [pc, program.start]))
  const slots = changed.slots.map((slot) => ({ ...slot, initial: starts.get(slot.id) ?? slot.initial }))
  return { ...changed, slots }
}

/** The program in which whoever comes to a label finds itself at the next one. */
function skipping(program: CompiledProgram, name: string): CompiledProgram {
  const skipped = new Set(program.labels.filter((label) => label.name === name).map(({ index }) => index))
  const past = (target: Target | undefined): Target | undefined => {
    let at = target
    while (at !== undefined && skipped.has(at.pc)) {
      const next = program.labels[at.pc]?.target(undefined)
      if (next === undefined || skipped.has(next.pc)) return at
      at = { pc: next.pc, leaves: [...at.leaves, ...next.leaves] }
    }
    return at
  }
  return {
    ...program,
    start: past({ pc: program.start, leaves: [] })?.pc ?? program.start,
    labels: program.labels.map((label) => ({
      ...label,
      target: (to) => past(label.target(to)),
      actions: label.actions.map((action) => {
        const { escape } = action
        return escape === undefined ? action : { ...action, escape: () => past(escape()) ?? escape() }
      }),
    })),
  }
}

/**
 * The program in which two labels that follow each other stand in the other order; who names a label gets to it as before,
 * except for calls, which are taken to go on to whatever follows them.
 */
function swapping(program: CompiledProgram, first: FlatLabel, second: FlatLabel, isFirst: boolean): CompiledProgram {
  const next = (label: FlatLabel): Target | undefined => {
    if (label.index === second.index) return { pc: first.index, leaves: [] }
    const target = (label.index === first.index ? second : label).target(undefined)
    return target?.pc === first.index ? { ...target, pc: second.index } : target
  }
  /** A procedure that returns leads on to what follows its call. */
  const after = (label: FlatLabel): Target | undefined => {
    const target = label.target(RETURN)
    const leaves = scopeOf(first.name) !== scopeOf(label.name)
    return leaves && target?.pc === first.index ? { ...target, pc: second.index } : target
  }
  return {
    ...program,
    start: isFirst && program.start === first.index ? second.index : program.start,
    labels: program.labels.map((label) => ({
      ...label,
      target: (to) => (to === undefined ? next(label) : to === RETURN ? after(label) : label.target(to)),
    })),
  }
}

/** The program, or the part of a procedure, that a label belongs to: `exit_mm/mmput.` of `exit_mm/mmput.dec`. */
const scopeOf = (name: string): string => name.slice(0, name.lastIndexOf('.') + 1)

/** Is the label one at which arguments are bound, or the twin of one? */
const isEntry = (program: CompiledProgram, { name, bind }: FlatLabel): boolean =>
  bind !== undefined || program.labels.some((each) => each.name === name && each.bind !== undefined)

function ofControl(layout: Layout, family: string, program: CompiledProgram): Change[] {
  const declared = layout.instance.programs.find((each) => each.family === family)
  const found: Change[] = []
  for (const [i, label] of program.labels.entries()) {
    if (isEntry(program, label)) continue
    const place = `${family}.${label.name}`
    if (label.target(undefined)?.pc !== label.index)
      found.push({
        mutator: 'skip step',
        place,
        text: textsOf(label),
        matters: ({ stoodAt }) => stoodAt.has(place),
        apply: (each) => withControl(each, family, (own) => skipping(own, label.name)),
      })
    const next = program.labels[i + 1]
    if (next === undefined || isEntry(program, next) || scopeOf(label.name) !== scopeOf(next.name)) continue
    const other = `${family}.${next.name}`
    found.push({
      mutator: 'swap steps',
      place: `${place} and ${next.name}`,
      text: `${textsOf(label)}\n${textsOf(next)}`,
      matters: ({ stoodAt }) => stoodAt.has(place) || stoodAt.has(other),
      apply: (each) =>
        withControl(each, family, (own) => {
          const at = own.labels.findIndex(({ name }) => name === label.name)
          const [first, second] = [own.labels[at], own.labels[at + 1]]
          if (first === undefined || second?.name !== next.name) return own
          return swapping(own, first, second, at === 0 && declared?.options.start === undefined)
        }),
    })
  }
  return found
}

/** Every mutant of the programs of a layout. A label that stands there twice has the same mutants, once. */
export function changesOf(layout: Layout): readonly Change[] {
  const programs = new Map(layout.processes.map(({ family, program }) => [family, program]))
  const found = new Map<string, Change>()
  for (const [family, program] of programs) {
    const all = [
      ...program.labels.flatMap((label) => label.actions.flatMap((action) => ofAction(layout, family, label, action))),
      ...ofControl(layout, family, program),
    ]
    if (program.runs !== undefined)
      all.push({
        mutator: 'drop runs',
        place: family,
        text: String(program.runs),
        matters: ({ held }) => held.has(family),
        apply: (each) => withProgram(each, family, (own) => ({ ...own, runs: undefined })),
      })
    for (const change of all) found.set(`${change.mutator} ${change.place}`, change)
  }
  return [...found.values()]
}
