/**
 * The transition relation, learnt: per process and label a decision tree over the fields that its step reads.
 *
 * A step is recorded where no path covers the state. A label whose tree does not pay is evaluated directly: its leaf
 * then says so, and the outcomes of one state are written into a scratch leaf of the same form. Recordings are made
 * twice, and audited when a second state hits their leaf.
 */
import { maskOf, type Codec } from './codec.ts'
import { Economy, type EconomyOptions } from './economy.ts'
import { Asymmetry, type EveryOrder } from './every-order.ts'
import { coverName, type FaultSighting } from './engine.ts'
import type { Executor, Observer, Outcome } from './executor.ts'
import { Fault, type StepFault } from './fault.ts'
import { NO_FOOTPRINT, type Footprints } from './footprint.ts'
import { COUNT_MASK, DIRECT, FAULTY, Forest, NO_ANSWER, UNAUDITED, URGENT } from './forest.ts'
import type { GrowableWords } from './growable.ts'
import type { Layout } from './layout.ts'
import type { FlatAction, Process } from './process.ts'
import type { RecordingPort } from './recorder.ts'

/** One in this many direct evaluations is done twice: there is no second state that could hit the same leaf. */
const DIRECT_AUDIT_PERIOD = 64

interface LabelTree {
  readonly process: Process
  readonly label: number
  /** Where in the array the pointer to its root stands. */
  readonly cell: number
  readonly economy: Economy
}

interface ObserverTree {
  readonly observer: Observer
  readonly cell: number
  readonly economy: Economy
  readonly slots: Set<number>
}

/** What gave one thing and then another for the same reads. */
class Unsteady extends Fault {
  constructor(message: string, field?: string) {
    super('impure', message, field)
  }
}

export class Relation {
  readonly roots: Int32Array
  readonly observerCells: Int32Array
  readonly taken: Set<string> = new Set()
  readonly faults: FaultSighting[] = []
  /** Was something met that depends on more than the state? Nothing that was learnt can be relied on then. */
  isUnsteady = false
  /** Re-runs a step on the reference engine; set by the engine that owns both. */
  reference: ((process: Process, words: Int32Array) => Int32Array[] | undefined) | undefined
  /** Told what every recording reads and writes, where that is wanted. */
  readonly footprints: Footprints | undefined
  /** States expanded in passes before this one, by a search that makes several. */
  expandedBefore = 0
  executions = 0
  direct = 0
  /** Shows of each leaf that the order of the members makes no difference to it; set where members are exchanged. */
  everyOrder: EveryOrder | undefined
  /** Observers to which it makes one, and why. */
  readonly asymmetries: Map<number, string> = new Map()
  readonly #faultsMet = new Set<string>()
  readonly #layout: Layout
  readonly #codec: Codec
  readonly #port: RecordingPort
  readonly #executor: Executor
  /** By process and label. */
  readonly #trees: LabelTree[][] = []
  readonly #observers: ObserverTree[]
  readonly forest: Forest
  readonly #directLeaf: number
  readonly #faultyLeaf: number
  readonly #keep: Int32Array
  readonly #set: Int32Array

