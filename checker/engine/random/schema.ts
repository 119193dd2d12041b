/** Random protocols: shapes, and what genes mean as domains. */
import {
  array,
  bool,
  family,
  oneOf,
  option,
  queue,
  range,
  ref,
  setOf,
  singleton,
  struct,
  upTo,
} from '../../language/domain.ts'
import type { Domain, Fields, ScalarDomain, StateFields } from '../../language/domain.ts'
import { choose, familiesOf, kid, sharedOf, type Gene } from './place.ts'
import { BUSY } from './effect.ts'

export type Kind =
  | 'bool'
  | 'small'
  | 'negative'
  | 'wrapping'
  | 'saturating'
  | 'wide'
  | 'enum'
  | 'ref'
  | 'pointer'
  | 'option'
  | 'struct'
  | 'array'
  | 'queue'
  | 'set'

/** What protocols of one kind are made of. */
export interface Shape {
  /** Kinds of fields; one that stands here twice is twice as frequent. */
  readonly kinds: readonly Kind[]
  /** A second family with a program. */
  readonly tasks?: boolean
  /** A family without one, whose members are taken and given back. */
  readonly pool?: boolean
  readonly calls?: boolean
  /** Ticks and urgency. */
  readonly time?: boolean
  readonly history?: boolean
  /** Conditions for running at all, and escapes. */
  readonly control?: boolean
  readonly careless?: boolean
  /** Members are told apart by nothing but what they hold, if only most of the time: a family may be walked. */
  readonly anonymous?: boolean
}

export type ShapeName =
  | 'scalars'
  | 'pools'
  | 'containers'
  | 'calls'
  | 'control'
  | 'time'
  | 'histories'
  | 'wide'
  | 'faulty'
  | 'anonymous'
  | 'mixed'

const everything: readonly Kind[] = [
  'bool',
  'small',
  'negative',
  'wrapping',
  'saturating',
  'enum',
  'ref',
  'pointer',
  'option',
  'struct',
  'array',
  'queue',
  'set',
]

export const SHAPES: Readonly<Record<ShapeName, Shape>> = {
  scalars: { kinds: ['bool', 'small', 'small', 'negative', 'wrapping', 'saturating', 'enum'], tasks: true },
  pools: { kinds: ['pointer', 'pointer', 'ref', 'bool', 'small', 'set'], pool: true, tasks: true },
  containers: { kinds: ['struct', 'array', 'queue', 'set', 'option', 'small', 'enum'], pool: true, tasks: true },
  calls: { kinds: ['small', 'bool', 'pointer', 'struct', 'queue'], calls: true, tasks: true, pool: true },
  control: { kinds: ['bool', 'small', 'enum', 'ref'], control: true, tasks: true, calls: true },
  time: { kinds: ['small', 'bool', 'enum', 'saturating'], time: true, control: true },
  histories: { kinds: ['small', 'bool', 'wrapping', 'pointer', 'array'], history: true, pool: true, tasks: true },
  wide: { kinds: ['wide', 'wide', 'array', 'struct', 'small', 'enum', 'wrapping'], tasks: true, pool: true },
  faulty: { kinds: everything, careless: true, pool: true, control: true, tasks: true },
  anonymous: {
    kinds: ['bool', 'small', 'pointer', 'pointer', 'ref', 'option', 'queue', 'set', 'array'],
    anonymous: true,
    pool: true,
    tasks: true,
    calls: true,
    history: true,
  },
  mixed: {
    kinds: everything,
    tasks: true,
    pool: true,
    calls: true,
    time: true,
    history: true,
    control: true,
    careless: true,
  },
}

const WORDS = ['red', 'green', 'blue', 'gray', 'black', 'white'] as const
const SCALARS: readonly Kind[] = [
  'bool',
  'small',
  'negative',
  'wrapping',
  'saturating',
  'wide',
  'enum',
  'ref',
  'pointer',
]

/** Families that references may name: their sizes are known before their fields. */
export type Sizes = ReadonlyMap<string, number>

