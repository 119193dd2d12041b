/** Random protocols: what genes mean as expressions. `x!.y` looks behind a NULL, `x.y` gives a default there. */
import type { Domain, RefDomain } from '../../language/domain.ts'
import {
  binary,
  constant,
  familyAt,
  isOf,
  lookingBack,
  loopOver,
  sameDomain,
  type Container,
  type Many,
} from './code.ts'
import { at, choose, kid, mod, place, sizeOf, type Code, type Env, type Gene, type Place, type Scope } from './place.ts'

/** The place that a gene chooses, its indices taken from the gene's last kid. */
export const placeOf = (
  gene: Gene,
  scope: Scope,
  fits: (domain: Domain) => boolean,
  toWrite = false,
): Place | undefined => place(gene, scope, { fits, toWrite }, (i) => int(kid(kid(gene, 2), i), scope))

/** A place as an expression. */
function read<T>(
  gene: Gene,
  scope: Scope,
  fits: (domain: Domain) => boolean,
  otherwise: (env: Env) => T,
): Code<T> | undefined {
  const found = placeOf(gene, scope, fits)
  return found && { text: found.text, run: (env) => (found.get(env) ?? otherwise(env)) as T }
}

function question(gene: Gene, scope: Scope, which: 'some' | 'every' | 'count'): Code<boolean | number> | undefined {
  const loop = loopOver(gene, scope)
  if (loop === undefined) return undefined
  const test = bool(kid(gene, 0), loop.inner)
  return {
    text: `s.${loop.family}.${which}((${loop.name}) => ${test.text})`,
    run: (env) =>
      loop.over(env)[which]((member) => {
        loop.bind(env, member)
        return test.run(env)
      }),
  }
}

export function int(gene: Gene, scope: Scope): Code<number> {
  const a = (): Code<number> => int(kid(gene, 0), scope)
  const b = (): Code<number> => int(kid(gene, 1), scope)
  if (scope.looksBack && gene.n % 4 === 3) return lookingBack((inner) => int(gene, inner), scope)
  switch (gene.op % 11) {
    case 1:
    case 2:
    case 3:
      return read(gene, scope, isOf('int'), () => 0) ?? constant(gene.n % 4)
    case 4:
      return binary(a(), '+', b(), (x, y) => x + y)
    case 5:
      return binary(a(), '-', b(), (x, y) => x - y)
    case 6: {
      const counted = placeOf(gene, scope, isOf('array', 'queue', 'set'))
      if (counted === undefined) return constant(gene.n % 4)
      const key = counted.domain.kind === 'set' ? 'size' : 'length'
      return { text: `${counted.text}.${key}`, run: (env) => ((counted.get(env) ?? { [key]: 0 }) as Container)[key] }
    }
    case 7:
      return (question(gene, scope, 'count') as Code<number> | undefined) ?? constant(0)
    case 8: {
      const loop = loopOver(gene, scope)
      if (loop === undefined) return constant(0)
      const summed = int(kid(gene, 0), loop.inner)
      const of = (env: Env) => (member: unknown) => (loop.bind(env, member), summed.run(env))
      return {
        text: `s.${loop.family}.sum((${loop.name}) => ${summed.text})`,
        run: (env) => loop.over(env).sum(of(env)),
      }
    }
    case 9: {
      const family = familyAt(scope, gene.n)?.[0] ?? ''
      const member = refTo(family, kid(gene, 0), scope)
      if (member === undefined || scope.anonymous) return constant(0)
      return {
        text: `s.${family}.indexOf(${member.text})`,
        run: (env) => (at(env.s, family) as Many).indexOf(member.run(env)),
      }
    }
    case 10: {
      const [test, x, y] = [bool(kid(gene, 2), scope), a(), b()]
      return { text: `(${test.text} ? ${x.text} : ${y.text})`, run: (env) => (test.run(env) ? x : y).run(env) }
    }
    default:
      return constant(choose([0, 1, 2, -1, 3, 4], gene.n) ?? 0)
  }
}

