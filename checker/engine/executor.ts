/**
 * The executor: runs recipes on a port. It is the meaning of a step, the same for every engine: which actions a label
 * has, in which order, how `pick` is taken every way, where control goes, what a note may do.
 */
import type { Property } from '../language/property.ts'
import { DONE } from '../language/program.ts'
import { treeOf, type Tree } from './draft.ts'
import { identityOf, nameOf } from './identity.ts'
import { Fault } from './fault.ts'
import type { Layout } from './layout.ts'
import { Odometer } from './odometer.ts'
import type { Orders } from './orders.ts'
import type { StatePort } from './port.ts'
import {
  standsAt,
  type CompiledProgram,
  type FlatAction,
  type FlatLabel,
  type Process,
  type Target,
} from './process.ts'
import { slotsOf } from './layout.ts'
import type { Tampering } from './tampering.ts'

/** One way in which a step went: its writes are in the port when this is emitted. */
export interface Outcome {
  /** Name of the alternative, '' where the label has only one. */
  readonly action: string
  readonly picks: readonly string[]
  readonly urgent: boolean
  readonly fault: Fault | undefined
}

/** A question about a state, as a number. */
export interface Observer {
  readonly property: Property
  /** Reads two states: the one before the step and the one after it. */
  readonly pair: boolean
  readonly code: (s: never, context: never) => number
}

/** The more trees of handles, the sooner a kept one is found dead. They are built when they are first used. */
const TREES = 16
const NO_FRAME = Object.freeze({})

function asFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  return new Fault('exception', `the recipe threw ${message}.`)
}

export class Executor {
  readonly #layout: Layout
  readonly #port: StatePort
  readonly #orders: Orders | undefined
  /** Taken in an order without a period that a step could meet, so that a kept handle is soon found dead. */
  readonly #trees: Tree[] = []

  /** Actions whose guard was false in some state, while the process could have run. */
  readonly refused: Set<FlatAction> = new Set()
  #turn = 0
  #sequence = 1
  readonly #programAt: ReadonlyMap<number, CompiledProgram>
  readonly #odometer = new Odometer()
  readonly #pick = <T>(options: Iterable<T>): T => this.#odometer.take(options, this.#port)
  readonly #before = <T>(expression: () => T): T => this.#port.before(expression)
  /** Are all processes? However they are ordered. */
  readonly #finished = (): boolean =>
    this.#layout.processes.every(({ pc, program }) => this.#port.get(pc) === program.done)
  readonly #at = (process: object, label: string): boolean => this.#standsAt(process, label)

  constructor(layout: Layout, port: StatePort, orders?: Orders) {
    this.#layout = layout
    this.#port = port
    this.#orders = orders
    this.#programAt = new Map(layout.processes.map((process) => [process.pc, process.program]))
  }

  #tree(): Tree {
    // xorshift; the step by at least one keeps the last tree from being used again.
    let x = this.#sequence
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#sequence = x
    this.#turn = (this.#turn + 1 + ((x >>> 0) % (TREES - 1))) % TREES
    return (this.#trees[this.#turn] ??= treeOf(this.#layout, this.#port, this.#orders))
  }

