/** JUnit XML: for CI systems. One suite per spec, one case per property and configuration. */
import { match } from 'ts-pattern'
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
import { basisInWords, count, counted, judgedInWords } from './words.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
// XML 1.0 has no way to write these, not even as entities.
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const escape = (text: string): string =>
  text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
/** Line breaks in attributes would be read as blanks. */
const attribute = (text: string): string =>
  escape(text).replace(/[\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`)

const element = (name: string, attributes: Readonly<Record<string, string | number>>, content?: string): string => {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(String(value))}"`)
  return content === undefined ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${content}</${name}>`
}

interface Case {
  readonly planned: Planned
  readonly name: string
  readonly seconds: number
  readonly result: 'passed' | 'failure' | 'error' | 'skipped'
  readonly message: string
  readonly details: string
}

const inShort = ({ planned, run }: Decided): string =>
  [
    counted(run.statistics.states, 'state'),
    counted(run.statistics.transitions, 'transition'),
    `depth ${run.statistics.depth}`,
    basisInWords(run.basis),
    ...(planned.claims.length === 0 ? [] : [`claims ${planned.claims.join(', ')}`]),
  ].join(' · ')

function caseOf(outcome: Decided, judged: Judged): Case {
  const { planned, run, verdicts } = outcome
  const result = match(judged.judgement)
    .with('as expected', 'good', () => 'passed' as const)
    .with('differs', 'bad', () => 'failure' as const)
    .with('inconclusive', () => 'error' as const)
    .exhaustive()
  const trace = result === 'failure' ? traceOf(judged.verdict.result) : undefined
  const details = [inShort(outcome), ...(trace === undefined ? [] : traceLines(trace, planned.layout))]
  return {
    planned,
    name: judged.verdict.property,
    seconds: run.seconds / verdicts.length,
    result,
    message: judgedInWords(judged),
    details: details.join('\n'),
  }
}

function casesOf(outcome: Outcome): Case[] {
  const { planned } = outcome
  if (outcome.is === 'failed')
    return planned.asked.map((name) => ({
      planned,
      name,
      seconds: 0,
      result: 'error',
      message: outcome.message,
      details: '',
    }))
  const cases = outcome.verdicts.map((judged) => caseOf(outcome, judged))
  // The number of states is no property. It makes a case of its own only where it is wrong.
  if (outcome.statesDiffer)
    cases.push({
      planned,
      name: 'states',
      seconds: 0,
      result: 'failure',
      message: `${count(statesOf(outcome.run) ?? 0)} states; expected: ${count(planned.states ?? 0)}`,
      details: inShort(outcome),
    })
  return cases
}

const skipped = (planned: Planned): Case[] =>
  planned.asked.map((name) => ({
    planned,
    name,
    seconds: 0,
    result: 'skipped',
    message: 'interrupted before it began',
    details: '',
  }))

function caseElement({ planned, name, seconds, result, message, details }: Case): string {
  const attributes = { classname: `${planned.spec.name} ${configurationName(planned)}`, name, time: seconds.toFixed(3) }
  const content = match(result)
    .with('passed', () => element('system-out', {}, escape(`${message}\n${details}`)))
    .with('skipped', () => element('skipped', { message }))
    .with('failure', 'error', (kind) =>
      element(kind, { type: kind === 'error' ? 'inconclusive' : 'verdict', message }, escape(details)),
    )
    .exhaustive()
  return `    ${element('testcase', attributes, content)}\n`
}

const counts = (cases: readonly Case[]) => ({
  tests: cases.length,
  failures: cases.filter(({ result }) => result === 'failure').length,
  errors: cases.filter(({ result }) => result === 'error').length,
  skipped: cases.filter(({ result }) => result === 'skipped').length,
  time: cases.reduce((seconds, each) => seconds + each.seconds, 0).toFixed(3),
})

function document({ planned, outcomes }: Summary): string {
  const begun = new Set(outcomes.map((outcome) => outcome.planned))
  const cases = [...outcomes.flatMap(casesOf), ...planned.filter((each) => !begun.has(each)).flatMap(skipped)]
  const suites = [...Map.groupBy(cases, (each) => each.planned.spec.name)].map(
    ([name, of]) => `  ${element('testsuite', { name, ...counts(of) }, `\n${of.map(caseElement).join('')}  `)}\n`,
  )
  const { skipped: _, ...total } = counts(cases)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'oomcheck', ...total }, `\n${suites.join('')}`)}\n`
}

export const junitReport = (write: Write): Reporter => ({
  start: () => undefined,
  progress: () => undefined,
  outcome: () => undefined,
  end: (summary) => write(document(summary)),
})