export function bool(gene: Gene, scope: Scope): Code<boolean> {
  const always = simple(gene, scope)
  const [first, second] = [kid(gene, 0), kid(gene, 1)]
  if (scope.looksBack && gene.n % 4 === 3) return lookingBack((inner) => bool(gene, inner), scope)
  switch (gene.op % 15) {
    case 1:
    case 2:
      return simple({ ...gene, op: 1 }, scope)
    case 3: {
      const not = bool(first, scope)
      return { text: `!${not.text}`, run: (env) => !not.run(env) }
    }
    case 4:
    case 5: {
      const [a, b] = [bool(first, scope), bool(second, scope)]
      return gene.op % 15 === 4
        ? { text: `(${a.text} && ${b.text})`, run: (env) => a.run(env) && b.run(env) }
        : { text: `(${a.text} || ${b.text})`, run: (env) => a.run(env) || b.run(env) }
    }
    case 6:
      return binary(int(first, scope), '<', int(second, scope), (x, y) => x < y)
    case 7:
      return binary(int(first, scope), '===', int(second, scope), (x, y) => x === y)
    case 8:
      return simple(gene, scope, 'enum')
    case 9:
      return simple(gene, scope, 'option')
    case 10: {
      const family = familyAt(scope, gene.n)?.[0] ?? ''
      const [a, b] = [refTo(family, first, scope), refTo(family, second, scope)]
      return a === undefined || b === undefined ? always : binary(a, '===', b, (x, y) => x === y)
    }
    case 11:
    case 12:
      return (question(gene, scope, gene.op % 15 === 11 ? 'some' : 'every') as Code<boolean> | undefined) ?? always
    case 13:
      return membership(gene, scope) ?? always
    case 14:
      return standing(gene, scope) ?? always
    default:
      return always
  }
}

/** A test of one place: mostly of a scalar, whichever there is. */
function simple(gene: Gene, scope: Scope, ...kinds: Domain['kind'][]): Code<boolean> {
  const wanted = kinds.length > 0 ? isOf(...kinds) : isOf('bool', 'int', 'enum', 'option')
  const tested = gene.op === 0 ? undefined : placeOf(gene, scope, wanted)
  if (tested === undefined) return constant(gene.n % 3 !== 2)
  const { domain, text, get } = tested
  const { n } = kid(gene, 0)
  switch (domain.kind) {
    case 'bool':
      return { text, run: (env) => get(env) === true }
    case 'int': {
      const least = domain.lo + (n % Math.min(5, domain.hi - domain.lo + 1))
      return { text: `(${text} > ${least})`, run: (env) => (get(env) as number) > least }
    }
    case 'enum': {
      const word = choose(domain.values, n)
      return { text: `(${text} === '${word}')`, run: (env) => get(env) === word }
    }
    case 'option':
    case 'ref':
    case 'array':
    case 'queue':
    case 'set':
    case 'struct':
      return { text: `(${text} === null)`, run: (env) => get(env) === null }
  }
}

/** Asks a queue or a set about its elements. */
function membership(gene: Gene, scope: Scope): Code<boolean> | undefined {
  const asked = placeOf(gene, scope, isOf('queue', 'set'))
  if (asked?.domain.kind !== 'queue' && asked?.domain.kind !== 'set') return undefined
  const { of, kind } = asked.domain
  const element = value(of, kid(gene, 0), scope)
  const key =
    (['isEmpty', kind === 'set' ? 'has' : 'includes', kind === 'set' ? 'isEmpty' : 'isFull'] as const)[gene.n % 3] ??
    'isEmpty'
  const run = (env: Env): boolean => {
    const container = asked.get(env) as Container | undefined
    if (container === undefined) return false
    return key === 'isEmpty' || key === 'isFull' ? container[key] : container[key](element?.run(env) ?? null)
  }
  return { text: `${asked.text}.${key}${key === 'has' || key === 'includes' ? `(${element?.text})` : ''}`, run }
}

/** Asks where a process stands. */
function standing(gene: Gene, scope: Scope): Code<boolean> | undefined {
  const [family, labels] = choose([...scope.labels], gene.n) ?? []
  const process = family === undefined ? undefined : refTo(family, kid(gene, 0), scope)
  const label = choose(labels ?? [], kid(gene, 1).n)
  if (process === undefined || label === undefined) return undefined
  return { text: `at(${process.text}, '${label}')`, run: (env) => env.at(process.run(env), label) }
}

