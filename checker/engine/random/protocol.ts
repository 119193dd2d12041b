/** Random protocols: what genes mean as properties, and the protocol of all of them. */
import { singleton, upTo } from '../../language/domain.ts'
import {
  isResponse,
  propertiesOf,
  PROPERTY_KINDS,
  type Counted,
  type Property,
  type PropertyKind,
  type ResponseKind,
} from '../../language/property.ts'
import { protocol, type Instance } from '../../language/protocol.ts'
import { language, type AnyProgram } from '../../language/program.ts'
import { bool, int } from './expression.ts'
import { choose, mod, type Env, type Gene, type Scope } from './place.ts'
import {
  envOf,
  historyRoot,
  indented,
  procedureOf,
  programOf,
  scopeOf,
  type Made,
  type ProgramGenes,
  type World,
} from './program.ts'
import { fieldsOf, fieldsText, SHAPES, stateOf, stateText, type ShapeName, type StateGenes } from './schema.ts'
import { block } from './statement.ts'

export interface PropertyGenes {
  readonly kind: number
  readonly given: Gene | undefined
  readonly test: Gene
}
export interface ProtocolGenes {
  readonly state: StateGenes
  readonly history: readonly Gene[]
  readonly frames: readonly (readonly Gene[])[]
  readonly init: readonly Gene[]
  readonly done: Gene | undefined
  readonly programs: readonly ProgramGenes[]
  readonly procedures: readonly ProgramGenes[]
  readonly properties: readonly PropertyGenes[]
}

/** A protocol that genes mean: as an engine takes it, and as a person reads it. */
export interface RandomProtocol {
  readonly instance: Instance
  readonly properties: readonly Property[]
  readonly text: string
}

const erasedProtocol = protocol as unknown as (definition: object) => { instance(wanted: { bounds: object }): Instance }
const properties = propertiesOf({}) as unknown as Record<
  PropertyKind,
  (name: string, test: unknown, options?: object) => Property
>
const { leadsTo, progress, refines } = propertiesOf({}) as unknown as {
  readonly leadsTo: (name: string, from: unknown, goal: unknown) => Property
  readonly progress: (name: string, family: string, labels: readonly string[]) => Property
  readonly refines: (name: string, abstract: unknown, options: object) => Property
}
const responses = propertiesOf({}) as unknown as Record<
  ResponseKind,
  (name: string, response: { from: unknown; to: unknown; count: Counted }) => Property
>
/** What random protocols are to refine: a walk up and down, as far as `WALK`. */
const WALK = 3
const walkState = () => ({ at: upTo(WALK), walker: singleton({}) })
const walk = protocol({
  name: 'walk',
  bounds: {},
  state: walkState,
  programs: () => [
    language<typeof walkState>().program(
      'walker',
      {
        walk: {
          either: {
            up: {
              when: (s) => s.at < WALK,
              do: (s) => {
                s.at++
              },
            },
            down: {
              when: (s) => s.at > 0,
              do: (s) => {
                s.at--
              },
            },
          },
        },
      },
      { loop: true },
    ),
  ],
})

export function protocolOf(genes: ProtocolGenes, name: ShapeName): RandomProtocol {
  const shape = SHAPES[name]
  const { state, sizes } = stateOf(genes.state, shape)
  const history = shape.history === true ? fieldsOf('h', genes.history, shape.kinds, sizes) : {}
  const world: World = { shape, state, sizes, history }
  const families = ['cpu', ...(shape.tasks === true ? ['task'] : [])]
  const procedures = shape.calls === true ? proceduresOf(world, families, genes) : []
  const callable = procedures.map(({ made }) => made)
  const running = [...families, ...(shape.time === true ? ['clock'] : [])]
  const programs = genes.programs
    .slice(0, running.length)
    .map((each, i) => programOf(world, running[i] ?? 'cpu', each, callable))
  const labels = labelsOf(programs.map(({ made }) => made))
  const start = block(genes.init, scopeOf(world, [], { writes: 'state', picks: 2 }))
  const done = genes.done && bool(genes.done, scopeOf(world, [], { labels }))
  const asked = genes.properties.map((each, i) => propertyOf(each, `P${i}`, world, labels))
  const definition = {
    name: 'random',
    bounds: {},
    state: () => state,
    history: () => history,
    programs: () => programs.map(({ made }) => made),
    ...(genes.init.length === 0
      ? {}
      : { init: () => (s: object, pick: Env['pick']) => void start.run(envOf({ s, pick })) }),
    ...(done === undefined ? {} : { done: () => (s: object, at: Env['at']) => done.run(envOf({ s, at })) }),
  }
  const text = [
    ...stateText(state),
    ...(Object.keys(history).length === 0 ? [] : [`history ${fieldsText(history)}`]),
    ...(genes.init.length === 0 ? [] : ['init', ...indented(start.lines)]),
    ...(done === undefined ? [] : [`done ${done.text}`]),
    ...[...procedures, ...programs, ...asked].flatMap(({ lines }) => lines),
  ]
  return {
    instance: erasedProtocol(definition).instance({ bounds: {} }),
    properties: asked.map(({ made }) => made),
    text: text.join('\n'),
  }
}

