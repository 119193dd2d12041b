/** Markdown: a summary for the page of a CI job. What differs comes first. */
import { match } from 'ts-pattern'
import { bySpec, caveats, leftOpen, neverFalse, neverTaken, shownProperties, vacuities } from './overview.ts'
import { codeCell, codeText, plainCell } from './markdown-text.ts'
import {
  configurationName,
  statesOf,
  traceOf,
  type Decided,
  type Judged,
  type Outcome,
  type Planned,
  type Reporter,
  type Summary,
  type Write,
} from './record.ts'
import { traceLines } from './trace.ts'
import {
  count,
  judgedInWords,
  reductionsInWords,
  reachInWords,
  resultInWords,
  someInWords,
  searchInWords,
  secondsInWords,
  statesInWords,
  tallyInWords,
} from './words.ts'

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

const needsAction = ({ judgement }: Judged): boolean => judgement === 'differs' || judgement === 'bad'

const whereIn = (planned: Planned): string => plainCell(`${planned.spec.name} ${configurationName(planned)}`)

/** One verdict that needs someone to act. */
function finding({ planned }: Decided, judged: Judged): string {
  const trace = traceOf(judged.verdict.result)
  return [
    `### ${whereIn(planned)}: ${plainCell(judged.verdict.property)}`,
    `${plainCell(judgedInWords(judged))}.`,
    ...(planned.why === undefined || judged.expected === undefined ? [] : [`The row says: ${plainCell(planned.why)}`]),
    ...(trace === undefined ? [] : [['```text', ...traceLines(trace, planned.layout), '```'].join('\n')]),
  ].join('\n\n')
}

function findings(outcome: Outcome): string[] {
  const { planned } = outcome
  const where = whereIn(planned)
  if (outcome.is === 'failed') return [`### ${where}: the checker failed\n\n${plainCell(outcome.message)}`]
  const states = `${count(statesOf(outcome.run) ?? 0)} states; expected: ${count(planned.states ?? 0)}`
  return [
    ...(outcome.statesDiffer ? [`### ${where}: states\n\n${states}.`] : []),
    ...outcome.verdicts.filter(needsAction).map((judged) => finding(outcome, judged)),
  ]
}

const cell = ({ verdict, judgement }: Judged): string =>
  match(judgement)
    .with('as expected', 'good', () => plainCell(resultInWords(verdict.result)))
    .with('differs', 'bad', () => `✗ **${plainCell(resultInWords(verdict.result))}**`)
    .with('inconclusive', () => `? ${plainCell(resultInWords(verdict.result))}`)
    .exhaustive()

function specTable(outcomes: readonly Outcome[]): string {
  const { names } = shownProperties(outcomes)
  const rows = outcomes.map((outcome) => {
    const configuration = codeCell(configurationName(outcome.planned))
    if (outcome.is === 'failed') return [configuration, '', ...names.map(() => '✗ **the checker failed**')]
    const { run, statesDiffer, verdicts } = outcome
    const states = `${statesDiffer ? '✗ ' : ''}${statesInWords(run)}`
    const cells = names.map((name) => {
      const judged = verdicts.find(({ verdict }) => verdict.property === name)
      return judged === undefined ? '' : cell(judged)
    })
    return [configuration, states, ...cells]
  })
  return table(['Configuration', 'States', ...names.map(plainCell)], rows)
}

/** What is inconclusive, vacuous or never taken, as a list. */
function remarks(outcomes: readonly Outcome[]): string[] {
  const inconclusive = leftOpen(outcomes).map(
    ({ reason, configurations }) => `- inconclusive: ${plainCell(reason)} (${plainCell(someInWords(configurations))})`,
  )
  const vacuous = vacuities(outcomes).map(
    ({ property, reason, configurations }) =>
      `- vacuous: ${plainCell(property)}, ${plainCell(reason)} (${plainCell(someInWords(configurations))})`,
  )
  const less = caveats(outcomes).map(({ property, caveat }) => `- ${plainCell(property)}: ${plainCell(caveat)}`)
  const { routine } = shownProperties(outcomes)
  const kept = routine.length === 0 ? [] : [`- hold wherever they are asked for: ${plainCell(routine.join(', '))}`]
  const never = [...neverTaken(outcomes).values()].map((labels) => `- never taken: ${labels.map(codeText).join(', ')}`)
  const open = [...neverFalse(outcomes).values()].map(
    (guards) => `- guards never false: ${guards.map(codeText).join(', ')}`,
  )
  const reduced = reductionsInWords(outcomes).map((words) => `- ${plainCell(words)}`)
  return [...kept, ...inconclusive, ...vacuous, ...less, ...reduced, ...never, ...open]
}

function* sections(summary: Summary): Generator<string> {
  const { outcomes, interrupted, exit } = summary
  yield `# ${exit === 0 ? '✓' : '✗'} oomcheck: ${interrupted ? 'interrupted, ' : ''}${tallyInWords(outcomes)}`
  yield `${reachInWords(summary)} · ${searchInWords(outcomes)} · ${secondsInWords(summary.seconds)}`
  const differing = outcomes.flatMap(findings)
  if (differing.length > 0) yield '## What differs'
  yield* differing
  for (const [name, of] of bySpec(outcomes)) {
    yield `## ${plainCell(name)}`
    yield specTable(of)
    const list = remarks(of)
    if (list.length > 0) yield list.join('\n')
  }
  if ([...bySpec(outcomes).values()].some((of) => shownProperties(of).hides))
    yield 'StaysInDomain and NoDeadlock hold where they are not shown.'
}

export const markdownReport = (write: Write): Reporter => ({
  start: () => undefined,
  progress: () => undefined,
  outcome: () => undefined,
  end: (summary) => write(`${[...sections(summary)].join('\n\n')}\n`),
})
