/**
 * Why a trace ends as it does: which values decided each step, who wrote them, and which steps did not matter.
 *
 * Causes are found backwards from the end: what the property looked at, the steps that last changed it, what these
 * looked at, and how each process came to where it stood. A step is a function of what it reads, and a tick also of what
 * is urgent, so the causes alone, taken in their order, do the same once more.
 *
 * A value is *decisive* where the step would not have gone the same way with the value from before its last change.
 * A value is *overtaken* where somebody changed it after it was read, the reader went on without looking again, and
 * would have gone another way had it looked: most races are of this kind.
 */
import type { BranchRead, Machine } from '../engine/machine.ts'
import type { PlainState } from '../engine/plain.ts'
import type { Process } from '../engine/process.ts'
import { sameStep } from '../engine/step.ts'
import type { Property } from '../language/property.ts'
import { endOf, look, standstill, type End, type Idle } from './end.ts'
import { fieldsOf, processOf, type Field } from './fields.ts'
import type { LassoOf } from './lasso.ts'
import { continued, type Step, type Trace } from './schedule.ts'
import type { Trap } from './trap.ts'
import { Variations } from './variations.ts'

/** A value that a step, or the property at the end, depends on. */
export interface Deciding {
  readonly field: Field
  readonly value: string
  readonly atStart: string
  /** The step that last changed it, and its number, counted from 0; -1: it is as it was at the start. */
  readonly writer: number
  readonly by: Step | undefined
  readonly decisive: boolean
  /** Only a note looked at it. */
  readonly byNote: boolean
  /** Of what never ends as it should: nobody has written it, and with another value the step would have led elsewhere. */
  readonly parts?: boolean
  /** At the end: with some other value, be it one that it never had, the property would say something else. */
  readonly decides?: boolean
}
export interface Changed {
  readonly field: Field
  readonly atStart: string
  readonly from: string
  readonly to: string
}
export interface ExplainedStep {
  /** Counted from 0. */
  readonly index: number
  readonly step: Step
  readonly changes: readonly Changed[]
  readonly reads: readonly Deciding[]
  /** The end depends on it. */
  readonly isCause: boolean
}

/** Somebody acted on a value that was no longer true. */
export interface Overtaken {
  readonly process: string
  readonly field: Field
  /** The step that read it, and what. */
  readonly read: number
  readonly value: string
  /** The steps of others that have changed it since, at least one, and what it was when the reader last moved. */
  readonly by: readonly number[]
  readonly lastBy: number
  readonly now: string
}

/**
 * A process that does not move any more, and what it looks at. `decisive`: with the earlier value it could move, or with some
 * other one of what nobody has written; in a loop preferably of what the loop leaves alone.
 */
export interface Waiting extends Omit<Idle, 'reads'> {
  readonly reads: readonly Deciding[]
}

/** A trace with the reasons for its end. Steps are counted from 0. */
export interface Explanation {
  readonly trace: Trace
  readonly loop: number | undefined
  readonly steps: readonly ExplainedStep[]
  /** What the property looked at in the last state. */
  readonly atEnd: readonly Deciding[]
  readonly overtaken: readonly Overtaken[]
  /**
   * Of a loop: the values that keep its goal away and are the same all around it, with another of which it would be there;
   * where one is not enough, its numbers.
   */
  readonly missing: readonly Deciding[]
  /** Processes that cannot move at the end, or all around the loop. */
  readonly waiting: readonly Waiting[]
  /** The fields of the state, in the order of declaration. */
  readonly fields: readonly Field[]
}

/** What an outcome depends on, each slot once. */
interface Reads {
  readonly slots: ReadonlySet<number>
  readonly byNote: ReadonlySet<number>
}

function toReads(reads: readonly BranchRead[]): Reads {
  const slots = new Set(reads.map(({ slot }) => slot))
  const byOthers = new Set(reads.filter(({ byNote }) => !byNote).map(({ slot }) => slot))
  return { slots, byNote: new Set([...slots].filter((slot) => !byOthers.has(slot))) }
}

