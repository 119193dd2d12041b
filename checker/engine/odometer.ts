/** The picks of one branch, taken every way in order, by re-running the branch. */
import { Fault } from './fault.ts'
import { nameOf } from './identity.ts'
import type { StatePort } from './port.ts'

/** Thrown to leave a branch that cannot be taken. */
const EMPTY_PICK = new Error('pick() was given no option')

/** Every way through the picks of one branch, in order. */
export class Odometer {
  #choices: number[] = []
  #options: string[][] = []
  #depth = 0
  /** The branch met a pick without an option: it cannot be taken, even if the recipe catches what is thrown. */
  empty = false

  restart(): void {
    this.#choices = []
    this.#options = []
    this.#depth = 0
  }
  rewind(): void {
    this.#depth = 0
    this.empty = false
  }
  take<T>(options: Iterable<T>, port: StatePort): T {
    const list = [...options]
    const plain = list.map(nameOf)
    // A schedule must tell the options apart, even where they read alike.
    const alike = new Set(plain).size < plain.length
    const names = alike
      ? plain.map((name, i) => (plain.indexOf(name) === plain.lastIndexOf(name) ? name : `${name}#${i}`))
      : plain
    const depth = this.#depth++
    const met = this.#options[depth]
    if (met === undefined) {
      if (list.length === 0) {
        this.empty = true
        throw EMPTY_PICK
      }
      this.#options[depth] = names
      this.#choices[depth] = 0
    } else if (met.length !== names.length || met.some((name, i) => name !== names[i])) {
      port.fail(
        new Fault(
          'impure',
          `pick() met the options ${names.join(', ') || '(none)'} where it had met ${met.join(', ')} before.`,
        ),
      )
    }
    return list[this.#choices[depth] ?? 0] as T
  }
  picks(): string[] {
    return this.#choices.slice(0, this.#depth).map((choice, i) => this.#options[i]?.[choice] ?? '')
  }
  /** On to the next combination; `false` when all were taken. */
  advance(): boolean {
    this.#choices.length = this.#options.length = this.#depth
    while (this.#choices.length > 0) {
      const last = this.#choices.length - 1
      const next = (this.#choices[last] ?? 0) + 1
      if (next < (this.#options[last]?.length ?? 0)) {
        this.#choices[last] = next
        return true
      }
      this.#choices.pop()
      this.#options.pop()
    }
    return false
  }
}
