/**
 * How many collisions there are on average if it is drawn by lot, step by step, who moves: a recursion over two walkers, which
 * shares nothing with the model. A test compares it with what the checker computes on the graph.
 */
export interface Walks {
  readonly vmas: number
  /** VMAs that share a page of the page table. */
  readonly perTable: number
  /** Entries of each VMA. */
  readonly pages: number
  readonly opposite: boolean
}

/** VMAs that the walker is through with, and what it does at the present one: `left` entries to clear once it has the lock. */
interface Stand {
  readonly through: number
  readonly is: 'coming' | 'waiting' | 'inside'
  readonly left: number
}
const START: Stand = { through: 0, is: 'coming', left: 0 }

/** Chances of 0, 1, 2 … collisions. */
type Chances = readonly number[]
const added = (a: Chances, b: Chances): Chances =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0))

/** One more collision than these. */
const raised = (chances: Chances): Chances => [0, ...chances]

class Lots {
  readonly #walks: Walks
  readonly #known = new Map<string, Chances>()

  constructor(walks: Walks) {
    this.#walks = walks
  }

  /** Is the other one inside, at the same page of the page table? */
  #isHeld(vma: number, other: Stand, otherIsSecond: boolean): boolean {
    const tableOf = (each: number): number => Math.floor(each / this.#walks.perTable)
    return other.is === 'inside' && tableOf(this.#vmaOf(other, otherIsSecond)) === tableOf(vma)
  }

  #vmaOf(stand: Stand, second: boolean): number {
    return second && this.#walks.opposite ? this.#walks.vmas - 1 - stand.through : stand.through
  }

  /** Has the other one been through that VMA already? */
  #isEmpty(vma: number, other: Stand, otherIsSecond: boolean): boolean {
    for (let through = 0; through < other.through; through++)
      if (this.#vmaOf({ ...other, through }, otherIsSecond) === vma) return true
    return false
  }

  /** Where the walker stands after its next step, and whether that is a collision; none if it must wait or has finished. */
  #moved(me: Stand, other: Stand, second: boolean): { stand: Stand; collides: boolean } | undefined {
    const { vmas, pages } = this.#walks
    if (me.through === vmas) return undefined
    const vma = this.#vmaOf(me, second)
    if (me.is === 'inside') {
      const stand: Stand = me.left > 0 ? { ...me, left: me.left - 1 } : { ...START, through: me.through + 1 }
      return { stand, collides: false }
    }
    if (this.#isHeld(vma, other, !second))
      return me.is === 'coming' ? { stand: { ...me, is: 'waiting' }, collides: true } : undefined
    const left = this.#isEmpty(vma, other, !second) ? 0 : pages
    return { stand: { ...me, is: 'inside', left }, collides: false }
  }

  from(first: Stand, second: Stand): Chances {
    const key = JSON.stringify([first, second])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const ways: Chances[] = []
    const ofFirst = this.#moved(first, second, false)
    if (ofFirst !== undefined) ways.push(this.#after(ofFirst.collides, this.from(ofFirst.stand, second)))
    const ofSecond = this.#moved(second, first, true)
    if (ofSecond !== undefined) ways.push(this.#after(ofSecond.collides, this.from(first, ofSecond.stand)))
    const sum = ways.reduce<Chances>(added, [])
    const chances = ways.length === 0 ? [1] : sum.map((chance) => chance / ways.length)
    this.#known.set(key, chances)
    return chances
  }

  #after(collides: boolean, chances: Chances): Chances {
    return collides ? raised(chances) : chances
  }
}

/** The chances of 0, 1, 2 … collisions. */
export const chancesOf = (walks: Walks): Chances => new Lots(walks).from(START, START)

export const averageOf = (chances: Chances): number =>
  chances.reduce((sum, chance, collisions) => sum + chance * collisions, 0)