/** A member of a family; `undefined` when it has none. */
export function refTo(family: string, gene: Gene, scope: Scope): Code<unknown> | undefined {
  const size = sizeOf(scope.state, family)
  if (size === 0) return undefined
  const member = (env: Env, i: number): unknown => at(at(env.s, family), i)
  const isRef = (domain: Domain): domain is RefDomain => domain.kind === 'ref' && domain.family === family
  const known = read(
    gene,
    scope,
    (domain) => isRef(domain) || (domain.kind === 'option' && isRef(domain.of)),
    (env) => (scope.anonymous ? undefined : member(env, 0)),
  )
  if (scope.anonymous || (gene.op % 4 !== 3 && known !== undefined)) return known
  const i = int(kid(gene, 0), scope)
  const careless = scope.careless && gene.op % 10 === 7
  return {
    text: careless ? `s.${family}[${i.text}]` : `s.${family}[${i.text} mod ${size}]`,
    run: (env) => member(env, careless ? i.run(env) : mod(i.run(env), size)),
  }
}

/** A value for a domain. Mostly one that fits. */
export function value(domain: Domain, gene: Gene, scope: Scope): Code<unknown> | undefined {
  switch (domain.kind) {
    case 'bool':
      return bool(gene, scope)
    case 'int': {
      const any = int(gene, scope)
      if (domain.overflow !== 'error' || (scope.careless && gene.n % 5 === 2)) return any
      const fit = (n: number): number => domain.lo + mod(n - domain.lo, domain.hi - domain.lo + 1)
      return { text: `fit(${any.text}, ${domain.lo}, ${domain.hi})`, run: (env) => fit(any.run(env)) }
    }
    case 'enum': {
      const values = domain.values
      const word =
        gene.op % 2 === 1
          ? read(
              gene,
              scope,
              (each) => sameDomain(each, domain),
              () => values[0],
            )
          : undefined
      if (word !== undefined) return word
      const i = int(kid(gene, 0), scope)
      return gene.op % 3 === 1
        ? {
            text: `[${values.join(', ')}][${i.text} mod ${values.length}]`,
            run: (env) => values[mod(i.run(env), values.length)],
          }
        : constant(choose(values, gene.n))
    }
    case 'ref':
      return refTo(domain.family, gene, scope)
    case 'option':
      return optional(domain, gene, scope)
    case 'struct': {
      const copied = gene.op % 2 === 1 ? placeOf(gene, scope, (each) => sameDomain(each, domain)) : undefined
      if (copied !== undefined) return { text: copied.text, run: copied.get }
      const fields = Object.entries(domain.fields).map(([key, field], i) => ({
        key,
        code: value(field, kid(gene, i), scope),
      }))
      const all = fields.flatMap(({ key, code }) => (code === undefined ? [] : [{ key, code }]))
      if (all.length < fields.length) return undefined
      return {
        text: `{ ${all.map(({ key, code }) => `${key}: ${code.text}`).join(', ')} }`,
        run: (env) => Object.fromEntries(all.map(({ key, code }) => [key, code.run(env)])),
      }
    }
    case 'array':
    case 'queue':
    case 'set':
      return several(domain, gene, scope)
  }
}

function optional(domain: Domain & { kind: 'option' }, gene: Gene, scope: Scope): Code<unknown> | undefined {
  if (gene.op % 4 === 0) return constant(null)
  const copied = gene.op % 4 === 1 ? placeOf(gene, scope, (each) => sameDomain(each, domain)) : undefined
  return copied
    ? { text: copied.text, run: (env) => copied.get(env) ?? null }
    : (value(domain.of, gene, scope) ?? constant(null))
}

/** The elements of an array, a queue or a set: a copy of another one, or one by one. */
function several(
  domain: Domain & { kind: 'array' | 'queue' | 'set' },
  gene: Gene,
  scope: Scope,
): Code<unknown> | undefined {
  const copied = gene.op % 2 === 1 ? placeOf(gene, scope, (each) => sameDomain(each, domain)) : undefined
  if (copied !== undefined) return { text: copied.text, run: copied.get }
  const length = domain.kind === 'array' ? domain.length : gene.n % (domain.kind === 'queue' ? domain.capacity + 1 : 3)
  const elements = Array.from({ length }, (_, i) => value(domain.of, kid(gene, i), scope))
  if (elements.includes(undefined)) return undefined
  return {
    text: `[${elements.map((each) => each?.text).join(', ')}]`,
    run: (env) => elements.map((each) => each?.run(env)),
  }
}
