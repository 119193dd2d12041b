/**
 * Footprints: which parts of the state steps and properties read and write, as learnt from their recordings.
 *
 * The parts are cells: one for each slot, except that the label at which a process stands is one cell for each label, 1
 * where it stands. A step of the process from `a` to `b` writes the cells `a` and `b`; a property that asks whether it
 * stands at `c` reads `c` and nothing more. The process itself knows where it stands, so its steps read none of them.
 *
 * A footprint belongs to a leaf of a decision tree, or to one direct evaluation. What was met at a label is united.
 *
 * Where members are exchanged, what is learnt of one of them is learnt of all: every exchange takes the cells that were
 * met at a label to cells of the same label of the process that it takes the process to, until nothing more is learnt.
 * That is as if every state of an orbit had been looked at, since a step at a renamed state reads and writes what the
 * step at the state does, renamed. Two things need care. The reads have to be those under every order of the members
 * (`every-order.ts`). And whether a write changes anything may depend on who is who: a reference in what comes to be
 * absent holds the code of the first member afterwards, which is a change unless it was to the first. So writes to such
 * references count whatever was there.
 */
import type { Codec } from './codec.ts'
import type { Exchange, Exchanges } from './engine.ts'
import { GrowableWords } from './growable.ts'
import type { Layout } from './layout.ts'
import { standsAt } from './process.ts'

/** A set of cells, 32 in a word. */
type Cells = Int32Array

/** What was learnt of one label of one process: cells, and the labels that may come next. */
interface Learnt {
  readonly reads: Cells
  readonly writes: Cells
  readonly next: Set<number>
}

/** Where an exchange of members takes each cell, and each label by its number among all. */
interface CellExchange {
  readonly cells: Int32Array
  readonly labels: Int32Array
}

/** What was answered about one footprint: per label, and per observer behind them, while nothing more is learnt. */
interface Answers {
  version: number
  readonly known: Uint8Array
  /** Independences that a decision of this pass rests on. */
  readonly reliedOn: Uint8Array
}

const UNKNOWN = 0
const INDEPENDENT = 1
const DEPENDENT = 2

/** The footprint of what reads and writes nothing. */
export const NO_FOOTPRINT = 0
const NOTHING: Set<number> = new Set()

/** What a recipe that was run has read. */
interface Reads {
  readonly readSlots: readonly number[]
}

export class Footprints {
  /** Grows whenever something new is learnt. */
  version = 0
  /** The footprint of the last observer that was asked. */
  lastObserved = 0
  readonly #layout: Layout
  readonly #codec: Codec
  readonly #slots: number
  readonly #words: number
  /** By process: the cell of its first label. */
  readonly #labelCells: number[] = []
  readonly #processAt: ReadonlyMap<number, number>
  /** By process: the number of its first label among all. */
  readonly #labels: number[] = []
  readonly #labelCount: number
  readonly #observers: number
  /** By label. */
  readonly #learnt: Learnt[] = []
  /** By observer. */
  readonly #looksAt: Cells[]
  /** Footprints that were met, by number: what they read, what they write. */
  readonly #reads: Cells[] = []
  readonly #writes: Cells[] = []
  readonly #numbers = new Map<string, number>()
  /** By leaf: the number of its footprint and one. */
  readonly #ofLeaf = new GrowableWords(4096)
  readonly #answers: Answers[] = []
  /** By label: all that a process may do from there on, as learnt so far. */
  readonly #ahead: (Pick<Learnt, 'reads' | 'writes'> | undefined)[] = []
  #aheadVersion = 0
  // The recipe that is running.
  readonly #wrote = new Set<number>()
  readonly #goesTo = new Set<number>()
  /** By slot of a label: what was asked about it. */
  readonly #asked = new Map<number, Set<string>>()
  /** Of members: where they take cells and labels. */
  readonly #exchanges: readonly CellExchange[]
  readonly #comeAndGo: ReadonlySet<number>

