/**
 * Processes: programs with their procedures inlined, as flat lists of labels.
 *
 * A call gives every step of the procedure a label of its own, `exit_mm/mmput.dec`. The first of them exists twice
 * under one name: as the entry, which binds the arguments, and as the target of gotos inside the procedure, which
 * leaves them alone. Arguments and locals live in one frame per procedure and process; recursion is refused.
 */
import {
  DONE,
  RETURN,
  type AnyAction,
  type AnyCall,
  type AnyEscape,
  type AnyProgram,
  type AnyStep,
  type Role,
} from '../language/program.ts'
import type { Fields } from '../language/domain.ts'
import { ConfigError, type Instance } from '../language/protocol.ts'

/** Recipes as the engine calls them. */
type Recipe<T> = (s: unknown, me: unknown, ...rest: unknown[]) => T

/** One way of taking a step. */
export interface FlatAction {
  /** '' where the label has only one. */
  readonly name: string
  readonly when: Recipe<boolean> | undefined
  readonly do: Recipe<unknown> | undefined
  readonly note: ((h: unknown, s: unknown, me: unknown, before: unknown) => unknown) | undefined
  readonly urgent: boolean
  /** Where an escape leads, whatever `do` returns. */
  readonly escape: (() => Target) | undefined
}

/** Where a goto leads, and the procedures that it leaves. */
export interface Target {
  readonly pc: number
  readonly leaves: readonly string[]
}

export interface FlatLabel {
  readonly index: number
  /** `exit_mm/mmput.dec`. */
  readonly name: string
  /** The name, made unique: the twin of an entry carries a star. */
  readonly key: string
  readonly actions: readonly FlatAction[]
  /** The procedure whose frame its recipes see. */
  readonly procedure: string | undefined
  /** The procedures whose frames are in use while a process stands here. An entry has still to bind its own. */
  readonly within: readonly string[]
  /** Set on the entry of a call: computes the arguments from the caller's frame. */
  readonly bind: { readonly args: Recipe<object> | undefined; readonly callerFrame: string | undefined } | undefined
  /** Resolves what `do` returned; `undefined` falls through. Unknown labels give `undefined`. */
  readonly target: (label: string | undefined) => Target | undefined
  /** Labels that `do` may name. */
  readonly targets: readonly string[]
}

export interface CompiledProgram {
  readonly family: string
  readonly labels: readonly FlatLabel[]
  /** The code of `done`: one past the last label. */
  readonly done: number
  readonly start: number
  readonly frames: ReadonlyMap<string, Fields>
  readonly runs: Recipe<boolean> | undefined
  readonly role: Role
}

export interface Process {
  readonly id: number
  /** `cpu0`. */
  readonly name: string
  readonly family: string
  readonly index: number
  readonly pc: number
  readonly program: CompiledProgram
}

/** The body that labels belong to: the program itself, or one call of a procedure. */
interface Scope {
  readonly prefix: string
  readonly procedure: string | undefined
  readonly steps: Readonly<Record<string, AnyStep>>
  /** What falling off the end or `return` means. */
  readonly exit: () => Target
  /** Frames to leave on an escape from here. */
  readonly active: readonly string[]
  /** label → flat index, for gotos; filled while labels are placed. */
  readonly at: Map<string, number>
}

function toAction(name: string, step: object | Recipe<unknown>): FlatAction {
  const action = (typeof step === 'function' ? { do: step } : step) as AnyAction
  return {
    name,
    when: action.when as Recipe<boolean> | undefined,
    do: action.do as Recipe<unknown> | undefined,
    note: action.note as FlatAction['note'],
    urgent: action.urgent ?? false,
    escape: undefined,
  }
}

class Compiler {
  readonly labels: FlatLabel[] = []
  readonly frames = new Map<string, Fields>()
  readonly #program: AnyProgram
  readonly #escapes: readonly AnyEscape[]

  constructor(program: AnyProgram) {
    this.#program = program
    this.#escapes = program.options.escapes ?? []
  }

  compile(): CompiledProgram {
    const { family, steps, options } = this.#program
    const root: Scope = {
      prefix: '',
      procedure: undefined,
      steps,
      exit: () =>
        options.loop === true ? { pc: this.#first(root), leaves: [] } : { pc: this.labels.length, leaves: [] },
      active: [],
      at: new Map(),
    }
    this.#place(root, root)
    const start = options.start ?? Object.keys(steps)[0] ?? ''
    const startIndex = root.at.get(start)
    if (startIndex === undefined)
      throw new ConfigError(`The program of '${family}' cannot start at '${start}', which is none of its labels.`)
    for (const escape of this.#escapes)
      for (const label of [...escape.from, escape.to])
        if (!root.at.has(label))
          throw new ConfigError(
            `The escape '${escape.name}' of '${family}' names '${label}', which is none of its labels.`,
          )
    return {
      family,
      labels: this.labels,
      done: this.labels.length,
      start: startIndex,
      frames: this.frames,
      runs: options.runs as Recipe<boolean> | undefined,
      role: options.role ?? 'protocol',
    }
  }

  #first(scope: Scope): number {
    return scope.at.get(Object.keys(scope.steps)[0] ?? '') ?? 0
  }

  /** Places the labels of a scope and of the calls in it, in order. */
  #place(scope: Scope, root: Scope): void {
    const names = Object.keys(scope.steps)
    names.forEach((name, position) => {
      const step = scope.steps[name]
      if (step === undefined) return
      const next = (): Target => {
        const following = names[position + 1]
        return following === undefined ? scope.exit() : { pc: scope.at.get(following) ?? 0, leaves: [] }
      }
      scope.at.set(name, this.labels.length)
      if (typeof step === 'object' && 'call' in step) this.#call(scope, root, name, step, next)
      else this.#label(scope, root, name, step, next, undefined)
    })
  }

