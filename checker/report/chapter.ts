/** The chapter of the report on one protocol: where it comes from, what was asked, what came out, what was not looked at. */
import type { Spec } from '../language/spec.ts'
import type { Layout } from '../engine/layout.ts'
import {
  anchor,
  code,
  fold,
  heading,
  list,
  listing,
  paragraph,
  table,
  type Block,
  type Cell,
  type Picture,
} from './document.ts'
import { fieldTable } from './fields.ts'
import { claimsOf, setting, shownInWords, type Golden } from './golden-page.ts'
import { headerOf, blocksOfText } from './header.ts'
import { askedIn, pointOf, verdictMatrix, type MatrixOptions } from './matrix.ts'
import { caveats, leftOpen, neverFalse, neverTaken, shownProperties, vacuities } from './overview.ts'
import { programDiagram, type ProgramSeen } from './program-diagram.ts'
import { configurationName, isBuiltIn, type Decided, type Outcome } from './record.ts'
import { traceLines } from './trace.ts'
import {
  basisInWords,
  count,
  counted,
  judgedInWords,
  resultInWords,
  searchInWords,
  statesInWords,
  tallyInWords,
} from './words.ts'

/** A golden with what people wrote about it. */
export interface Story {
  readonly golden: Golden
  readonly title: string
  readonly why: string
  /** Why it ends as it does, in a paragraph made from the schedule. */
  readonly explanation: string
  /** The schedule as a drawing, with a lane for each process. */
  readonly lanes: Picture
  /** The behaviour that takes the last way out; empty where none is known. */
  readonly otherwise: readonly string[]
}

/** A variant at one of its configurations, with the moves that were seen there. */
export interface Seen {
  readonly variant: string
  readonly configuration: string
  readonly layout: Layout
  readonly programs: readonly ProgramSeen[]
}

export interface Chapter {
  readonly spec: Spec
  /** The source of the model, where it was found. */
  readonly source: string | undefined
  readonly outcomes: readonly Outcome[]
  readonly stories: readonly Story[]
  readonly exhibits: readonly Block[]
  readonly seen: readonly Seen[]
  /** What a property says, in the words of its author. */
  readonly says: (property: string) => string | undefined
  /** Whether its rows notice mistakes in the model. */
  readonly mutation: readonly Block[]
}

export const chapterId = ({ name }: Spec): string => name

function aims({ spec, source }: Chapter): Block[] {
  const [purpose, ...rest] = source === undefined ? [] : headerOf(source)
  return [
    heading(2, spec.name, chapterId(spec)),
    ...(spec.protocol.source === undefined ? [] : [paragraph(`Source: ${spec.protocol.source}.`)]),
    ...(purpose === undefined ? [] : [purpose]),
    ...(rest.length === 0 ? [] : [fold('What is modelled, what was dropped, and why a step is one step', rest)]),
  ]
}

function bounds({ spec: { name, protocol } }: Chapter): Block[] {
  const limits = Object.entries(protocol.bounds).map(([bound, { min, max, doc = '' }]) => [
    bound,
    `${min} to ${max}`,
    doc,
  ])
  const ingredients = Object.entries(protocol.ingredients).map(([ingredient, { doc }]) => [ingredient, doc])
  if (limits.length + ingredients.length === 0) return []
  return [
    heading(3, 'Bounds', `${name}-bounds`),
    ...(limits.length === 0 ? [] : [table(['bound', 'range', 'meaning'], limits)]),
    ...(ingredients.length === 0
      ? []
      : [
          fold(`${counted(ingredients.length, 'ingredient')}: switches, off unless a row names them`, [
            table(['ingredient', 'meaning'], ingredients),
          ]),
        ]),
  ]
}

const isDecided = (outcome: Outcome): outcome is Decided => outcome.is === 'decided'