function domainOf(gene: Gene, kinds: readonly Kind[], sizes: Sizes, depth: number): Domain {
  const { n } = gene
  const scalars = kinds.filter((kind) => SCALARS.includes(kind))
  const kind = choose(depth > 0 ? kinds : scalars, gene.op) ?? 'bool'
  const inner = (i: number): Domain => domainOf(kid(gene, i), kinds, sizes, depth - 1)
  const element = (): ScalarDomain => {
    const found = domainOf(kid(gene, 0), scalars, sizes, 0)
    return found.kind === 'option' || (found.kind === 'int' && found.hi - found.lo > 7)
      ? upTo(2)
      : found.kind === 'bool' || found.kind === 'int' || found.kind === 'enum' || found.kind === 'ref'
        ? found
        : bool
  }
  switch (kind) {
    case 'bool':
      return bool
    case 'small':
      return upTo(1 + (n % 3))
    case 'negative':
      return range(-1 - (n % 2), n % 3)
    case 'wrapping':
      return range(-(n % 3), 1 + (n % 2), 'wrap')
    case 'saturating':
      return range(-(n % 2), 1 + (n % 3), 'saturate')
    case 'wide':
      return (
        choose(
          [upTo(40, 'wrap'), range(-500, 500, 'wrap'), range(-(2 ** 20), 2 ** 20, 'saturate'), upTo(2 ** 30)],
          n,
        ) ?? bool
      )
    case 'enum':
      return oneOf(...WORDS.slice(0, 1 + (n % WORDS.length)))
    case 'ref':
    case 'pointer': {
      const all = [...sizes]
      const inhabited = all.filter(([, size]) => size > 0)
      const name = choose(kind === 'ref' ? inhabited : all, n)?.[0]
      if (name === undefined) return bool
      return kind === 'ref' ? ref(name) : option(ref(name))
    }
    case 'option': {
      const composite = domainOf(
        kid(gene, 0),
        kinds.filter((each) => each === 'struct' || each === 'array' || each === 'queue' || each === 'set'),
        sizes,
        depth - 1,
      )
      const of = n % 3 === 0 ? inner(0) : composite
      return of.kind === 'option' ? of : option(of)
    }
    case 'struct':
      return struct(n % 4 === 3 ? { x: inner(0) } : { x: inner(0), y: inner(1) })
    case 'array':
      return array(n % 8 === 7 ? 0 : 1 + (n % 3), inner(0))
    case 'queue':
      return queue(n % 8 === 7 ? 0 : 1 + (n % 3), inner(0))
    case 'set':
      return setOf(element())
  }
}

/** Fields `a0`, `a1`, … of these genes. */
export function fieldsOf(prefix: string, genes: readonly Gene[], kinds: readonly Kind[], sizes: Sizes): Fields {
  return Object.fromEntries(genes.map((gene, i) => [`${prefix}${i}`, domainOf(gene, kinds, sizes, 2)]))
}

export interface StateGenes {
  readonly sizes: readonly number[]
  readonly shared: readonly Gene[]
  readonly cpu: readonly Gene[]
  readonly task: readonly Gene[]
  readonly mm: readonly Gene[]
  readonly clock: readonly Gene[]
}

/** The state that genes mean, and the sizes of its families. */
export function stateOf(genes: StateGenes, shape: Shape): { readonly state: StateFields; readonly sizes: Sizes } {
  const [cpus = 0, tasks = 0, mms = 0] = genes.sizes
  const sizes = new Map<string, number>([['cpu', 1 + (cpus % 3)]])
  if (shape.tasks === true) sizes.set('task', 1 + (tasks % 2))
  if (shape.pool === true) sizes.set('mm', mms % 8 === 7 ? 0 : 1 + (mms % 3))
  if (shape.time === true) sizes.set('clock', 1)
  const fields = (family: 'cpu' | 'task' | 'mm' | 'clock'): Fields =>
    fieldsOf(family.charAt(0), genes[family], shape.kinds, sizes)
  const shared = fieldsOf('x', genes.shared, shape.kinds, sizes)
  return {
    sizes,
    // Time is declared first: engines must put it last.
    state: {
      ...(shape.time === true ? { clock: singleton(fields('clock')) } : {}),
      ...shared,
      cpu: family(sizes.get('cpu') ?? 1, fields('cpu')),
      ...(shape.tasks === true ? { task: family(sizes.get('task') ?? 1, fields('task')) } : {}),
      ...(shape.pool === true ? { mm: family(sizes.get('mm') ?? 0, { [BUSY]: bool, ...fields('mm') }) } : {}),
    },
  }
}

/** How a domain is written. */
export function domainText(domain: Domain): string {
  switch (domain.kind) {
    case 'bool':
      return 'bool'
    case 'int':
      return `range(${domain.lo}, ${domain.hi}${domain.overflow === 'error' ? '' : `, '${domain.overflow}'`})`
    case 'enum':
      return `oneOf(${domain.values.join(', ')})`
    case 'ref':
      return `ref(${domain.family})`
    case 'option':
      return `option(${domainText(domain.of)})`
    case 'array':
      return `array(${domain.length}, ${domainText(domain.of)})`
    case 'queue':
      return `queue(${domain.capacity}, ${domainText(domain.of)})`
    case 'set':
      return `setOf(${domainText(domain.of)})`
    case 'struct':
      return `struct(${fieldsText(domain.fields)})`
  }
}
export const fieldsText = (fields: Fields): string =>
  `{ ${Object.entries(fields)
    .map(([key, domain]) => `${key}: ${domainText(domain)}`)
    .join(', ')} }`
export const stateText = (state: StateFields): string[] => [
  `state ${fieldsText(sharedOf(state))}`,
  ...familiesOf(state).map(
    ([name, { size, fields }]) => `family ${name}${size === undefined ? '' : ` × ${size}`} ${fieldsText(fields)}`,
  ),
]