  #goto(scope: Scope, label: string): Target | undefined {
    if (label === RETURN && scope.procedure !== undefined) return scope.exit()
    if (label === DONE && scope.procedure === undefined) return { pc: this.labels.length, leaves: [] }
    const pc = scope.at.get(label)
    return pc === undefined ? undefined : { pc, leaves: [] }
  }

  #label(scope: Scope, root: Scope, name: string, step: AnyStep, next: () => Target, bind: FlatLabel['bind']): void {
    const full = scope.prefix + name
    const own =
      typeof step === 'object' && 'either' in step
        ? Object.entries(step.either).map(([alternative, action]) => toAction(alternative, action))
        : [toAction('', step)]
    const escapes = this.#escapes
      .filter((escape) => escape.from.some((label) => full === label || full.startsWith(`${label}/`)))
      .map((escape): FlatAction => ({
        ...toAction(escape.name, escape),
        escape: () => ({ pc: root.at.get(escape.to) ?? 0, leaves: scope.active }),
      }))
    this.labels.push({
      index: this.labels.length,
      name: full,
      key: this.labels.some((label) => label.name === full) ? `${full}*` : full,
      actions: [...own, ...escapes],
      procedure: scope.procedure,
      within: bind === undefined ? scope.active : scope.active.slice(1),
      bind,
      target: (label) => (label === undefined ? next() : this.#goto(scope, label)),
      targets: Object.keys(scope.steps),
    })
  }

  #call(scope: Scope, root: Scope, name: string, step: AnyCall, next: () => Target): void {
    const { family } = this.#program
    const procedure = step.call
    if (scope.active.includes(procedure.name))
      throw new ConfigError(
        `'${procedure.name}' calls itself in the program of '${family}'; recursion has no finite frame.`,
      )
    if (!procedure.families.includes(family))
      throw new ConfigError(
        `The program of '${family}' calls '${procedure.name}', which is declared for ${procedure.families.join(', ')}.`,
      )
    const shape = { ...procedure.args, ...procedure.locals }
    const before = this.frames.get(procedure.name)
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(shape))
      throw new ConfigError(
        `Two procedures named '${procedure.name}' with different arguments or locals are called in the program of '${family}'.`,
      )
    this.frames.set(procedure.name, shape)
    const inner: Scope = {
      prefix: `${scope.prefix}${name}/${procedure.name}.`,
      procedure: procedure.name,
      steps: procedure.steps,
      exit: () => {
        const after = step.then === undefined ? next() : this.#goto(scope, step.then)
        if (after === undefined)
          throw new ConfigError(
            `The call '${scope.prefix}${name}' in the program of '${family}' goes on to '${step.then}', which is no label there.`,
          )
        return { pc: after.pc, leaves: [procedure.name, ...after.leaves] }
      },
      active: [procedure.name, ...scope.active],
      at: new Map(),
    }
    // The entry stands first, so that a goto to the calling label binds the arguments; the twin of the first step follows in #place.
    const first = Object.keys(procedure.steps)[0] ?? ''
    const firstStep = procedure.steps[first]
    if (typeof firstStep === 'object' && 'call' in firstStep)
      throw new ConfigError(
        `'${procedure.name}' begins with a call; begin it with a step, which is where its arguments are bound.`,
      )
    if (firstStep === undefined) return
    const second = Object.keys(procedure.steps)[1]
    this.#label(
      inner,
      root,
      first,
      firstStep,
      () => (second === undefined ? inner.exit() : { pc: inner.at.get(second) ?? 0, leaves: [] }),
      { args: step.args as Recipe<object> | undefined, callerFrame: scope.procedure },
    )
    this.#place(inner, root)
  }
}

/** Does a process whose label has this code stand at the label of that name, or inside a call made there? */
export function standsAt({ labels, done }: CompiledProgram, pc: number, label: string): boolean {
  if (label === DONE) return pc === done
  const name = labels[pc]?.name
  return name !== undefined && (name === label || name.startsWith(`${label}/`))
}

/** Compiles every program of an instance, by family. */
export function compilePrograms(instance: Instance): Map<string, CompiledProgram> {
  const compiled = new Map<string, CompiledProgram>()
  for (const program of instance.programs) {
    if (compiled.has(program.family)) throw new ConfigError(`There are two programs for '${program.family}'.`)
    compiled.set(program.family, new Compiler(program).compile())
  }
  return compiled
}