/** One row of the spec, with all of its verdicts. */
function rowFold(outcome: Outcome): Block {
  const { planned } = outcome
  const name = configurationName(planned)
  const title = name.startsWith(planned.variant) ? name : `${planned.variant} ${name}`
  if (outcome.is === 'failed') return fold(`✗ ${title}: the checker failed`, [paragraph(outcome.message)])
  const { run, verdicts, statesDiffer } = outcome
  const differs = statesDiffer || verdicts.some(({ judgement }) => judgement === 'differs' || judgement === 'bad')
  const isOpen = verdicts.some(({ judgement }) => judgement === 'inconclusive')
  const mark = differs ? '✗ ' : isOpen ? '? ' : ''
  const expected =
    planned.states === undefined ? '' : statesDiffer ? `, expected ${count(planned.states)}` : ', as expected'
  const { transitions, initialStates, depth } = run.statistics
  return fold(`${mark}${title}`, [
    ...(planned.why === undefined ? [] : [paragraph(planned.why)]),
    {
      is: 'table',
      head: ['property', 'verdict'],
      rows: verdicts.map((judged): Cell[] => [
        { text: code(judged.verdict.property), tone: 'head' },
        {
          text: judgedInWords(judged),
          tone: judged.judgement === 'differs' || judged.judgement === 'bad' ? 'differs' : 'plain',
        },
      ]),
    },
    paragraph(
      `States: ${statesInWords(run)}${expected}; ${count(transitions + initialStates)} generated, depth ${depth}, basis: ${basisInWords(run.basis)}.` +
        (planned.claims.length === 0 ? '' : ` Claims: ${planned.claims.join(', ')}.`),
    ),
  ])
}

function verdicts({ spec, outcomes, says, stories: told }: Chapter): Block[] {
  const decided = outcomes.filter(isDecided)
  const { names, hides, routine } = shownProperties(outcomes)
  const properties = askedIn(outcomes.map(({ planned }) => planned)).filter((name) => names.includes(name))
  const kinds = spec.properties
    .filter(({ name }) => properties.includes(name))
    .map(({ name, kind }) => [code(name), kind, says(name) ?? ''])
  return [
    heading(3, 'Verdicts', `${spec.name}-verdicts`),
    paragraph(`${counted(outcomes.length, 'configuration')}, ${tallyInWords(outcomes)}. ${searchInWords(outcomes)}.`),
    ...byKind(decided, properties, (variant, property) => {
      const shown = told.find(({ golden: { file } }) => file.variant === variant && file.property === property)
      return shown && storyId(shown)
    }),
    ...(routine.length === 0 ? [] : [paragraph(`Hold wherever they are asked for: ${routine.map(code).join(', ')}.`)]),
    ...(hides ? [paragraph('StaysInDomain and NoDeadlock hold where they are not shown.')] : []),
    fold(`Row by row: ${counted(outcomes.length, 'configuration')}`, outcomes.map(rowFold)),
    fold('The properties by name', [table(['property', 'kind', 'what it says'], kinds)]),
  ]
}

/** Claims about what must not happen apart from what can happen, so that neither table is too wide. */
function byKind(
  decided: readonly Decided[],
  properties: readonly string[],
  linkOf: NonNullable<MatrixOptions['linkOf']>,
): Block[] {
  const points = decided.map(pointOf)
  const claims = properties.filter((name) => isClaim(decided, name))
  const others = properties.filter((name) => !claims.includes(name))
  return [
    ...(claims.length === 0 ? [] : [verdictMatrix(points, claims, { linkOf })]),
    ...(others.length === 0
      ? []
      : [paragraph('What can happen at all, and how far:'), verdictMatrix(points, others, { linkOf })]),
  ]
}

/** Does it hold or not, instead of being reached or measured? */
const isClaim = (decided: readonly Decided[], name: string): boolean =>
  decided.some(({ verdicts: judged }) =>
    judged.some(
      ({ verdict: { property, result } }) => property === name && (result.is === 'holds' || result.is === 'violated'),
    ),
  )

const storyId = ({ golden }: Story): string => `counterexample-${anchor(golden.name)}`

function story(told: Story): Block {
  const { golden, title, why, explanation, lanes, otherwise } = told
  const { file, trace, layout, name, shownPath } = golden
  const claims = claimsOf(golden)
  const shown = `${code(file.property)} is ${shownInWords(file)}`
  const blocks = [
    paragraph(`${shown}.${claims.length === 0 ? '' : ` Claims: ${claims.join(', ')}.`}`),
    ...blocksOfText(why),
    table(['', ''], setting(golden)),
    lanes,
    paragraph(explanation),
    fold('The schedule step by step', [listing(traceLines(trace, layout, undefined, file.loop))]),
    ...(otherwise.length === 0 ? [] : [fold('The last way out, to its end', [listing(otherwise)])]),
    paragraph(code(`npx oomcheck replay ${shownPath}`)),
  ]
  return { ...fold(title === '' ? name : title, blocks), id: storyId(told) }
}

