/**
 * Random protocols of members that nothing tells apart: two families that do local work, share few fields, refer to each
 * other and look at each other, so that there is something to be exchanged and something to be left out.
 */
import {
  array,
  family,
  language,
  option,
  propertiesOf,
  protocol,
  ref,
  setOf,
  upTo,
  type Property,
} from '../language/index.ts'
import type { Instance } from '../language/protocol.ts'
import type { AnyProgram, AnyStep } from '../language/program.ts'
import { FIELDS, operation, VALUES, type Operation, type Pick } from './random-processes.ts'

export interface MembersGenes {
  readonly p: FamilyGenes
  readonly q: FamilyGenes
  readonly properties: readonly Operation[]
}
interface FamilyGenes {
  readonly members: number
  readonly loop: boolean
  readonly steps: readonly Operation[]
}
export interface RandomMembers {
  readonly instance: Instance
  readonly properties: readonly Property[]
  readonly text: string
}

interface Member {
  x: number
  to: Member | null
}
interface Members {
  some(test: (each: Member) => boolean): boolean
  every(test: (each: Member) => boolean): boolean
  filter(test: (each: Member) => boolean): Member[]
  sum(of: (each: Member) => number): number
}
interface Chosen {
  add(each: Member): unknown
  delete(each: Member): unknown
  has(each: Member): boolean
}
interface State {
  readonly g: number[]
  lock: Member | null
  readonly chosen: Chosen
  readonly p: Members
  readonly q: Members
}

const state = ({ p, q }: { p: number; q: number }) => ({
  g: array(FIELDS, upTo(VALUES - 1)),
  lock: option(ref('p')),
  chosen: setOf(ref('p')),
  // A `q` is met first.
  q: family(q, { x: upTo(VALUES - 1), to: option(ref('p')) }),
  p: family(p, { x: upTo(VALUES - 1), to: option(ref('p')) }),
})

interface Made {
  readonly text: string
  readonly when?: (s: State, me: Member) => boolean
  readonly do: (s: State, me: Member, pick: Pick) => void
}

/** What has to do with other members. */
function social({ op, value: v }: Operation, isP: boolean): Made {
  const value = v % VALUES
  const choices: readonly Made[] = [
    { text: 'to = pick(p)', do: (s, me, pick) => void (me.to = pick(s.p.filter(() => true))) },
    {
      text: `to = pick(p with x = ${value})`,
      do: (s, me, pick) => void (me.to = pick(s.p.filter(({ x }) => x === value))),
    },
    { text: 'to = null', do: (_s, me) => void (me.to = null) },
    { text: 'x = to.x', do: (_s, me) => void (me.x = me.to?.x ?? 0) },
    {
      text: `to.x = ${value}`,
      do: (_s, me) => {
        if (me.to !== null) me.to.x = value
      },
    },
    {
      text: 'lock = me, or to',
      when: (s) => s.lock === null,
      do: (s, me) => void (s.lock = isP ? me : me.to),
    },
    { text: 'unlock', when: (s, me) => s.lock === (isP ? me : me.to), do: (s) => void (s.lock = null) },
    { text: `when some p has x = ${value}`, when: (s) => s.p.some(({ x }) => x === value), do: () => undefined },
    { text: `when every q has x = ${value}`, when: (s) => s.q.every(({ x }) => x === value), do: () => undefined },
    { text: 'for ever', when: () => false, do: () => undefined },
    {
      text: 'choose to',
      do: (s, me) => {
        if (me.to !== null) s.chosen.add(me.to)
      },
    },
    {
      text: 'x = whether to is chosen',
      do: (s, me) => void (me.x = me.to !== null && s.chosen.has(me.to) ? 1 : 0),
    },
  ]
  return choices[op % choices.length]!
}

/** The genes of some operations. */
export const OPERATIONS = { write: 7, read: 21, nothing: 36, wait: 67 } as const

/** When a step goes to where it may go. */
function condition({ field, value: v }: Operation): {
  readonly text: string
  readonly test: (s: State, me: Member) => boolean
} {
  const value = v % VALUES
  const choices = [
    { text: '', test: () => true },
    { text: ` if x = ${value}`, test: (_s: State, me: Member) => me.x === value },
    { text: ` if g[${field % FIELDS}] = ${value}`, test: (s: State) => s.g[field % FIELDS] === value },
  ]
  return choices[Math.floor(field / FIELDS) % choices.length]!
}

