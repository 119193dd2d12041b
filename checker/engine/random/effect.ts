/** Random protocols: what genes mean as single effects: assignments, picks, allocations, queues and sets. */
import type { Domain } from '../../language/domain.ts'
import { isOf } from './code.ts'
import { bool, int, placeOf, value } from './expression.ts'
import {
  at,
  choose,
  familiesOf,
  kid,
  mod,
  withVariable,
  type Code,
  type Env,
  type Gene,
  type Place,
  type Scope,
} from './place.ts'

/** A few lines of a recipe. It gives the label to go to, if it went. */
export interface Statement {
  readonly lines: readonly string[]
  readonly run: (env: Env) => string | undefined
}
const NOTHING: Statement = { lines: [], run: () => undefined }

const isScalar = isOf('bool', 'int', 'enum', 'ref')
export const isWhole = (domain: Domain): boolean =>
  isScalar(domain) || (domain.kind === 'option' && isScalar(domain.of))

const doing = (line: string, run: (env: Env) => void): Statement => ({
  lines: [line],
  run: (env) => {
    run(env)
    return undefined
  },
})

/** A statement, and the scope after it where it binds a variable. */
export interface Bound {
  readonly statement: Statement
  readonly after?: Scope
}

export function assign(gene: Gene, scope: Scope, fits: (domain: Domain) => boolean): Statement {
  const target = placeOf(gene, scope, fits, true)
  const given = target && value(target.domain, kid(gene, 0), scope)
  if (target === undefined || given === undefined) return NOTHING
  return doing(`${target.text} = ${given.text}`, (env) => {
    const what = given.run(env)
    if (what !== undefined) target.set(env, what)
  })
}

/** Puts something where nothing was, and nothing where something was. */
export function toggle(gene: Gene, scope: Scope): Statement | undefined {
  const isOption = (domain: Domain): boolean => domain.kind === 'option' && !isWhole(domain)
  const target = placeOf(gene, scope, isOption, true)
  const given = target?.domain.kind === 'option' ? value(target.domain.of, kid(gene, 0), scope) : undefined
  if (target === undefined || given === undefined) return undefined
  return doing(`${target.text} = ${target.text} === null ? ${given.text} : null`, (env) => {
    const before = target.get(env)
    if (before !== undefined) target.set(env, before === null ? (given.run(env) ?? null) : null)
  })
}

export function increment(gene: Gene, scope: Scope): Statement | undefined {
  const target = placeOf(gene, scope, isOf('int'), true)
  if (target?.domain.kind !== 'int') return undefined
  const step = gene.n % 2 === 0 ? 1 : -1
  const { lo, hi, overflow } = target.domain
  const fits = overflow === 'error' && !(scope.careless && gene.n % 7 === 0)
  const text = `${target.text} ${step < 0 ? '-' : '+'} 1`
  return doing(`${target.text} = ${fits ? `fit(${text}, ${lo}, ${hi})` : text}`, (env) => {
    const n = ((target.get(env) as number | undefined) ?? 0) + step
    target.set(env, fits ? lo + mod(n - lo, hi - lo + 1) : n)
  })
}

/** Options to pick among, and what they are. */
interface Options {
  readonly domain: Domain
  readonly among: Code<readonly unknown[]>
}

function optionsOf(gene: Gene, scope: Scope): Options | undefined {
  switch (gene.op % 5) {
    case 0:
    case 1: {
      const family = choose(familiesOf(scope.state), gene.n)?.[0]
      return family === undefined ? undefined : members(family, gene, scope)
    }
    case 2: {
      const length = int(kid(gene, 0), scope)
      const among = {
        text: `0 … ${length.text} - 1`,
        run: (env: Env) => Array.from({ length: Math.min(4, Math.max(0, length.run(env))) }, (_, i) => i),
      }
      return { domain: { kind: 'int', lo: 0, hi: 3, overflow: 'error' }, among }
    }
    case 3: {
      const container = placeOf(
        gene,
        scope,
        (domain) => (domain.kind === 'queue' || domain.kind === 'set') && isScalar(domain.of),
      )
      if (container?.domain.kind !== 'queue' && container?.domain.kind !== 'set') return undefined
      const run = (env: Env): unknown[] => [...((container.get(env) as Iterable<unknown> | undefined) ?? [])]
      return { domain: container.domain.of, among: { text: container.text, run } }
    }
    default:
      return { domain: { kind: 'bool' }, among: { text: '[true, false]', run: () => [true, false] } }
  }
}