const stories = ({ spec, stories: told }: Chapter): Block[] =>
  told.length === 0
    ? []
    : [
        heading(3, 'Counterexamples', `${spec.name}-counterexamples`),
        paragraph(
          'Each is a shortest schedule, by names; a test replays it on both engines. In the drawings time goes down. A solid arrow ' +
            'leads from the step that wrote a value to the step of another that it decided, a broken one from a step that read ' +
            'a value to the last that changed it although the reader went on; bars are fields, filled where they hold something.',
        ),
        ...told.map(story),
      ]

/** What was not put to the test, and what was never taken. */
function coverage({ spec, outcomes }: Chapter): Block[] {
  const labels = new Set(outcomes.flatMap(({ planned }) => planned.labels))
  const never = [...neverTaken(outcomes).values()].flat()
  const guards = [...neverFalse(outcomes).values()].flat()
  const vacuous = vacuities(outcomes).map(
    ({ property, reason, configurations }) => `vacuous: ${code(property)}, ${reason} (${configurations.join('; ')})`,
  )
  const open = leftOpen(outcomes).map(
    ({ reason, configurations }) => `inconclusive: ${reason} (${configurations.join('; ')})`,
  )
  const less = caveats(outcomes).map(({ property, caveat }) => `${code(property)}: ${caveat}`)
  return [
    heading(3, 'Coverage', `${spec.name}-coverage`),
    paragraph(
      `${counted(labels.size, 'label')}, alternatives counted apart; ` +
        (never.length === 0 ? 'each is taken by some configuration.' : `never taken: ${never.map(code).join(', ')}.`) +
        (guards.length === 0 ? '' : ` Guards that are never false: ${guards.map(code).join(', ')}.`),
    ),
    ...([...vacuous, ...open, ...less].length === 0
      ? [paragraph('Every property was put to the test, and every verdict is conclusive.')]
      : [list([...open, ...vacuous, ...less])]),
  ]
}

/** State and programs, for each variant as in one of its configurations. */
const design = ({ spec, seen }: Chapter): Block[] =>
  seen.length === 0
    ? []
    : [
        heading(3, 'State and programs', `${spec.name}-design`),
        paragraph(
          'Labels from top to bottom; an arrow is a move that some process of the family makes there: down to the next label, ' +
            'brackets ahead or back. The first label of a process is bold; labels with a broken line are never taken there.',
        ),
        ...seen.map(({ variant, configuration, layout, programs }) =>
          fold(configuration.startsWith(variant) ? configuration : `${variant} ${configuration}`, [
            ...programs.flatMap((each) => [
              heading(4, each.family, `${spec.name}-${variant}-${each.family}`),
              programDiagram(each),
            ]),
            heading(4, 'state', `${spec.name}-${variant}-state`),
            fieldTable(layout),
          ]),
        ),
      ]

export const chapterBlocks = (chapter: Chapter): Block[] => [
  ...aims(chapter),
  ...verdicts(chapter),
  ...chapter.exhibits,
  ...stories(chapter),
  ...coverage(chapter),
  ...chapter.mutation,
  ...bounds(chapter),
  ...design(chapter),
]

/** What stands beside the name of a protocol in a table of contents. */
export function chapterInBrief({ outcomes, stories: told }: Chapter): string {
  const judged = outcomes.filter(isDecided).flatMap((outcome) => outcome.verdicts)
  const violated = judged.filter(({ verdict }) => verdict.result.is === 'violated').length
  const differs = judged.filter(({ judgement }) => judgement === 'differs' || judgement === 'bad').length
  return [
    counted(outcomes.length, 'configuration'),
    `${counted(judged.filter(({ verdict }) => !isBuiltIn(verdict.property)).length, 'verdict')}, ${count(violated)} of them ${resultInWords({ is: 'violated' })}`,
    ...(differs === 0 ? [] : [`✗ ${count(differs)} differ`]),
    ...(told.length === 0 ? [] : [counted(told.length, 'counterexample')]),
  ].join(' · ')
}
