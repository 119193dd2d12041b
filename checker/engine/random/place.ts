/**
 * Random protocols: genes, and the places of a state that they choose.
 *
 * A gene is a tree of numbers that means something in every vocabulary: a number chooses among what there is, modulo how
 * much there is. So every gene is a protocol, and whatever shrinks genes shrinks protocols.
 */
import type { Domain, FamilyDomain, Fields, StateFields } from '../../language/domain.ts'

export interface Gene {
  readonly op: number
  readonly n: number
  readonly kids: readonly Gene[]
}
const NOTHING: Gene = { op: 0, n: 0, kids: [] }
export const kid = (gene: Gene, i: number): Gene => gene.kids[i] ?? NOTHING
export const choose = <T>(options: readonly T[], n: number): T | undefined => options[n % options.length]
export const mod = (n: number, size: number): number => ((n % size) + size) % size

/** What a recipe was called with, and the variables it has bound since. */
export interface Env {
  readonly s: object
  readonly me: object
  readonly frame: object
  readonly h: object
  readonly pick: (options: readonly unknown[]) => unknown
  readonly at: (process: unknown, label: string) => boolean
  readonly before: <T>(expression: () => T) => T
  readonly vars: unknown[]
}

/** A piece of a recipe: how it reads and what it does. */
export interface Code<T> {
  readonly text: string
  readonly run: (env: Env) => T
}

/** Where places begin: `s`, `me`, a frame, history, a member, a variable. */
export interface Root {
  readonly text: string
  readonly get: (env: Env) => unknown
  /** May be read as a whole; a draft may not. */
  readonly isValue: boolean
  readonly isWritable: boolean
  readonly templates: readonly Template[]
}

/** What is in scope where a recipe stands. */
export interface Scope {
  readonly state: StateFields
  readonly roots: readonly Root[]
  readonly vars: readonly { readonly name: string; readonly domain: Domain }[]
  /** May be assigned to? */
  readonly writes: 'state' | 'history' | 'nothing'
  /** Labels to go to, or `undefined` where nobody can go anywhere. */
  readonly gotos: readonly string[]
  /** Labels to ask for, per family: properties only. */
  readonly labels: ReadonlyMap<string, readonly string[]>
  readonly looksBack: boolean
  /** How many more picks there may be: their choices multiply. */
  readonly picks: number
  /** A share of writes, indices and dereferences is not checked. */
  readonly careless: boolean
  /** No member is named by its number. */
  readonly anonymous: boolean
}

type Hop =
  { readonly kind: 'field'; readonly key: string } | { readonly kind: 'index' | 'cell'; readonly length: number }

interface Template {
  readonly domain: Domain
  readonly hops: readonly Hop[]
}

export const familiesOf = (state: StateFields): [string, FamilyDomain][] =>
  Object.entries(state).filter((entry): entry is [string, FamilyDomain] => entry[1].kind === 'family')
export const sharedOf = (state: StateFields): Fields =>
  Object.fromEntries(Object.entries(state).filter((entry): entry is [string, Domain] => entry[1].kind !== 'family'))
export const sizeOf = (state: StateFields, family: string): number => {
  const domain = state[family]
  return domain?.kind === 'family' ? (domain.size ?? 1) : 0
}

/** Every place below a value of this domain, through at most so many references. */
function templatesOf(state: StateFields, domain: Domain, references: number): Template[] {
  const found: Template[] = []
  const visit = (at: Domain, hops: readonly Hop[], left: number, isPayload: boolean): void => {
    if (!isPayload) found.push({ domain: at, hops })
    const fields = (of: Fields, remaining: number): void => {
      for (const [key, field] of Object.entries(of)) visit(field, [...hops, { kind: 'field', key }], remaining, false)
    }
    const family = at.kind === 'ref' && left > 0 ? state[at.family] : undefined
    if (at.kind === 'struct') fields(at.fields, left)
    if (at.kind === 'option') visit(at.of, hops, left, true)
    if (at.kind === 'array' && at.length > 0) visit(at.of, [...hops, { kind: 'index', length: at.length }], left, false)
    if (at.kind === 'queue' && at.capacity > 0)
      visit(at.of, [...hops, { kind: 'cell', length: at.capacity }], left, false)
    if (family?.kind === 'family') fields(family.fields, left - 1)
  }
  visit(domain, [], references, false)
  return found
}