/** Those members of a family that pass a test. */
function members(family: string, gene: Gene, scope: Scope): Options {
  const { name, index, inner } = withVariable(scope, { kind: 'ref', family })
  const test = bool(kid(gene, 0), { ...inner, writes: 'nothing' })
  const run = (env: Env): unknown[] =>
    (at(env.s, family) as { filter(test: (each: unknown) => boolean): unknown[] }).filter((member) => {
      env.vars[index] = member
      return test.run(env)
    })
  return { domain: { kind: 'ref', family }, among: { text: `s.${family}.filter((${name}) => ${test.text})`, run } }
}

export function picked(gene: Gene, scope: Scope): Bound | undefined {
  const options = scope.picks > 0 ? optionsOf(kid(gene, 0), scope) : undefined
  if (options === undefined) return undefined
  const { name, index, inner } = withVariable(scope, options.domain)
  const run = (env: Env): void => void (env.vars[index] = env.pick(options.among.run(env)))
  return { statement: doing(`const ${name} = pick(${options.among.text})`, run), after: inner }
}

/** Picks a value for a place. */
export function pickInto(gene: Gene, scope: Scope): Statement | undefined {
  const target = scope.picks > 0 ? placeOf(gene, scope, isWhole, true) : undefined
  const options = target && candidates(target.domain, gene, scope)
  if (target === undefined || options === undefined) return undefined
  return doing(`${target.text} = pick(${options.text})`, (env) => target.set(env, env.pick(options.run(env))))
}

function candidates(domain: Domain, gene: Gene, scope: Scope): Code<readonly unknown[]> | undefined {
  switch (domain.kind) {
    case 'bool':
      return { text: '[true, false]', run: () => [true, false] }
    case 'int': {
      const [lowest, highest] = [value(domain, kid(gene, 0), scope), value(domain, kid(gene, 1), scope)]
      if (lowest === undefined || highest === undefined) return undefined
      return { text: `[${lowest.text}, ${highest.text}]`, run: (env) => [lowest.run(env), highest.run(env)] }
    }
    case 'enum':
      return { text: `[${domain.values.join(', ')}]`, run: () => domain.values }
    case 'ref':
      return members(domain.family, gene, scope).among
    case 'option': {
      const inner = candidates(domain.of, gene, scope)
      return gene.n % 2 === 0 || inner === undefined
        ? inner
        : { text: `[null, ...${inner.text}]`, run: (env) => [null, ...inner.run(env)] }
    }
    case 'struct':
    case 'array':
    case 'queue':
    case 'set':
      return undefined
  }
}

interface AnyQueue {
  readonly isEmpty: boolean
  readonly isFull: boolean
  push(value: unknown): void
  shift(): unknown
  remove(value: unknown): boolean
  clear(): void
}

export function onQueue(gene: Gene, scope: Scope): Statement | undefined {
  const target = placeOf(gene, scope, isOf('queue'), true)
  if (target?.domain.kind !== 'queue') return undefined
  const element = value(target.domain.of, kid(gene, 0), scope)
  const on = (line: string, run: (queue: AnyQueue, env: Env) => void): Statement =>
    doing(`${target.text}${line}`, (env) => {
      const queue = target.get(env) as AnyQueue | undefined
      if (queue !== undefined) run(queue, env)
    })
  const careful = !scope.careless || gene.n % 7 !== 0
  if (element !== undefined && gene.n % 4 < 2)
    return on(`.push(${element.text})${careful ? ' unless full' : ''}`, (queue, env) => {
      const what = element.run(env)
      if (what !== undefined && !(careful && queue.isFull)) queue.push(what)
    })
  if (gene.n % 4 === 2) return on('.clear()', (queue) => queue.clear())
  if (element !== undefined && isScalar(target.domain.of))
    return on(`.remove(${element.text})`, (queue, env) => void queue.remove(element.run(env)))
  return on('.push(.shift()) unless empty', (queue) => {
    if (!queue.isEmpty) queue.push(queue.shift())
  })
}

