/**
 * Random protocols with local work: three processes with registers of their own, and few shared fields whose index
 * may come from a register, so that what a step touches is known only where it happens.
 */
import type { AnyProgram, AnyStep } from '../language/program.ts'
import { language, propertiesOf, protocol, singleton, array, upTo, type Property } from '../language/index.ts'
import type { Instance } from '../language/protocol.ts'

/** One operation: what it is, which shared field or value it is about, and where it leads. */
export interface Operation {
  readonly op: number
  readonly field: number
  readonly value: number
  readonly goto: number
}
export interface ProcessesGenes {
  readonly programs: readonly { readonly loop: boolean; readonly steps: readonly Operation[] }[]
  readonly properties: readonly Operation[]
}
export interface RandomProcesses {
  readonly instance: Instance
  readonly properties: readonly Property[]
  readonly text: string
}

export const FIELDS = 3
export const VALUES = 3
const names = ['p', 'q', 'r', 't'] as const

export interface Me {
  x: number
}
export interface State {
  readonly g: number[]
}

const state = () => ({
  g: array(FIELDS, upTo(VALUES - 1)),
  p: singleton({ x: upTo(VALUES - 1) }),
  q: singleton({ x: upTo(VALUES - 1) }),
  r: singleton({ x: upTo(VALUES - 1) }),
  t: singleton({ x: upTo(VALUES - 1) }),
})

export type Pick = <T>(options: Iterable<T>) => T
export interface Made {
  readonly text: string
  readonly when?: (s: State, me: Me) => boolean
  readonly do: (s: State, me: Me, pick: Pick) => void
}

/** What an operation does to shared fields and to the process that takes it. */
export function operation({ op, field: f, value: v }: Operation): Made {
  const field = f % FIELDS
  const value = v % VALUES
  const choices: readonly Made[] = [
    { text: `x = ${value}`, do: (_s, me) => void (me.x = value) },
    { text: 'x++', do: (_s, me) => void (me.x = (me.x + 1) % VALUES) },
    { text: `x = pick(0, ${value})`, do: (_s, me, pick) => void (me.x = pick([0, value])) },
    { text: 'x = 1 - x', do: (_s, me) => void (me.x = me.x === 0 ? 1 : 0) },
    { text: 'nothing', do: () => undefined },
    { text: `x = g[${field}]`, do: (s, me) => void (me.x = s.g[field]!) },
    { text: `g[${field}] = x`, do: (s, me) => void (s.g[field] = me.x) },
    { text: `g[${field}] = ${value}`, do: (s) => void (s.g[field] = value) },
    { text: `g[x] = ${value}`, do: (s, me) => void (s.g[me.x] = value) },
    { text: 'g[x] = 1 - g[x]', do: (s, me) => void (s.g[me.x] = s.g[me.x] === 0 ? 1 : 0) },
    { text: 'x = g[x]', do: (s, me) => void (me.x = s.g[me.x]!) },
    {
      text: `when g[${field}] = ${value}`,
      when: (s) => s.g[field] === value,
      do: () => undefined,
    },
    {
      text: `when g[x] = 0 then g[x] = 1`,
      when: (s, me) => s.g[me.x] === 0,
      do: (s, me) => void (s.g[me.x] = 1),
    },
    {
      text: `if x = ${value} then g[${field}] = 0`,
      do: (s, me) => {
        if (me.x === value) s.g[field] = 0
      },
    },
    { text: `g[${field}]++`, do: (s) => void (s.g[field] = Math.min(VALUES, s.g[field]! + 1) % VALUES) },
    { text: `g[${field}]++ (may overflow)`, do: (s) => void (s.g[field] = s.g[field]! + (v > 200 ? 1 : 0)) },
  ]
  return choices[op % choices.length]!
}

const erased = language<typeof state>() as unknown as {
  program(family: string, steps: Record<string, AnyStep>, options: object): AnyProgram
}