  constructor(layout: Layout, codec: Codec, observers: number, exchanges?: Exchanges) {
    this.#layout = layout
    this.#codec = codec
    this.#observers = observers
    this.#slots = layout.slots.length
    this.#processAt = new Map(layout.processes.map(({ pc, id }) => [pc, id]))
    let labels = 0
    for (const { program } of layout.processes) {
      this.#labels.push(labels)
      this.#labelCells.push(this.#slots + labels)
      labels += program.done + 1
    }
    this.#labelCount = labels
    this.#words = (this.#slots + labels + 31) >>> 5
    this.#learnt = Array.from({ length: labels }, () => ({
      reads: this.#none(),
      writes: this.#none(),
      next: new Set(),
    }))
    this.#looksAt = Array.from({ length: observers }, () => this.#none())
    this.#number(this.#none(), this.#none())
    this.#comeAndGo = exchanges?.comeAndGo ?? new Set()
    this.#exchanges = (exchanges?.each ?? []).map((each) => this.#exchangeOfCells(each))
  }

  // ---- recording: called by the relation, and by the port

  /** A recipe begins to run. */
  begin(): void {
    this.#wrote.clear()
    this.#goesTo.clear()
    this.#asked.clear()
  }

  /** Does a write to this slot count even where it changes nothing? */
  countsAlways(slot: number): boolean {
    return this.#comeAndGo.has(slot)
  }

  /** The step that is running changes a slot. */
  wrote(slot: number, code: number): void {
    if (this.#processAt.has(slot)) this.#goesTo.add(code)
    else this.#wrote.add(slot)
  }

  /** The property that is running asks whether a process stands at a label. */
  asked(pc: number, label: string): void {
    const labels = this.#asked.get(pc)
    if (labels === undefined) this.#asked.set(pc, new Set([label]))
    else labels.add(label)
  }

  /** The step that was running has ended. */
  step(process: number, label: number, leaf: number, { readSlots }: Reads): void {
    const reads = this.#none()
    const writes = this.#none()
    const own = this.#layout.processes[process]!.pc
    for (const slot of readSlots) if (slot !== own) this.#readSlot(reads, slot)
    for (const slot of this.#wrote) add(writes, slot)
    const cells = this.#labelCells[process]!
    for (const code of this.#goesTo) {
      add(writes, cells + label)
      add(writes, cells + code)
    }
    this.#learn(this.#labels[process]! + label, { reads, writes, next: this.#goesTo })
    this.setLeaf(leaf, this.#number(reads, writes))
  }

  /** The property that was running has ended: what it read, of a pair in either state. */
  observed({ readSlots }: Reads): void {
    const reads = this.#none()
    for (const read of readSlots) {
      const slot = read % this.#slots
      const labels = this.#asked.get(slot)
      if (labels === undefined) this.#readSlot(reads, slot)
      else this.#readLabels(reads, slot, labels)
    }
    this.lastObserved = this.#number(reads, this.#none())
  }

  /** An observer has looked at a state, and this is the footprint of its answer. */
  looked(observer: number, footprint: number): void {
    const looksAt = this.#looksAt[observer]!
    if (!unite(looksAt, this.#reads[footprint]!)) return
    this.version++
    // A property is the same for all members.
    for (let grew = true; grew;) {
      grew = false
      for (const { cells } of this.#exchanges) if (unite(looksAt, this.#taken(looksAt, cells))) grew = true
    }
  }

  /** An observer of pairs has looked at a step from a label, which has to be left where it is as if it read the same. */
  lookedAlong(process: number, label: number, footprint: number): void {
    this.#learn(this.#labels[process]! + label, {
      reads: this.#reads[footprint]!,
      writes: this.#reads[NO_FOOTPRINT]!,
      next: NOTHING,
    })
  }

  /** Something was met at a label: it holds of all members that are exchanged. */
  #learn(at: number, met: Learnt): void {
    if (!learn(this.#learnt[at]!, met)) return
    this.version++
    this.carryOver(at)
  }

  /** Carries over what was learnt at a label to the labels that exchanges of members take it to. */
  carryOver(at: number): void {
    const grown = [at]
    for (const from of grown) {
      const { reads, writes, next } = this.#learnt[from]!
      for (const { cells, labels } of this.#exchanges) {
        const to = labels[from]!
        const met = { reads: this.#taken(reads, cells), writes: this.#taken(writes, cells), next }
        if (learn(this.#learnt[to]!, met)) grown.push(to)
      }
    }
  }

  /** Where an exchange takes cells. */
  #taken(cells: Cells, to: Int32Array): Cells {
    const taken = this.#none()
    for (let k = 0; k < cells.length; k++)
      for (let word = cells[k]!; word !== 0; word &= word - 1) add(taken, to[32 * k + 31 - Math.clz32(word & -word)]!)
    return taken
  }

  #exchangeOfCells({ slotTo, processTo }: Exchange): CellExchange {
    const cells = new Int32Array(this.#slots + this.#labelCount)
    const labels = new Int32Array(this.#labelCount)
    cells.set(slotTo)
    for (const { id, program } of this.#layout.processes)
      for (let label = 0; label <= program.done; label++) {
        const to = processTo[id]!
        labels[this.#labels[id]! + label] = this.#labels[to]! + label
        cells[this.#labelCells[id]! + label] = this.#labelCells[to]! + label
      }
    return { cells, labels }
  }

  setLeaf(leaf: number, footprint: number): void {
    this.#ofLeaf.reserve(leaf + 1)[leaf] = footprint + 1
  }

  // ---- questions

  /** The footprint of a leaf; -1 where none was recorded. */
  of(leaf: number): number {
    return (this.#ofLeaf.array[leaf] ?? 0) - 1
  }

  /** The label at which a process stands in a state. */
  labelOf(process: number, words: Int32Array): number {
    return this.#codec.get(words, 0, this.#layout.processes[process]!.pc)
  }

  /** May a process that stands at a label ever do something that does not commute with what has this footprint? */
  conflicts(footprint: number, process: number, label: number): boolean {
    const answers = this.#answersAbout(footprint)
    const at = this.#labels[process]! + label
    if (answers.known[at] === UNKNOWN) answers.known[at] = this.#dependent(footprint, at) ? DEPENDENT : INDEPENDENT
    return answers.known[at] === DEPENDENT
  }

  /** Does a step with this footprint write what an observer is known to read? */
  touches(footprint: number, observer: number): boolean {
    const answers = this.#answersAbout(footprint)
    const at = this.#labelCount + observer
    if (answers.known[at] === UNKNOWN)
      answers.known[at] = meet(this.#writes[footprint]!, this.#looksAt[observer]!) ? DEPENDENT : INDEPENDENT
    return answers.known[at] === DEPENDENT
  }

  /** Does what has the first footprint write what the second one reads? */
  writesInto(footprint: number, reader: number): boolean {
    return meet(this.#writes[footprint]!, this.#reads[reader]!)
  }

  /** A decision rests on the footprint not being in conflict with this process at this label. */
  relyOnProcess(footprint: number, process: number, label: number): void {
    this.#answers[footprint]!.reliedOn[this.#labels[process]! + label] = 1
  }
  relyOnObserver(footprint: number, observer: number): void {
    this.#answers[footprint]!.reliedOn[this.#labelCount + observer] = 1
  }

  /** Forgets what decisions rest on. */
  relyOnNothing(): void {
    for (const answers of this.#answers) answers.reliedOn.fill(0)
  }

  /** Is all that decisions rest on still true, after everything that was learnt since? */
  stillIndependent(): boolean {
    return this.#answers.every(({ reliedOn }, footprint) =>
      reliedOn.every((relied, at) => {
        if (relied === 0) return true
        if (at >= this.#labelCount) return !this.touches(footprint, at - this.#labelCount)
        const process = this.#processOf(at)
        return !this.conflicts(footprint, process, at - this.#labels[process]!)
      }),
    )
  }

  #none(): Cells {
    return new Int32Array(this.#words)
  }

  /** All of a slot; for the label of a process, wherever it may stand. */
  #readSlot(into: Cells, slot: number): void {
    const process = this.#processAt.get(slot)
    if (process === undefined) add(into, slot)
    else
      for (let label = 0; label <= this.#layout.processes[process]!.program.done; label++)
        add(into, this.#labelCells[process]! + label)
  }

  /** Where a process would have to stand for what was asked to be true. */
  #readLabels(into: Cells, pc: number, asked: ReadonlySet<string>): void {
    const process = this.#processAt.get(pc)!
    const { program } = this.#layout.processes[process]!
    for (let label = 0; label <= program.done; label++)
      if ([...asked].some((name) => standsAt(program, label, name))) add(into, this.#labelCells[process]! + label)
  }

  #number(reads: Cells, writes: Cells): number {
    const key = `${reads.join()};${writes.join()}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#reads.length
    this.#numbers.set(key, number)
    this.#reads.push(reads)
    this.#writes.push(writes)
    const size = this.#labelCount + this.#observers
    this.#answers.push({ version: this.version, known: new Uint8Array(size), reliedOn: new Uint8Array(size) })
    return number
  }

  #answersAbout(footprint: number): Answers {
    const answers = this.#answers[footprint]!
    if (answers.version !== this.version) {
      answers.version = this.version
      answers.known.fill(UNKNOWN)
    }
    return answers
  }

  #dependent(footprint: number, at: number): boolean {
    const { reads, writes } = this.#aheadOf(at)
    return (
      meet(this.#writes[footprint]!, reads) ||
      meet(this.#writes[footprint]!, writes) ||
      meet(this.#reads[footprint]!, writes)
    )
  }

  /** The process that a label, by its number among all, belongs to. */
  #processOf(at: number): number {
    return this.#labels.findLastIndex((first) => first <= at)
  }

  /** All that a process may read and write from a label on. */
  #aheadOf(at: number): Pick<Learnt, 'reads' | 'writes'> {
    if (this.#aheadVersion !== this.version) {
      this.#aheadVersion = this.version
      this.#ahead.fill(undefined)
    }
    const known = this.#ahead[at]
    if (known !== undefined) return known
    const first = this.#labels[this.#processOf(at)]!
    const reads = this.#none()
    const writes = this.#none()
    const met = new Set([at])
    for (const label of met) {
      const learnt = this.#learnt[label]!
      unite(reads, learnt.reads)
      unite(writes, learnt.writes)
      for (const next of learnt.next) met.add(first + next)
    }
    const ahead = { reads, writes }
    this.#ahead[at] = ahead
    return ahead
  }
}

/** Adds what was met to what was learnt; says whether that is more than before. */
function learn(learnt: Learnt, { reads, writes, next }: Learnt): boolean {
  let grew = unite(learnt.reads, reads)
  if (unite(learnt.writes, writes)) grew = true
  const { size } = learnt.next
  for (const label of next) learnt.next.add(label)
  return grew || learnt.next.size > size
}

function add(cells: Cells, cell: number): void {
  cells[cell >>> 5]! |= 1 << (cell & 31)
}

/** Adds cells to others; says whether that made them more. */
function unite(into: Cells, cells: Cells): boolean {
  let grew = false
  for (let k = 0; k < into.length; k++) {
    const both = into[k]! | cells[k]!
    if (both !== into[k]) grew = true
    into[k] = both
  }
  return grew
}

function meet(a: Cells, b: Cells): boolean {
  for (let k = 0; k < a.length; k++) if ((a[k]! & b[k]!) !== 0) return true
  return false
}