/** Each may call those before it. */
function proceduresOf(
  world: World,
  families: readonly string[],
  genes: ProtocolGenes,
): ReturnType<typeof procedureOf>[] {
  const found: ReturnType<typeof procedureOf>[] = []
  genes.procedures.forEach((each, i) => {
    const callable = found.map(({ made }) => made)
    found.push(procedureOf(world, families, i, each, genes.frames[i] ?? [], callable))
  })
  return found
}

/** What properties may ask of the processes of each family: a label, somewhere inside a call, the end. */
function labelsOf(programs: readonly AnyProgram[]): Map<string, string[]> {
  return new Map(
    programs.map(({ family, steps }) => [
      family,
      [
        ...Object.entries(steps).flatMap(([label, step]) =>
          typeof step === 'object' && 'call' in step
            ? [label, ...Object.keys(step.call.steps).map((inner) => `${label}/${step.call.name}.${inner}`)]
            : [label],
        ),
        'done',
      ],
    ]),
  )
}

function propertyOf(
  { kind: n, given, test }: PropertyGenes,
  name: string,
  world: World,
  labels: Scope['labels'],
): Made<Property> {
  const kind = choose(PROPERTY_KINDS, n) ?? 'always'
  if (kind === 'progress') return progressOf(test, name, labels)
  const scope = scopeOf(world, [historyRoot(world, false)], { labels, looksBack: kind === 'stepwise' })
  const isNumber = kind === 'maximum' || kind === 'minimum' || kind === 'refines'
  const expression = isNumber ? int(test, scope) : bool(test, scope)
  const mayHavePremise = kind === 'always' || kind === 'stepwise' || kind === 'leadsTo' || isResponse(kind)
  const premise = given !== undefined && mayHavePremise ? bool(given, scope) : undefined
  const recipe =
    (run: (env: Env) => unknown) => (s: object, context: { h: object; at: Env['at']; before: Env['before'] }) =>
      run(envOf({ s, h: context.h, at: context.at, before: context.before }))
  const asked = recipe(expression.run)
  const options = premise === undefined ? {} : { given: recipe(premise.run) }
  const map = (a: { at: number }, s: object, context: Parameters<typeof asked>[1]): void => {
    a.at = mod(Number(asked(s, context)), WALK + 1)
  }
  const from = recipe(premise?.run ?? (() => true))
  const count = test.n % 2 === 0 ? 'steps' : 'ticks'
  return {
    made: isResponse(kind)
      ? responses[kind](name, { from, to: asked, count })
      : kind === 'leadsTo'
        ? leadsTo(name, from, asked)
        : kind === 'refines'
          ? refines(name, walk, { instance: () => ({ bounds: {} }), map })
          : properties[kind](name, asked, options),
    lines: [`${kind} ${name}: ${expression.text}${premise === undefined ? '' : ` given ${premise.text}`}`],
  }
}

/** One of the families, and one of its labels. */
function progressOf({ n, op }: Gene, name: string, labels: Scope['labels']): Made<Property> {
  const family = choose([...labels.keys()], n) ?? 'cpu'
  const label = choose(labels.get(family)?.filter((each) => each !== 'done') ?? [], op)
  const chosen = label === undefined ? [] : [label]
  return { made: progress(name, family, chosen), lines: [`progress ${name}: ${family} ${chosen.join()}`] }
}