/** Takes the oldest element off a queue. */
export function shifted(gene: Gene, scope: Scope): Bound | undefined {
  const target = placeOf(gene, scope, (domain) => domain.kind === 'queue' && isScalar(domain.of), true)
  if (target?.domain.kind !== 'queue') return undefined
  const { of } = target.domain
  const otherwise = value(of, kid(gene, 0), scope)
  const { name, index, inner } = withVariable(scope, of)
  const careful = !scope.careless || gene.n % 7 !== 0
  const run = (env: Env): void => {
    const queue = target.get(env) as AnyQueue | undefined
    env.vars[index] = queue === undefined || (careful && queue.isEmpty) ? otherwise?.run(env) : queue.shift()
  }
  return {
    statement: doing(
      `const ${name} = ${target.text}.shift()${careful ? ` or, if empty, ${otherwise?.text}` : ''}`,
      run,
    ),
    after: inner,
  }
}

export function onSet(gene: Gene, scope: Scope): Statement | undefined {
  const target = placeOf(gene, scope, isOf('set'), true)
  const element = target?.domain.kind === 'set' ? value(target.domain.of, kid(gene, 0), scope) : undefined
  if (target === undefined || element === undefined) return undefined
  const method = (['add', 'add', 'delete', 'clear'] as const)[gene.n % 4] ?? 'add'
  return doing(`${target.text}.${method}(${method === 'clear' ? '' : element.text})`, (env) => {
    const set = target.get(env) as Record<typeof method, (value: unknown) => void> | undefined
    set?.[method](element.run(env))
  })
}

/** The flag that says whether a member of a pool is in use. */
export const BUSY = 'busy'

/** A place for a reference into a pool that may be NULL. */
function pointer(gene: Gene, scope: Scope): { readonly target: Place; readonly family: string } | undefined {
  if (scope.writes !== 'state') return undefined
  const pools = new Set(familiesOf(scope.state).flatMap(([name, { fields }]) => (BUSY in fields ? [name] : [])))
  const target = placeOf(
    gene,
    scope,
    (domain) => domain.kind === 'option' && domain.of.kind === 'ref' && pools.has(domain.of.family),
    true,
  )
  return target?.domain.kind === 'option' && target.domain.of.kind === 'ref'
    ? { target, family: target.domain.of.family }
    : undefined
}

/** Takes any free member of a pool. */
export function allocate(gene: Gene, scope: Scope): Statement | undefined {
  const into = scope.picks > 0 ? pointer(gene, scope) : undefined
  if (into === undefined) return undefined
  const { target, family } = into
  const isFree = (member: unknown): boolean => at(member, BUSY) === false
  return doing(`(${target.text} = pick(s.${family}.filter((x) => !x.${BUSY}))).${BUSY} = true`, (env) => {
    const member = env.pick((at(env.s, family) as { filter(test: typeof isFree): unknown[] }).filter(isFree))
    ;(member as Record<string, unknown>)[BUSY] = true
    target.set(env, member)
  })
}

/** Gives a member back to its pool. */
export function release(gene: Gene, scope: Scope): Statement | undefined {
  const from = pointer(gene, scope)
  if (from === undefined) return undefined
  const { target } = from
  const careful = !scope.careless || gene.n % 7 !== 0
  return doing(
    `${careful ? `if (${target.text} !== null) ` : ''}free(${target.text}), ${target.text} = null`,
    (env) => {
      const member = target.get(env) as Record<string, unknown> | null | undefined
      if (careful && (member === null || member === undefined)) return
      ;(member as Record<string, unknown>)[BUSY] = false
      target.set(env, null)
    },
  )
}
