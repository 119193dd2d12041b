/** Random protocols: pieces that expressions are made of. */
import type { Domain, FamilyDomain } from '../../language/domain.ts'
import { at, choose, familiesOf, withVariable, type Code, type Env, type Gene, type Scope } from './place.ts'

export interface Many {
  readonly length: number
  some(test: (each: unknown) => boolean): boolean
  every(test: (each: unknown) => boolean): boolean
  count(test: (each: unknown) => boolean): number
  filter(test: (each: unknown) => boolean): unknown[]
  sum(of: (each: unknown) => number): number
  indexOf(member: unknown): number
}
export interface Container {
  readonly length: number
  readonly size: number
  readonly isEmpty: boolean
  readonly isFull: boolean
  includes(value: unknown): boolean
  has(value: unknown): boolean
}

export const constant = <T>(value: T): Code<T> => ({ text: JSON.stringify(value), run: () => value })
export const binary = <A, B>(a: Code<A>, sign: string, b: Code<A>, of: (a: A, b: A) => B): Code<B> => ({
  text: `(${a.text} ${sign} ${b.text})`,
  run: (env) => of(a.run(env), b.run(env)),
})
export const isOf =
  (...kinds: readonly Domain['kind'][]) =>
  (domain: Domain): boolean =>
    kinds.includes(domain.kind)
export const sameDomain = (a: Domain, b: Domain): boolean => JSON.stringify(a) === JSON.stringify(b)

/** A family, by number. */
export const familyAt = (scope: Scope, n: number): [string, FamilyDomain] | undefined =>
  choose(familiesOf(scope.state), n)

export interface Loop {
  readonly family: string
  readonly name: string
  readonly inner: Scope
  readonly over: (env: Env) => Many
  /** Binds the variable. */
  readonly bind: (env: Env, member: unknown) => void
}
export function loopOver(gene: Gene, scope: Scope): Loop | undefined {
  const family = familyAt(scope, gene.n)?.[0]
  if (family === undefined) return undefined
  const { name, index, inner } = withVariable(scope, { kind: 'ref', family })
  return {
    family,
    name,
    inner,
    over: ({ s }) => at(s, family) as Many,
    bind: ({ vars }, member) => (vars[index] = member),
  }
}

/** An expression about the state before the step. */
export function lookingBack<T>(of: (scope: Scope) => Code<T>, scope: Scope): Code<T> {
  const { text, run } = of({ ...scope, looksBack: false })
  return { text: `before(() => ${text})`, run: (env) => env.before(() => run(env)) }
}
