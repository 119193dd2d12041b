/** Random protocols: what genes mean as steps, procedures and programs. */
import type { Fields, StateFields } from '../../language/domain.ts'
import {
  language,
  type AnyAction,
  type AnyCall,
  type AnyEither,
  type AnyEscape,
  type AnyProcedure,
  type AnyProgram,
  type AnyStep,
} from '../../language/program.ts'
import { bool, value } from './expression.ts'
import {
  choose,
  draftRoot,
  kid,
  memberRoots,
  sharedOf,
  type Code,
  type Env,
  type Gene,
  type Root,
  type Scope,
} from './place.ts'
import { fieldsOf, fieldsText, type Shape, type Sizes } from './schema.ts'
import { block } from './statement.ts'

export interface ActionGenes {
  readonly traits: number
  readonly goto: number
  readonly when: Gene
  readonly body: readonly Gene[]
  readonly note: readonly Gene[]
}
export interface StepGenes {
  readonly form: number
  readonly args: Gene
  readonly actions: readonly ActionGenes[]
}
export interface ProgramGenes {
  readonly traits: number
  readonly runs: Gene
  readonly escape: ActionGenes
  readonly steps: readonly StepGenes[]
}

/** What the recipes of one protocol are about. */
export interface World {
  readonly shape: Shape
  readonly state: StateFields
  readonly sizes: Sizes
  readonly history: Fields
}