function programOf(
  family: string,
  { loop, steps }: ProcessesGenes['programs'][number],
): { made: AnyProgram; text: string[] } {
  const labels = steps.map((_, i) => `l${i}`)
  const text = [`${family}${loop ? ', looping' : ''}:`]
  const made = Object.fromEntries(
    steps.map((each, i): [string, AnyStep] => {
      const { text: what, when, do: run } = operation(each)
      const to = [...labels, 'done'][each.goto % (3 * labels.length)]
      text.push(`  l${i}: ${what}${to === undefined ? '' : `, goto ${to}`}`)
      const effect = (s: State, me: Me, pick: Pick): string | undefined => {
        run(s, me, pick)
        return to
      }
      return [`l${i}`, { ...(when === undefined ? {} : { when }), do: effect }]
    }),
  )
  return { made: erased.program(family, made, { loop }), text }
}

interface Seen {
  readonly g: readonly number[]
  readonly [family: string]: readonly (object & Me)[] | readonly number[]
}
interface Context {
  readonly at: (process: object, label: string) => boolean
  readonly before: <T>(expression: () => T) => T
}

type Test = (s: Seen, context: Context) => boolean

const member = (s: Seen, family: string): object & Me => (s[family] as readonly (object & Me)[])[0]!

function test({ op, field, value, goto }: Operation): { text: string; test: Test } {
  const f = field % FIELDS
  const v = value % VALUES
  const who = names[field % 3]!
  const other = names[goto % 3]!
  const label = `l${value % 3}`
  const choices: readonly { text: string; test: Test }[] = [
    { text: `g[${f}] = ${v}`, test: (s) => s.g[f] === v },
    { text: `at(${who}, ${label})`, test: (s, { at }) => at(member(s, who), label) },
    {
      text: `at(${who}, ${label}) and at(${other}, l0)`,
      test: (s, { at }) => at(member(s, who), label) && at(member(s, other), 'l0'),
    },
    { text: `${who} done and g[${f}] = ${v}`, test: (s, { at }) => at(member(s, who), 'done') && s.g[f] === v },
    { text: `${who}.x = ${v} and ${other}.x = 1`, test: (s) => member(s, who).x === v && member(s, other).x === 1 },
    { text: `${who}.x = g[${f}]`, test: (s) => member(s, who).x === s.g[f] },
  ]
  return choices[op % choices.length]!
}

const KINDS = ['always', 'maximum', 'reachable', 'maximum', 'stepwise', 'stepwise'] as const

function propertyOf(genes: Operation, i: number): { made: Property; text: string } {
  const properties = propertiesOf({}) as unknown as Record<string, (name: string, test: unknown) => Property>
  const kind = KINDS[Math.floor(genes.op / 6) % KINDS.length]!
  const asked = test(genes)
  const truth = asked.test
  const recipe =
    kind === 'maximum'
      ? // Hardly two states have the same value, so that hardly one may be lost.
        (s: Seen, context: Context) =>
          (truth(s, context) ? 51 : 0) +
          (((37 + genes.goto) * member(s, 'p').x + (53 + genes.field) * member(s, 'q').x + genes.value * s.g[0]!) % 101)
      : kind === 'stepwise'
        ? // Nothing can be claimed of a step unless it changes something that is looked at.
          (s: Seen, context: Context) =>
            context.before(() => truth(s, context)) ||
            !truth(s, context) ||
            member(s, names[genes.goto % 3]!).x !== genes.value % VALUES
        : truth
  return { made: properties[kind]!(`P${i}`, recipe), text: `${kind} ${asked.text}` }
}

export function randomProcesses(genes: ProcessesGenes): RandomProcesses {
  const made = genes.programs.map((each, i) => programOf(names[i]!, each))
  const asked = genes.properties.map(propertyOf)
  const erasedProtocol = protocol as unknown as (definition: object) => {
    instance(wanted: { bounds: object }): Instance
  }
  const definition = { name: 'processes', bounds: {}, state, programs: () => made.map((each) => each.made) }
  return {
    instance: erasedProtocol(definition).instance({ bounds: {} }),
    properties: asked.map((each) => each.made),
    text: [...made.flatMap(({ text }) => text), ...asked.map(({ text }) => text)].join('\n'),
  }
}