  constructor(
    layout: Layout,
    codec: Codec,
    port: RecordingPort,
    executor: Executor,
    observers: readonly Observer[],
    options: EconomyOptions,
    footprints?: Footprints,
    shared = false,
  ) {
    this.footprints = footprints
    port.onLabelAsked = footprints && ((slot, label) => footprints.asked(slot, label))
    this.#layout = layout
    this.#codec = codec
    this.forest = new Forest(codec, shared)
    this.#port = port
    this.#executor = executor
    this.#keep = new Int32Array(codec.words)
    this.#set = new Int32Array(codec.words)
    this.#directLeaf = this.forest.leaf([DIRECT, 0])
    this.#faultyLeaf = this.forest.leaf([FAULTY, NO_ANSWER])
    const finished = this.forest.leaf([0, 0])
    footprints?.setLeaf(finished, NO_FOOTPRINT)
    this.roots = Int32Array.from(layout.processes, (process) => {
      const bits = codec.bits[process.pc]!
      const node = this.forest.node(process.pc, codec.position(process.pc), maskOf(bits))
      const cells = node + 1
      this.#trees[process.id] = process.program.labels.map((_, label) => ({
        process,
        label,
        cell: cells + label,
        economy: new Economy(options),
      }))
      this.code.array[cells + process.program.done] = -finished
      return node
    })
    this.observerCells = new Int32Array(observers.length)
    this.#observers = observers.map((observer, i) => {
      const cell = this.forest.allocate(1)
      this.observerCells[i] = cell
      return { observer, cell, economy: new Economy(options), slots: new Set() }
    })
  }

  /** Actions whose guard was false in some state. */
  get refused(): ReadonlySet<FlatAction> {
    return this.#executor.refused
  }

  /** The words of all trees. */
  get code(): GrowableWords {
    return this.forest.code
  }

  varies(observer: number): boolean {
    const { economy, slots } = this.#observers[observer]!
    // History that never changes is an answer: the notes that would have changed it looked at every step.
    const looksAtHistory = [...slots].some((slot) => this.#layout.slots[slot]!.history)
    return looksAtHistory || economy.direct || economy.leaves > 1
  }
  reads(observer: number): ReadonlySet<number> {
    return this.#observers[observer]!.slots
  }

  // ---- for questions after the exploration

  /** The leaf of a process in a state that was explored. */
  leafFor(process: number, words: Int32Array, state: number): number {
    const pointer = this.forest.descend(this.roots[process]!, words)
    if (pointer === 0) return this.miss(process, words, state)
    return (this.code.array[-pointer]! & DIRECT) !== 0 ? this.evaluate(process, words, state) : -pointer
  }

  /** The answer of an observer in a state that was explored. */
  answerFor(observer: number, words: Int32Array, state: number): number {
    const pointer = this.forest.descend(this.code.array[this.observerCells[observer]!]!, words)
    const plain = pointer !== 0 && (this.code.array[-pointer]! & DIRECT) === 0
    return plain ? this.code.array[1 - pointer]! : this.observe(observer, words, state)
  }

  // ---- called by the kernel, outside its inner loop

  /** Records the step of a process in a state that no path covers. Gives the leaf. */
  miss(process: number, words: Int32Array, state: number): number {
    const tree = this.#treeAt(process, words)
    this.#port.bind(words, true)
    const outcomes = this.#run(tree, state)
    this.everyOrder?.step(tree.process, tree.process.program.labels[tree.label]!)
    const leaf = this.forest.leaf(outcomes)
    this.footprints?.step(process, tree.label, leaf, this.#port)
    this.code.array[leaf]! |= UNAUDITED
    const conflict = this.#insert(tree.cell, leaf, 1)
    if (conflict !== undefined) return this.#impure(tree, state, conflict)
    const audited = this.audit(process, leaf, words, state)
    if (audited !== leaf) return audited
    this.#judge(tree, leaf, state)
    return leaf
  }

  /** Evaluates the step of a process directly. Gives a leaf that is good until the next call. */
  evaluate(process: number, words: Int32Array, state: number): number {
    const tree = this.#treeAt(process, words)
    const run = (): number => {
      // What every order is compared by is what was read; footprints are made of it.
      this.#port.bind(words, this.everyOrder !== undefined || this.footprints !== undefined)
      const leaf = this.forest.scratch(this.#run(tree, state))
      // What is read under every order of the members belongs to the footprint.
      this.everyOrder?.step(tree.process, tree.process.program.labels[tree.label]!)
      this.footprints?.step(process, tree.label, leaf, this.#port)
      return leaf
    }
    const leaf = run()
    if (++this.direct % DIRECT_AUDIT_PERIOD !== 0) return leaf
    const first = this.forest.successors(leaf, words)
    const again = run()
    if (sameSuccessors(first, this.forest.successors(again, words))) return again
    return this.#impure(tree, state, 'the same step gave different results in the same state')
  }

  /** Re-runs a step on a state that hits its leaf, and compares. Gives the leaf to go on with. */
  audit(process: number, leaf: number, words: Int32Array, state: number): number {
    const tree = this.#treeAt(process, words)
    this.#port.bind(words, false)
    const again = this.forest.scratch(this.#run(tree, state))
    const same = sameSuccessors(this.forest.successors(leaf, words), this.forest.successors(again, words))
    if (same && ((this.code.array[leaf]! ^ this.code.array[again]!) & FAULTY) === 0) return leaf
    const difference = this.#firstDifference(leaf, again, words)
    return this.#impure(tree, state, `the same step gave different results for the same reads${difference}`)
  }

  /** The leaf was hit by a second state: audits it, once. */
  auditOnce(process: number, leaf: number, words: Int32Array, state: number): number {
    this.code.array[leaf]! &= ~UNAUDITED
    return this.audit(process, leaf, words, state)
  }

  /** Compares a leaf with the reference engine. */
  auditByReference(process: number, leaf: number, words: Int32Array, state: number): void {
    const expected = this.reference?.(this.#layout.processes[process]!, words)
    if (expected !== undefined && !sameSuccessors(this.forest.successors(leaf, words), expected))
      this.#impure(this.#treeAt(process, words), state, 'the recorded step and the reference engine disagree')
  }

  /** The answer of an observer where no path covers the state, or where it is evaluated directly. */
  observe(index: number, words: Int32Array, state: number): number {
    const tree = this.#observers[index]!
    const { observer, economy } = tree
    try {
      // What a direct evaluation read matters too: a saturated field may have decided it.
      this.#port.bind(words, true, observer.pair)
      this.footprints?.begin()
      const answer = this.everyOrder?.answer(observer) ?? this.#executor.observe(observer)
      for (const slot of this.#port.readSlots) tree.slots.add(slot % this.#layout.slots.length)
      this.footprints?.observed(this.#port)
      if (economy.direct) return answer
      const leaf = this.forest.leaf([UNAUDITED, answer])
      const conflict = this.#insert(tree.cell, leaf)
      if (conflict !== undefined) throw new Unsteady(conflict)
      this.footprints?.setLeaf(leaf, this.footprints.lastObserved)
      this.#checkAnswer(tree, answer, words)
      this.#judge(tree, leaf, state)
      return answer
    } catch (thrown) {
      if (thrown instanceof Asymmetry) {
        this.asymmetries.set(index, thrown.message)
        this.code.array[tree.cell] = -this.#faultyLeaf
        return NO_ANSWER
      }
      if (this.#port.recording) this.footprints?.observed(this.#port)
      return this.#unanswered(tree, state, thrown)
    }
  }

  /** An answer leaf was hit by a second state: audits it, once. */
  auditAnswer(index: number, leaf: number, words: Int32Array, state: number): number {
    const tree = this.#observers[index]!
    this.code.array[leaf]! &= ~UNAUDITED
    try {
      this.#checkAnswer(tree, this.code.array[leaf + 1]!, words)
      return this.code.array[leaf + 1]!
    } catch (thrown) {
      return this.#unanswered(tree, state, thrown)
    }
  }

  // ---- for a search that makes several passes

  /** Another pass begins, in which faults are met again: there is none after something unsteady. */
  restart(expanded: number): void {
    this.expandedBefore += expanded
    this.faults.length = 0
    this.#faultsMet.clear()
  }

  /** Forgets the faults after the first so many; where something unsteady was met, none that might be about it. */
  forgetFaultsAfter(count: number): void {
    for (const sighting of this.faults.splice(count))
      if (this.isUnsteady && sighting.fault.kind === 'impure') this.faults.push(sighting)
      else this.#faultsMet.delete(keyOf(sighting.fault))
  }

  /** Reports the faults of a leaf again, at another state. */
  faultAgain(process: number, words: Int32Array, state: number): void {
    const tree = this.#treeAt(process, words)
    this.#port.bind(words, false)
    const again = this.forest.scratch(this.#run(tree, state))
    if ((this.code.array[again]! & FAULTY) === 0) this.#impure(tree, state, 'the same step failed, and then did not')
  }
  answerFaultAgain(index: number, words: Int32Array, state: number): void {
    const tree = this.#observers[index]!
    this.#port.bind(words, false, tree.observer.pair)
    try {
      this.#executor.observe(tree.observer)
      // What depends on who is who has no answer either, and fails nowhere.
      if (this.code.array[tree.cell] !== -this.#faultyLeaf)
        throw new Unsteady('the property failed, and then answered for the same reads.')
    } catch (thrown) {
      this.#unanswered(tree, state, thrown)
    }
  }

  // ---- recording

  /** Goes over to direct evaluation where a tree does not pay. */
  #judge({ cell, economy }: LabelTree | ObserverTree, leaf: number, state: number): void {
    if (economy.recorded(leaf, this.expandedBefore + state, this.#unaudited)) this.code.array[cell] = -this.#directLeaf
  }

  #treeAt(process: number, words: Int32Array): LabelTree {
    const { pc } = this.#layout.processes[process]!
    return this.#trees[process]![this.#codec.get(words, 0, pc)]!
  }

  /** Runs a step on the bound state; gives the words of its leaf. */
  #run(tree: LabelTree, state: number): number[] {
    const { process } = tree
    const label = process.program.labels[tree.label]!
    const words = [0, tree.label]
    let count = 0
    let flags = 0
    this.executions++
    this.footprints?.begin()
    // The label was met on the way here: its slot is known.
    this.#port.get(process.pc)
    this.#executor.outcomes(process, label, (outcome: Outcome) => {
      if (outcome.fault !== undefined) {
        flags |= FAULTY
        this.#fault({ ...faultData(outcome.fault), process: process.name, label: label.name }, state)
        return
      }
      count++
      if (outcome.urgent) flags |= URGENT
      this.taken.add(coverName(process.family, label.name, outcome.action))
      this.#pushWrites(words)
    })
    if (count <= COUNT_MASK) words[0] = count | flags
    else {
      const message = `the step has ${count} outcomes in one state; ${COUNT_MASK} are the most.`
      this.#fault({ kind: 'exception', message, field: undefined, process: process.name, label: label.name }, state)
      words.splice(0, words.length, FAULTY, tree.label)
    }
    return words
  }

  /** Appends the writes of the branch, merged word by word; what is known to be there already is left out. */
  #pushWrites(into: number[]): void {
    const codec = this.#codec
    const port = this.#port
    const touched: number[] = []
    for (const slot of port.writtenSlots) {
      const bits = codec.bits[slot]!
      const code = port.written(slot)
      if (bits === 0) continue
      const isThere = port.recording && port.readCode(slot) === code
      if (!isThere || this.footprints?.countsAlways(slot) === true) this.footprints?.wrote(slot, code)
      if (isThere) continue
      const position = codec.position(slot)
      const word = position & 1023
      const shift = position >>> 10
      if (!touched.includes(word)) {
        touched.push(word)
        this.#keep[word] = -1
        this.#set[word] = 0
      }
      this.#keep[word]! &= ~(maskOf(bits) << shift)
      this.#set[word]! |= code << shift
    }
    into.push(touched.length)
    for (const word of touched) into.push(word, this.#keep[word]!, this.#set[word]!)
  }

  /** Puts a leaf at the end of the recorded path; gives the reason where the path contradicts the tree. */
  #insert(root: number, leaf: number, tested = 0): string | undefined {
    const conflict = this.forest.insert(root, leaf, this.#port, tested)
    if (conflict === undefined) return undefined
    const { slots } = this.#layout
    const name = (slot: number | undefined): string =>
      slot === undefined ? 'nothing more' : (slots[slot % slots.length]?.name ?? '?')
    return `after the same reads the step read ${name(conflict.read)} where it had read ${name(conflict.before)} before; it depends on something outside the state`
  }

  #checkAnswer({ observer }: ObserverTree, answer: number, words: Int32Array): void {
    this.#port.bind(words, false, observer.pair)
    const again = this.#answerAgain(observer)
    if (again !== answer)
      throw new Unsteady(`the property answered ${again} where it had answered ${answer} for the same reads.`)
  }

  #answerAgain(observer: Observer): number {
    try {
      return this.#executor.observe(observer)
    } catch (thrown) {
      throw thrown instanceof Fault && thrown.kind === 'impure' ? new Unsteady(thrown.message, thrown.field) : thrown
    }
  }

  #unanswered({ observer, cell, economy }: ObserverTree, state: number, thrown: unknown): number {
    if (!(thrown instanceof Fault)) throw thrown
    this.#fault({ ...faultData(thrown), process: 'property', label: observer.property.name }, state)
    if (thrown instanceof Unsteady) {
      this.isUnsteady = true
      this.code.array[cell] = -this.#faultyLeaf
    } else if (!economy.direct && this.#port.recording) {
      const leaf = this.forest.leaf([FAULTY, NO_ANSWER])
      this.footprints?.setLeaf(leaf, this.footprints.lastObserved)
      this.#insert(cell, leaf)
    }
    return NO_ANSWER
  }

  #impure(tree: LabelTree, state: number, message: string): number {
    const { process } = tree
    this.#fault(
      {
        kind: 'impure',
        message,
        field: undefined,
        process: process.name,
        label: process.program.labels[tree.label]!.name,
      },
      state,
    )
    this.isUnsteady = true
    this.code.array[tree.cell] = -this.#faultyLeaf
    return this.#faultyLeaf
  }

  #firstDifference(leaf: number, again: number, words: Int32Array): string {
    const pairs = this.forest
      .successors(leaf, words)
      .map((one, i) => [one, this.forest.successors(again, words)[i]] as const)
    for (const [one, other] of pairs) {
      if (other === undefined) break
      const slot = this.#layout.slots.find(({ id }) => this.#codec.get(one, 0, id) !== this.#codec.get(other, 0, id))
      if (slot !== undefined) return ` (${slot.name})`
    }
    return ''
  }

  /** Keeps the first of each kind of fault: states come in breadth-first order. */
  #fault(fault: StepFault, state: number): void {
    const key = keyOf(fault)
    if (this.#faultsMet.has(key)) return
    this.#faultsMet.add(key)
    this.faults.push({ fault, state })
  }

  /** Was the leaf hit by no second state yet? */
  readonly #unaudited = (leaf: number): boolean => (this.code.array[leaf]! & UNAUDITED) !== 0
}

const keyOf = (fault: StepFault): string => `${fault.process} ${fault.label} ${fault.message}`

function sameSuccessors(a: readonly Int32Array[], b: readonly Int32Array[]): boolean {
  return a.length === b.length && a.every((words, i) => words.every((word, k) => word === b[i]![k]))
}

const faultData = (fault: Fault): Pick<StepFault, 'kind' | 'message' | 'field'> => ({
  kind: fault.kind,
  message: fault.message,
  field: fault.field,
})