/** What a step of a state depends on. */
export function readsOf(machine: Machine, state: PlainState, step: Step): Reads {
  let reads: Reads | undefined
  machine.outcomesOf(
    state,
    processOf(machine, step),
    (taken) => {
      if (sameStep(taken.step, step)) reads ??= toReads(machine.branchReads)
    },
    () => undefined,
  )
  return reads ?? toReads([])
}

const isEverUrgent = ({ program }: Process): boolean =>
  program.labels.some(({ actions }) => actions.some(({ urgent }) => urgent))

/** In a longer trace nobody could take notice of what was so from the start. */
const PARTED_STEPS = 35

/** A field, with the step after which it has been as it is. */
type Written = Pick<Deciding, 'field' | 'writer'>

class Explainer {
  readonly #machine: Machine
  readonly #trace: Trace
  readonly #fields: readonly Field[]
  readonly #varied: Variations
  readonly #reads: readonly Reads[]
  readonly #causes = new Set<number>()

  constructor(machine: Machine, trace: Trace) {
    this.#machine = machine
    this.#trace = trace
    this.#fields = fieldsOf(machine.layout)
    this.#varied = new Variations(machine, trace)
    this.#reads = trace.schedule.steps.map((step, i) => readsOf(machine, trace.states[i]!, step))
  }

  /** The last step before state `at` that changed a slot; -1: none did. */
  #writer(slot: number, at: number): number {
    for (let step = at - 1; step >= 0; step--)
      if (this.#varied.code(step, slot) !== this.#varied.code(step + 1, slot)) return step
    return -1
  }