/** Something made of genes, and how it reads. */
export interface Made<T> {
  readonly made: T
  readonly lines: readonly string[]
}
export const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`)

// The constructors of the language, without the types that authors get.
interface Erased {
  steps(family: string, steps: Steps): Steps
  program(family: string, steps: Steps, options: AnyProgram['options']): AnyProgram
  procedure(
    name: string,
    shape: { family: readonly string[]; args: Fields; locals: Fields },
    steps: Steps,
  ): AnyProcedure
  call(procedure: AnyProcedure, args: (s: object, me: object, frame: object) => object, then?: string): AnyCall
}
type Steps = Readonly<Record<string, AnyStep>>
const erased = language() as unknown as Erased

const NOBODY: object = Object.freeze({})
const refused = (): never => {
  throw new Error('A random recipe used what it was not given.')
}
export const envOf = (given: Partial<Env> & { readonly s: object }): Env => ({
  me: NOBODY,
  frame: NOBODY,
  h: NOBODY,
  pick: refused,
  at: refused,
  before: refused,
  vars: [],
  ...given,
})

/** The roots that every recipe has, after those of its own. */
export function scopeOf({ state, shape }: World, own: readonly Root[], rest: Partial<Scope>): Scope {
  const isWritable = rest.writes === 'state'
  const shared = draftRoot(state, 's', sharedOf(state), ({ s }) => s, isWritable)
  return {
    state,
    roots: [...own, shared, ...own, shared, ...(shape.anonymous === true ? [] : memberRoots(state, isWritable))],
    vars: [],
    writes: 'nothing',
    gotos: [],
    labels: new Map(),
    looksBack: false,
    picks: 0,
    careless: shape.careless === true,
    anonymous: shape.anonymous === true,
    ...rest,
  }
}
export const historyRoot = (world: World, isWritable: boolean): Root =>
  draftRoot(world.state, 'h', world.history, ({ h }) => h, isWritable)

/** Whose recipes these are: the fields of `me` and of the frame, and where they may go. */
interface Body {
  readonly world: World
  readonly me: Fields
  readonly frame: Fields
  readonly gotos: readonly string[]
}
const ownRoots = ({ world, me, frame }: Body, isWritable: boolean): Root[] => [
  draftRoot(world.state, 'me', me, (env) => env.me, isWritable),
  draftRoot(world.state, 'frame', frame, (env) => env.frame, isWritable),
]
const effectScope = (body: Body): Scope =>
  scopeOf(body.world, ownRoots(body, true), { writes: 'state', picks: 2, gotos: body.gotos })
const guardScope = (body: Body): Scope => scopeOf(body.world, ownRoots(body, false), {})

function actionOf(genes: ActionGenes, body: Body): Made<AnyAction | ((...args: never[]) => unknown)> {
  const { shape } = body.world
  const { traits } = genes
  const scope = effectScope(body)
  const effect = block(genes.body, scope)
  const goto = body.gotos[genes.goto % (2 * body.gotos.length + 4)]
  const run = (s: object, me: object, pick: Env['pick'], frame: object): string | undefined =>
    effect.run(envOf({ s, me, pick, frame })) ?? goto
  const when = traits % 3 === 1 ? bool(genes.when, guardScope(body)) : undefined
  const urgent = shape.time === true && traits % 4 === 1
  const note = shape.history === true && traits % 5 !== 0 ? noteOf(genes.note, body) : undefined
  const lines = [
    `${when === undefined ? '' : `when ${when.text} `}${urgent ? 'urgent ' : ''}{`,
    ...indented(effect.lines),
    `}${goto === undefined ? '' : ` goto ${goto}`}${note === undefined ? '' : ' note {'}`,
    ...(note === undefined ? [] : [...indented(note.lines), '}']),
  ]
  if (when === undefined && !urgent && note === undefined) return { made: run, lines }
  const made: AnyAction = {
    ...(when === undefined ? {} : { when: guard(when) }),
    ...(traits % 7 === 6 ? {} : { do: run }),
    ...(note === undefined ? {} : { note: note.made }),
    ...(urgent ? { urgent } : {}),
  }
  return { made, lines: made.do === undefined ? ['no effect, but', ...lines] : lines }
}

const guard =
  (when: Code<boolean>): NonNullable<AnyAction['when']> =>
  (s: object, me: object, frame: object = NOBODY) =>
    when.run(envOf({ s, me, frame }))

function noteOf(genes: readonly Gene[], body: Body): Made<NonNullable<AnyAction['note']>> {
  const { world } = body
  const own = [historyRoot(world, true), ...ownRoots({ ...body, frame: {} }, false)]
  const note = block(genes, scopeOf(world, own, { writes: 'history', looksBack: true }))
  const made = (h: object, s: object, me: object, before: Env['before']): void =>
    void note.run(envOf({ h, s, me, before }))
  return { made: made, lines: note.lines }
}

function stepOf(genes: StepGenes, body: Body, callable: readonly AnyProcedure[]): Made<AnyStep> {
  const called = genes.form % 5 < 2 ? choose(callable, genes.form) : undefined
  if (called !== undefined) return callOf(called, genes, body)
  const actions = genes.actions.map((each) => actionOf(each, body))
  const [first, second] = actions
  if (first === undefined) return { made: () => undefined, lines: ['{}'] }
  if (second === undefined || genes.form % 5 === 2) return first
  const either: AnyEither = { either: Object.fromEntries(actions.map(({ made }, i) => [`way${i}`, made])) }
  return { made: either, lines: actions.flatMap(({ lines }, i) => [`either way${i}`, ...indented(lines)]) }
}

function callOf(procedure: AnyProcedure, genes: StepGenes, body: Body): Made<AnyStep> {
  const scope = guardScope(body)
  const args = Object.entries(procedure.args).map(([key, domain], i) => ({
    key,
    code: value(domain, kid(genes.args, i), scope),
  }))
  const then = genes.form % 3 === 0 ? choose(body.gotos, genes.args.n) : undefined
  const bound = (s: object, me: object, frame: object = NOBODY): object => {
    const env = envOf({ s, me, frame })
    return Object.fromEntries(args.flatMap(({ key, code }) => (code === undefined ? [] : [[key, code.run(env)]])))
  }
  const text = args.map(({ key, code }) => `${key}: ${code?.text}`).join(', ')
  return {
    made: erased.call(procedure, bound, then),
    lines: [`call ${procedure.name}(${text})${then === undefined ? '' : ` then ${then}`}`],
  }
}

function stepsOf(
  labels: readonly string[],
  genes: readonly StepGenes[],
  body: Body,
  callable: (i: number) => readonly AnyProcedure[],
): Made<Steps> {
  const steps: Record<string, AnyStep> = {}
  const lines: string[] = []
  for (const [i, label] of labels.entries()) {
    const step = stepOf(
      genes[i] ?? { form: 0, args: kid({ op: 0, n: 0, kids: [] }, 0), actions: [] },
      body,
      callable(i),
    )
    steps[label] = step.made
    lines.push(`${label}:`, ...indented(step.lines))
  }
  return { made: steps, lines }
}

const LABELS = ['a', 'b', 'c', 'd'] as const

/** The procedure of that number; it may call those before it, but not begin so. */
export function procedureOf(
  world: World,
  families: readonly string[],
  number: number,
  genes: ProgramGenes,
  frame: readonly Gene[],
  callable: readonly AnyProcedure[],
): Made<AnyProcedure> {
  const name = `f${number}`
  const args = fieldsOf('p', frame.slice(0, 2), world.shape.kinds, world.sizes)
  const locals = fieldsOf('l', frame.slice(2), world.shape.kinds, world.sizes)
  const labels = LABELS.slice(0, Math.min(3, genes.steps.length))
  const only = families.length === 1 ? world.state[families[0] ?? ''] : undefined
  const body: Body = {
    world,
    me: only?.kind === 'family' ? only.fields : {},
    frame: { ...args, ...locals },
    gotos: [...labels, 'return'],
  }
  const steps = stepsOf(labels, genes.steps, body, (i) => (i === 0 ? [] : callable))
  return {
    made: erased.procedure(name, { family: families, args, locals }, steps.made),
    lines: [`procedure ${name} ${fieldsText(args)} locals ${fieldsText(locals)}`, ...indented(steps.lines)],
  }
}

export function programOf(
  world: World,
  family: string,
  genes: ProgramGenes,
  callable: readonly AnyProcedure[],
): Made<AnyProgram> {
  const domain = world.state[family]
  const labels = LABELS.slice(0, Math.max(1, genes.steps.length))
  const body: Body = {
    world,
    me: domain?.kind === 'family' ? domain.fields : {},
    frame: {},
    gotos: [...labels, 'done'],
  }
  const { traits } = genes
  const isTime = family === 'clock'
  const steps = stepsOf(labels, genes.steps, body, () => (isTime ? [] : callable))
  const loop = traits % 4 !== 3
  const start = traits % 5 === 4 ? labels.at(-1) : undefined
  const runs = world.shape.control === true && traits % 3 === 1 ? bool(genes.runs, guardScope(body)) : undefined
  const escape = world.shape.control === true && traits % 2 === 1 ? escapeOf(genes.escape, body, labels) : undefined
  const made = erased.program(
    family,
    { ...erased.steps(family, steps.made) },
    {
      loop,
      ...(start === undefined ? {} : { start }),
      ...(runs === undefined ? {} : { runs: guard(runs) }),
      ...(escape === undefined ? {} : { escapes: [escape.made] }),
      ...(isTime ? { role: 'time' as const } : {}),
    },
  )
  const header = [
    `program ${family}`,
    ...(loop ? ['loop'] : []),
    ...(start === undefined ? [] : [`start ${start}`]),
    ...(runs === undefined ? [] : [`runs ${runs.text}`]),
  ]
  return { made, lines: [header.join(' '), ...indented([...steps.lines, ...(escape?.lines ?? [])])] }
}

function escapeOf(genes: ActionGenes, body: Body, labels: readonly string[]): Made<AnyEscape> {
  const scope = scopeOf(body.world, ownRoots(body, true), { writes: 'state' })
  const effect = block(genes.body, scope)
  const when = bool(genes.when, guardScope(body))
  const from = labels.filter((_, i) => (genes.traits & (1 << i)) !== 0)
  const to = choose(labels, genes.goto) ?? 'a'
  const urgent = genes.traits % 3 === 0
  return {
    made: {
      name: 'killed',
      from,
      when: guard(when),
      do: (s: object, me: object) => void effect.run(envOf({ s, me })),
      to,
      urgent,
    },
    lines: [
      `escape from ${from.join(', ')} when ${when.text}${urgent ? ' urgent' : ''} {`,
      ...indented(effect.lines),
      `} to ${to}`,
    ],
  }
}