  /** Emits every initial state, as writes over the initial codes. */
  initial(emit: (outcome: Outcome) => void): void {
    const init = this.#layout.instance.init as ((s: object, pick: unknown) => unknown) | undefined
    this.#branches(
      '',
      emit,
      (tree) => {
        this.#port.mode = 'init'
        if (init !== undefined) refuseAsync(init(tree.state, this.#pick))
        return true
      },
      false,
    )
  }

  /** Emits every outcome of the label at which a process stands. Nothing is emitted where it is not enabled. */
  outcomes(process: Process, label: FlatLabel, emit: (outcome: Outcome) => void): void {
    for (const action of label.actions)
      this.#branches(action.name, emit, (tree) => this.#take(tree, process, label, action), action.urgent)
  }

  /** Evaluates a property's question. A fault is thrown. */
  observe(observer: Observer): number {
    const port = this.#port
    const tree = this.#tree()
    port.begin()
    port.mode = 'read'
    tree.alive = true
    try {
      const value = observer.code(tree.state as never, this.#contextOf(tree) as never)
      if (port.fault !== undefined) throw port.fault
      port.settleHistory('property')
      return value
    } catch (thrown) {
      throw port.fault ?? asFault(thrown)
    } finally {
      tree.alive = false
    }
  }

  #contextOf({ history: h }: Tree): object {
    return { h, at: this.#at, before: this.#before, finished: this.#finished, layout: this.#layout }
  }

  #branches(action: string, emit: (outcome: Outcome) => void, run: (tree: Tree) => boolean, urgent: boolean): void {
    const port = this.#port
    const odometer = this.#odometer
    odometer.restart()
    do {
      const tree = this.#tree()
      odometer.rewind()
      port.begin()
      tree.alive = true
      let taken = false
      try {
        taken = run(tree)
      } catch (thrown) {
        // A note may fail for want of history that is not kept; with it, in the next exploration, it will not.
        if (port.lacksHistory()) taken = true
        else if (!odometer.empty) port.fault ??= asFault(thrown)
      }
      tree.alive = false
      port.mode = 'engine'
      if (odometer.empty) continue
      if (port.fault !== undefined) emit({ action, picks: odometer.picks(), urgent, fault: port.fault })
      else if (taken) emit({ action, picks: odometer.picks(), urgent, fault: undefined })
    } while (odometer.advance())
  }

  #take(tree: Tree, process: Process, label: FlatLabel, action: FlatAction): boolean {
    const port = this.#port
    const s = tree.state
    const { me, frames } = tree.processes[process.id] as Tree['processes'][number]
    const frame = label.procedure === undefined ? NO_FRAME : (frames[label.procedure] ?? NO_FRAME)
    const { tampering } = action
    port.tampering = tampering
    tampering?.begin?.(process.name)
    port.mode = 'read'
    const runs = process.program.runs === undefined || isTrue(process.program.runs(s, me))
    tampering?.answered?.('runs', runs)
    if (!runs) return false
    if (label.bind !== undefined) {
      const { args, callerFrame } = label.bind
      const values = args?.(s, me, callerFrame === undefined ? NO_FRAME : frames[callerFrame])
      port.mode = 'engine'
      Object.assign(frame, values)
      port.mode = 'read'
    }
    const open = action.when === undefined || isTrue(action.when(s, me, frame))
    tampering?.answered?.('when', open)
    if (!open) {
      this.refused.add(action)
      return false
    }
    port.mode = 'effect'
    const returned = action.do?.(s, me, this.#pick, frame)
    refuseAsync(returned)
    if (tampering !== undefined && !this.#amend(tampering)) return false
    this.#goto(process, label, action.escape?.() ?? this.#target(process, label, returned))
    if (action.note !== undefined) {
      port.mode = 'note'
      refuseAsync(action.note(tree.history, s, me, this.#before))
      port.settleHistory('note')
    }
    return true
  }

  /** Writes what a tampering adds; `false` where the step is not to be taken in this way. */
  #amend(tampering: Tampering): boolean {
    const port = this.#port
    port.tampering = undefined
    port.mode = 'engine'
    const more = tampering.end?.(this.#odometer.picks()) ?? []
    if (more === 'lost') return false
    for (const { slot, code } of more) port.set(slot, code)
    return true
  }

  #target(process: Process, label: FlatLabel, returned: unknown): Target {
    const target = returned === undefined || typeof returned === 'string' ? label.target(returned) : undefined
    if (target !== undefined) return target
    const names = [...label.targets, label.procedure === undefined ? DONE : 'return'].join(', ')
    return this.#port.fail(
      new Fault(
        'exception',
        `'${label.name}' of ${process.name} returned ${String(returned)}, which is no label; there are: ${names}.`,
      ),
    )
  }

  #goto(process: Process, label: FlatLabel, target: Target): void {
    const port = this.#port
    port.mode = 'engine'
    if (target.pc !== label.index) port.set(process.pc, target.pc)
    const frames = this.#layout.families.get(process.family)?.members[process.index]?.frames
    for (const procedure of target.leaves) {
      const frame = frames?.[procedure]
      if (frame !== undefined) for (const slot of slotsOf(frame)) port.set(slot, this.#layout.slots[slot]?.initial ?? 0)
    }
  }

  #standsAt(process: object, label: string): boolean {
    const identity = identityOf(process)
    const own = identity?.layout === this.#layout
    const program = !own || identity.pc === undefined ? undefined : this.#programAt.get(identity.pc)
    if (identity?.pc === undefined || program === undefined)
      return this.#port.fail(
        new Fault('exception', `at(${nameOf(process)}, '${label}') asks about something that has no program here.`),
      )
    this.#port.onLabelAsked?.(identity.pc, label)
    return standsAt(program, this.#port.get(identity.pc), label)
  }
}

function refuseAsync(returned: unknown): void {
  if (typeof returned !== 'object' || returned === null || !('then' in returned)) return
  // What it does later fails on a dead draft; nobody must be left waiting for that.
  if (returned instanceof Promise) returned.catch(() => undefined)
  throw new Fault('impure', 'the step is asynchronous; a step is one atomic function call.')
}

/** The answer of a guard, which must be one. */
function isTrue(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer
  refuseAsync(answer)
  throw new Fault('exception', `a guard answered ${nameOf(answer)}; it must answer true or false.`)
}
