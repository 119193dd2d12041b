/**
 * Lemmas in SMT-LIB, one by one, as z3 decides them: each after all definitions that stand before it, since together they
 * take a solver much longer.
 *
 * A lemma is `(echo "holds: …")`, `(push)`, what would refute it, `(check-sat)`, `(pop)`: nothing may satisfy that. After
 * `fails: ` stands one that is wrong on purpose, to see that the definitions do not prove just anything.
 */
import { readFileSync } from 'node:fs'
import type { Finding } from '../report/grounds.ts'
import { counted } from '../report/words.ts'
import { installedSolver, type Solver } from './solver.ts'

export interface Lemma {
  readonly name: string
  readonly isTrue: boolean
  readonly script: string
}

export function lemmasOf(text: string): Lemma[] {
  const [definitions = '', ...parts] = `\n${text}`.split(/(?=^\(echo )/m)
  let known = definitions
  return parts.map((part) => {
    const [, kind, name, lemma, more] =
      /^\(echo "(holds|fails): (.*)"\)\n\(push\)\n([^]*?)\(pop\)\n([^]*)$/.exec(part) ?? []
    if (name === undefined || lemma === undefined || more === undefined)
      throw new Error(
        `${part.trim().split('\n')[0] ?? ''} is not followed by a lemma between (push) and (pop), or is not (echo "holds: …") or (echo "fails: …").`,
      )
    const script = known + lemma
    known += more
    return { name, isTrue: kind === 'holds', script }
  })
}

async function judged(lemmas: readonly Lemma[], { solve }: Solver, shown: string): Promise<Finding> {
  for (const { name, isTrue, script } of lemmas) {
    const answer = await solve(script)
    if (answer !== 'sat' && answer !== 'unsat') return { is: 'open', says: `z3 does not decide “${name}”, of ${shown}` }
    if ((answer === 'unsat') !== isTrue)
      return { is: 'fails', says: `“${name}”, of ${shown}, ${isTrue ? 'has a counterexample' : 'cannot be refuted'}` }
  }
  const wrong = lemmas.filter(({ isTrue }) => !isTrue).length
  return {
    is: 'holds',
    says: `z3 proves ${counted(lemmas.length - wrong, 'lemma')} of ${shown} and refutes ${counted(wrong, 'wrong one')}`,
  }
}

/** What a solver says to the lemmas of a file, if there is one. */
export async function findingOf(file: string, shown: string): Promise<Finding> {
  const solver = await installedSolver()
  if (solver === undefined)
    return { is: 'open', says: `neither z3 nor the package z3-solver is installed, to prove the lemmas of ${shown}` }
  try {
    return await judged(lemmasOf(readFileSync(file, 'utf8')), solver, shown)
  } finally {
    solver.close()
  }
}