/** A draft of fields. */
export function draftRoot(
  state: StateFields,
  text: string,
  fields: Fields,
  get: Root['get'],
  isWritable: boolean,
): Root {
  return {
    text,
    get,
    isValue: false,
    isWritable,
    templates: templatesOf(state, { kind: 'struct', fields }, 1).slice(1),
  }
}
/** A value: of a variable, or a member by its number. */
export function valueRoot(
  state: StateFields,
  text: string,
  domain: Domain,
  get: Root['get'],
  isWritable: boolean,
): Root {
  return { text, get, isValue: true, isWritable, templates: templatesOf(state, domain, 2) }
}
/** The members of all families, by number. */
export const memberRoots = (state: StateFields, isWritable: boolean): Root[] =>
  familiesOf(state).flatMap(([family, { size }]) =>
    Array.from({ length: size ?? 1 }, (_, i) =>
      valueRoot(state, `s.${family}[${i}]`, { kind: 'ref', family }, ({ s }) => at(at(s, family), i), isWritable),
    ),
  )

export const at = (container: unknown, key: string | number): unknown =>
  (container as Record<string | number, unknown>)[key]

/** The scope of a block in which a variable of this domain is bound. */
export function withVariable(
  scope: Scope,
  domain: Domain,
): { readonly name: string; readonly index: number; readonly inner: Scope } {
  const index = scope.vars.length
  const name = `v${index}`
  const isWritable = scope.writes === 'state'
  const root = valueRoot(scope.state, name, domain, ({ vars }) => vars[index], isWritable)
  return { name, index, inner: { ...scope, vars: [...scope.vars, { name, domain }], roots: [root, ...scope.roots] } }
}

/** A place in the state. `undefined` is what a careful look finds behind a NULL or beyond the end of a queue. */
export interface Place {
  readonly text: string
  readonly domain: Domain
  readonly get: (env: Env) => unknown
  readonly set: (env: Env, value: unknown) => void
}

interface Wanted {
  readonly fits: (domain: Domain) => boolean
  readonly toWrite?: boolean
}

/** Behind an element of a queue, which most of the time does not exist. */
const isInQueue = (template: Template): boolean => template.hops.some(({ kind }) => kind === 'cell')
const isCell = (template: Template): boolean => template.hops.at(-1)?.kind === 'cell'

/** The place that a gene chooses among those that fit; `index` gives the numbers for its arrays and queues. */
export function place(gene: Gene, scope: Scope, wanted: Wanted, index: (i: number) => Code<number>): Place | undefined {
  const { fits, toWrite = false } = wanted
  const candidates = scope.roots
    .filter((root) => !toWrite || root.isWritable)
    .map((root) => ({
      root,
      templates: root.templates.filter(
        (each) =>
          (gene.op % 4 === 3 || !isInQueue(each)) &&
          fits(each.domain) &&
          (each.hops.length > 0 ? !(toWrite && isCell(each)) : root.isValue && !toWrite),
      ),
    }))
    .filter(({ templates }) => templates.length > 0)
  const chosen = choose(candidates, gene.n)
  const template = choose(chosen?.templates ?? [], Math.floor(gene.n / Math.max(1, candidates.length)))
  if (chosen === undefined || template === undefined) return undefined
  const careful = !scope.careless || gene.op % 10 !== 9
  const { root } = chosen
  let indices = 0
  const hops = template.hops.map((hop) => hopAt(hop, hop.kind === 'field' ? undefined : index(indices++), careful))
  const last = hops.pop()
  const container = (env: Env): unknown => hops.reduce((value, hop) => hop.get(env, value), root.get(env))
  return {
    text: [root, ...hops, ...(last === undefined ? [] : [last])].map(({ text }) => text).join(''),
    domain: template.domain,
    get: (env) => (last === undefined ? root.get(env) : last.get(env, container(env))),
    set: (env, value) => last?.set(env, container(env), value),
  }
}

interface HopCode {
  readonly text: string
  readonly get: (env: Env, container: unknown) => unknown
  readonly set: (env: Env, container: unknown, value: unknown) => void
}

function hopAt(hop: Hop, index: Code<number> | undefined, careful: boolean): HopCode {
  const isMissing = (container: unknown): boolean => careful && (container === null || container === undefined)
  if (hop.kind === 'cell') {
    const get = (env: Env, queue: unknown): unknown => {
      if (isMissing(queue)) return undefined
      const { length } = queue as { length: number }
      const i = index?.run(env) ?? 0
      if (careful && length === 0) return undefined
      return (queue as { at(i: number): unknown }).at(careful ? mod(i, length) : i)
    }
    return { text: careful ? `.at(${index?.text} mod length)` : `!.at(${index?.text})`, get, set: () => undefined }
  }
  const key = (env: Env): string | number =>
    hop.kind === 'field' ? hop.key : careful ? mod(index?.run(env) ?? 0, hop.length) : (index?.run(env) ?? 0)
  const mark = careful ? '' : '!'
  return {
    text: hop.kind === 'field' ? `${mark}.${hop.key}` : `${mark}[${index?.text}${careful ? ` mod ${hop.length}` : ''}]`,
    get: (env, container) => (isMissing(container) ? undefined : at(container, key(env))),
    set: (env, container, value) => {
      if (!isMissing(container)) (container as Record<string | number, unknown>)[key(env)] = value
    },
  }
}