  #previousOf(process: string, before: number): number {
    return this.#trace.schedule.steps.findLastIndex((step, i) => i < before && step.process === process)
  }

  /** Marks steps and all that they depend on. */
  #mark(first: Iterable<number>): void {
    const pending = [...first]
    for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
      if (step < 0 || this.#causes.has(step)) continue
      this.#causes.add(step)
      pending.push(this.#previousOf(this.#trace.schedule.steps[step]!.process, step))
      for (const slot of this.#reads[step]!.slots) pending.push(this.#writer(slot, step))
      pending.push(...this.#settling(step))
    }
  }

  /** Of a tick: how everybody who may have something urgent to do came to where nothing is. */
  #settling(tick: number): number[] {
    const { states, schedule } = this.#trace
    if (processOf(this.#machine, schedule.steps[tick]!).program.role !== 'time') return []
    return this.#machine.layout.processes
      .filter((process) => process.program.role !== 'time' && isEverUrgent(process))
      .flatMap((process) => [
        this.#previousOf(process.name, tick),
        ...look(this.#machine, states[tick]!, process).reads.map(({ slot }) => this.#writer(slot, tick)),
      ])
  }

  explain(end: End, loop: number | undefined): Explanation {
    const { steps } = this.#trace.schedule
    const last = this.#trace.states.length - 1
    const atEnd = toReads(end.reads)
    this.#mark([
      ...[...atEnd.slots].flatMap((slot) => [
        this.#writer(slot, last),
        ...(end.pair ? [this.#writer(slot, last - 1)] : []),
      ]),
      ...end.processes.map((process) => this.#previousOf(process, steps.length)),
      ...(end.pair ? [last - 1] : []),
      ...(end.isWhole === true ? steps.keys() : []),
      ...(loop === undefined ? [] : steps.map((_, i) => i).slice(loop)),
    ])
    const explained = steps.map((step, i): ExplainedStep => ({
      index: i,
      step,
      changes: this.#changes(i),
      reads: this.#deciding(this.#reads[i]!, i, (state) => this.#varied.goesTheSameWay(i, state)).map((read) => ({
        ...read,
        ...(end.isForEver === true &&
          steps.length <= PARTED_STEPS &&
          read.writer < 0 && { parts: this.#parts(i, read) }),
      })),
      isCause: this.#causes.has(i),
    }))
    return {
      trace: this.#trace,
      loop,
      steps: explained,
      atEnd: this.#deciding(atEnd, last, this.#sameEnd(end)).map((read) => ({
        ...read,
        ...(end.isMoment === true && { decides: read.decisive || this.#decidesEnd(end, read) }),
      })),
      overtaken: this.#overtaken(explained, loop ?? steps.length),
      missing: end.goal === undefined ? [] : this.#missing(end.goal, loop ?? last),
      waiting: end.idle.map((idle) => this.#waiting(idle, loop ?? Infinity)),
      fields: this.#fields,
    }
  }

  #changes(step: number): Changed[] {
    const [before, after] = [this.#trace.states[step]!, this.#trace.states[step + 1]!]
    return this.#fields
      .map((field) => ({
        field,
        atStart: field.show(this.#trace.states[0]!),
        from: field.show(before),
        to: field.show(after),
      }))
      .filter(({ from, to }) => from !== to)
  }

  #deciding(
    { slots, byNote }: Reads,
    at: number,
    isSame: (state: PlainState, written: Written) => boolean,
  ): Deciding[] {
    return this.#fields
      .flatMap((field) => (field.slots.every((slot) => slots.has(slot)) ? field : (field.elements ?? field)))
      .filter((field) => field.slots.some((slot) => slots.has(slot)))
      .map((field) => {
        const writer = Math.max(...field.slots.map((slot) => this.#writer(slot, at)))
        return {
          field,
          value: field.show(this.#trace.states[at]!),
          atStart: field.show(this.#trace.states[0]!),
          writer,
          by: this.#trace.schedule.steps[writer],
          decisive: writer >= 0 && !isSame(this.#varied.as(at, field, writer), { field, writer }),
          byNote: field.slots.every((slot) => !slots.has(slot) || byNote.has(slot)),
        }
      })
  }

  /** Of a field that the last step leaves alone the property may look at both states. */
  #isOfBoth(end: End, field: Field): boolean {
    const last = this.#trace.states.length - 1
    return end.pair && last > 0 && !this.#varied.changes(last - 1, field)
  }

  #sameEnd(end: End): (state: PlainState, written: Written) => boolean {
    const before = this.#trace.states.length - 2
    return (state, { field, writer }) =>
      this.#isOfBoth(end, field) ? end.isStillSo(state, this.#varied.as(before, field, writer)) : end.isStillSo(state)
  }

  /** Would the property say something else with some other value? */
  #decidesEnd(end: End, { field }: Deciding): boolean {
    const last = this.#trace.states.length - 1
    const isOfBoth = this.#isOfBoth(end, field)
    return this.#varied
      .others(last, field)
      .some((written) =>
        isOfBoth
          ? !end.isStillSo(this.#varied.with(last, written), this.#varied.with(last - 1, written))
          : !end.isStillSo(this.#varied.with(last, written)),
      )
  }

  /** Of values that are the same all around the loop. */
  #missing({ reads, isThere }: NonNullable<End['goal']>, loop: number): Deciding[] {
    const last = this.#trace.states.length - 1
    const all = this.#deciding(toReads(reads), last, () => true).filter(({ writer }) => writer < loop)
    const alone = all.filter(({ field }) => this.#varied.otherStates(last, field).some(isThere))
    return alone.length === 0 ? all.filter(({ field }) => field.kind === 'other' && field.slots.length === 1) : alone
  }

  /** Would the step have led to another label with another value? */
  #parts(i: number, { field, byNote }: Deciding): boolean {
    // That a pointer or a list is there is what one expects.
    if (byNote || field.kind === 'ref' || field.slots.length > 1) return false
    return this.#varied.otherStates(i, field).some((state) => !this.#varied.goesToTheSameLabel(i, state))
  }

  /** What keeps a process from moving, or lets it move; in a loop what the loop leaves alone, if that is enough. */
  #waiting(idle: Idle, loop: number): Waiting {
    const process = this.#machine.layout.processes.find(({ name }) => name === idle.process)!
    const pc = this.#machine.plain.places[process.pc]!
    const movesIn = (state: PlainState): 'not' | 'to its end' | 'on' => {
      const to: number[] = []
      this.#machine.outcomesOf(
        state,
        process,
        ({ next }) => to.push(pc.get(next)),
        () => undefined,
      )
      if (to.length === 0) return 'not'
      return to.every((code) => code === process.program.done) ? 'to its end' : 'on'
    }
    const at = this.#trace.states.length - 1
    const moves = movesIn(this.#trace.states[at]!)
    const reads = this.#deciding(toReads(idle.reads), at, (state) => movesIn(state) === moves)
    if (moves !== 'not') return { ...idle, reads }
    const opened = reads.map(({ field, writer }) => {
      const tried = writer >= 0 ? [this.#varied.as(at, field, writer)] : this.#varied.otherStates(at, field)
      return new Set(tried.map(movesIn))
    })
    // Whoever could only go home with another value does not wait for that one, if there is another.
    const wanted = (['on', 'to its end'] as const).find((each) => opened.some((found) => found.has(each)))
    // Where no single value is enough, what it looked at last is what it got no further for.
    const lastRead = idle.reads.at(-1)?.slot ?? -1
    const isDecisive = ({ field }: Deciding, i: number): boolean =>
      wanted === undefined ? field.slots.includes(lastRead) : opened[i]!.has(wanted)
    const isLasting = ({ writer }: Deciding): boolean => writer < loop
    const lasts = reads.some((read, i) => isDecisive(read, i) && isLasting(read))
    return {
      ...idle,
      reads: reads.map((read, i) => ({ ...read, decisive: isDecisive(read, i) && (!lasts || isLasting(read)) })),
    }
  }

  /** Of the steps before `end`: who goes round for ever looks again, or has done so all along. */
  #overtaken(steps: readonly ExplainedStep[], end: number): Overtaken[] {
    return steps
      .slice(0, end)
      .flatMap(({ step, isCause, reads }, i) =>
        isCause ? reads.flatMap((read) => this.#overtakes(step.process, i, read, end) ?? []) : [],
      )
  }

  /** The first step of the last round of a process: where it last set out from its first label. */
  #roundOf(process: string, before: number): number {
    const { program } = processOf(this.#machine, { process, label: '' })
    const first = program.labels[0]?.name
    const isFirst = (step: Step, i: number): boolean => i < before && step.process === process && step.label === first
    return this.#trace.schedule.steps.findLastIndex(isFirst)
  }

  #overtakes(process: string, i: number, { field, value, byNote }: Deciding, end: number): Overtaken | undefined {
    const { steps } = this.#trace.schedule
    const last = this.#previousOf(process, end)
    // What was read in a round that is over is read again if need be.
    if (byNote || !this.#causes.has(last) || i < this.#roundOf(process, end)) return undefined
    const readsAgain = steps.some(
      (step, j) => j > i && step.process === process && field.slots.some((slot) => this.#reads[j]!.slots.has(slot)),
    )
    if (readsAgain) return undefined
    const by = steps.flatMap((step, j) =>
      j > i && j < last && this.#varied.changes(j, field) ? [{ j, process: step.process }] : [],
    )
    const now = field.show(this.#trace.states[last]!)
    if (by.length === 0 || now === value || this.#varied.changes(i, field)) return undefined
    if (by.some((each) => each.process === process)) return undefined
    if (this.#varied.goesTheSameWay(i, this.#varied.as(i, field, last))) return undefined
    const numbers = by.map(({ j }) => j)
    return { process, field, read: i, value, by: numbers, lastBy: Math.max(...numbers), now }
  }
}

/** Explains the end of a trace of a machine: what is violated there, or reached. */
export function explain(
  machine: Machine,
  name: string,
  properties: readonly Property[],
  trace: Trace,
  { loop, fairness = {} }: LassoOf = {},
): Explanation {
  const end = endOf(machine, name, properties, trace, { ...(loop === undefined ? {} : { loop }), fairness })
  return new Explainer(machine, trace).explain(end, loop)
}

/** Explains how a trace goes on to where it ends for ever, after its own end, of which `before` is the explanation. */
export function explainTrap(machine: Machine, before: Explanation, { into, round, movers }: Trap): Explanation {
  const stem = continued(before.trace, into)
  const whole = continued(stem, round)
  const loop = round.steps.length === 0 ? undefined : stem.schedule.steps.length
  const end = standstill(machine, loop === undefined ? stem.states.slice(-1) : round.states.slice(1), movers)
  const { steps, ...explanation } = new Explainer(machine, whole).explain(end, loop)
  return {
    ...explanation,
    steps: steps.map((each) => ({ ...each, isCause: before.steps[each.index]?.isCause ?? true })),
  }
}