const made = (genes: Operation, isP: boolean): Made =>
  genes.op % 7 < 4 ? operation(genes) : social({ ...genes, op: Math.floor(genes.op / 7) }, isP)

const erased = language<typeof state>() as unknown as {
  program(family: string, steps: Record<string, AnyStep>, options: object): AnyProgram
}

function programOf(name: 'p' | 'q', { loop, members, steps }: FamilyGenes): { made: AnyProgram; text: string[] } {
  const labels = steps.map((_, i) => `l${i}`)
  const text = [`${members} ${name}${loop ? ', looping' : ''}:`]
  const recipes = Object.fromEntries(
    steps.map((genes, i): [string, AnyStep] => {
      const { text: what, when, do: run } = made(genes, name === 'p')
      const to = [...labels, 'done'][genes.goto % (2 * labels.length)]
      const goes = condition(genes)
      text.push(`  l${i}: ${what}${to === undefined ? '' : `, goto ${to}${goes.text}`}`)
      const effect = (s: State, me: Member, pick: Pick): string | undefined => {
        const isGoing = goes.test(s, me)
        run(s, me, pick)
        return isGoing ? to : undefined
      }
      return [`l${i}`, { ...(when === undefined ? {} : { when }), do: effect }]
    }),
  )
  return { made: erased.program(name, recipes, { loop }), text }
}

interface Context {
  readonly at: (process: object, label: string) => boolean
  readonly before: <T>(expression: () => T) => T
}
interface Asked {
  readonly text: string
  readonly test: (s: State, context: Context) => boolean
}

function asked({ op, field, value: v, goto }: Operation): Asked {
  const value = v % VALUES
  const label = `l${goto % 3}`
  const choices: readonly Asked[] = [
    { text: `some p at ${label}`, test: (s, { at }) => s.p.some((each) => at(each, label)) },
    { text: `every p at ${label}`, test: (s, { at }) => s.p.every((each) => at(each, label)) },
    {
      text: `some p done with x = ${value}`,
      test: (s, { at }) => s.p.some((each) => each.x === value && at(each, 'done')),
    },
    { text: `some q has x = ${value}`, test: (s) => s.q.some(({ x }) => x === value) },
    { text: `g[${field % FIELDS}] = ${value}`, test: (s) => s.g[field % FIELDS] === value },
    { text: 'lock is chosen', test: (s) => s.lock !== null && s.chosen.has(s.lock) },
    { text: 'some p refers to itself', test: (s) => s.p.some((each) => each.to === each) },
  ]
  return choices[op % choices.length]!
}

const KINDS = ['always', 'maximum', 'reachable', 'stepwise'] as const

function propertyOf(genes: Operation, i: number): { made: Property; text: string } {
  const properties = propertiesOf({}) as unknown as Record<string, (name: string, test: unknown) => Property>
  const kind = KINDS[Math.floor(genes.op / 7) % KINDS.length]!
  const { text, test } = asked(genes)
  const recipes: Readonly<Record<(typeof KINDS)[number], unknown>> = {
    always: test,
    reachable: test,
    maximum: (s: State, context: Context) =>
      (test(s, context) ? 50 : 0) + s.p.sum(({ x }) => x * x) * (1 + (genes.value % 3)) + s.q.sum(({ x }) => x),
    // A step that changes nothing fulfils it.
    stepwise: (s: State, context: Context) => context.before(() => test(s, context)) || !test(s, context),
  }
  return { made: properties[kind]!(`P${i}`, recipes[kind]), text: `${kind} ${text}` }
}

export function randomMembers(genes: MembersGenes): RandomMembers {
  const programs = [programOf('p', genes.p), programOf('q', genes.q)]
  const properties = genes.properties.map(propertyOf)
  const sizes = { p: genes.p.members, q: genes.q.members }
  const erasedProtocol = protocol as unknown as (definition: object) => {
    instance(wanted: { bounds: object }): Instance
  }
  const bounds = { p: { min: 1, max: 4 }, q: { min: 1, max: 4 } }
  const definition = { name: 'members', bounds, state, programs: () => programs.map((each) => each.made) }
  return {
    instance: erasedProtocol(definition).instance({ bounds: sizes }),
    properties: properties.map((each) => each.made),
    text: [...programs.flatMap(({ text }) => text), ...properties.map(({ text }) => text)].join('\n'),
  }
}
