/** An explanation as one page of HTML that needs nothing else: no script, no font, no picture from elsewhere. */
import { otherwiseLines, type ColumnOptions } from './columns.ts'
import { element, escapeHtml } from './html.ts'
import { legendSections, type Legend } from './legend.ts'
import { paragraph } from './paragraph.ts'
import { spaceTime } from './space-time.ts'
import { configurationOf, shortStep, type Told } from './told.ts'

const STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #1c1e21; --soft: #666b73; --line: #d5d8dd; --panel: #f6f7f9;
  --warn: #b3261e; --bar: #9db7d8; --cause: #50617a;
  --lane0: #1f6fb2; --lane1: #b4560f; --lane2: #2e7d4f; --lane3: #8446a8; --lane4: #a3324f; --lane5: #5e6a1e }
@media (prefers-color-scheme: dark) { :root { --page: #16181c; --text: #e4e6ea; --soft: #9aa1ab; --line: #3a3f47;
  --panel: #1f2227; --warn: #ff8a80; --bar: #3d5a80; --cause: #9fb0c9;
  --lane0: #6db3f2; --lane1: #f0a05a; --lane2: #6cc794; --lane3: #c795e6; --lane4: #ef8aa5; --lane5: #c2cf6a } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word }
h1 { font-size: 1.35rem; line-height: 1.25; margin: 0 0 .25rem }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem }
h3 { font-size: .95rem; margin: 1rem 0 .35rem; color: var(--soft) }
p.lead, p.claim { max-width: 44rem }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .25rem 1rem; max-width: 60rem;
  font-size: .9rem; margin: 0 }
dt { overflow-wrap: anywhere } dd { margin: 0 }
code, svg text, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
code { font-size: .9em }
.configuration { color: var(--soft); margin: 0 }
pre { margin: 0; overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
  padding: 8px; font-size: .8rem; line-height: 1.35 }
figure { margin: 0; overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
  padding: 8px }
svg { display: block }
svg text { font-size: 10.5px; fill: var(--text); paint-order: stroke; stroke: var(--panel); stroke-width: 3px;
  stroke-linejoin: round }
svg .lane { stroke: var(--line); stroke-width: 2 }
svg .lane-name { font-weight: 700; font-size: 12px }
svg .number { text-anchor: end; fill: var(--soft) }
svg .aside { opacity: .4 }
svg .lane0 circle { fill: var(--lane0) } svg .lane1 circle { fill: var(--lane1) } svg .lane2 circle { fill: var(--lane2) }
svg .lane3 circle { fill: var(--lane3) } svg .lane4 circle { fill: var(--lane4) } svg .lane5 circle { fill: var(--lane5) }
svg .causes { fill: none; stroke: var(--cause); stroke-width: 1.4; opacity: .75 }
svg .overtakes { fill: none; stroke: var(--warn); stroke-width: 1.6; stroke-dasharray: 4 3 }
svg path.causes-head { fill: var(--cause); stroke: none; opacity: 1 }
svg path.overtakes-head { fill: var(--warn); stroke: none }
svg .bar rect { fill: var(--bar) } svg .bar.none rect { fill: none; stroke: var(--line) }
svg .field { fill: var(--soft) } svg .value { stroke: none; font-size: 8.5px; text-anchor: middle }
svg .turn { stroke: var(--warn); stroke-width: 1; stroke-dasharray: 2 3 }
svg .turn-name { fill: var(--warn); text-anchor: end; font-size: 9.5px }
.legend { color: var(--soft); font-size: .85rem; max-width: 44rem }
table { border-collapse: collapse; width: 100%; font-size: .85rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-top: 1px solid var(--line) }
th { color: var(--soft); font-weight: 600 }
tr.aside { opacity: .5 }
td div { text-indent: -1em; padding-left: 1em }
@media (max-width: 40rem) {
  dl { display: block } dd { margin: 0 0 .4rem 1rem }
  thead { display: none }
  tr { display: block; border-top: 1px solid var(--line); padding: .4rem 0 }
  td { display: block; border: 0; padding: 0 }
  td.step { font-weight: 600 }
  td.step span { display: inline }
  td[data-name]::before { content: attr(data-name) " "; color: var(--soft) }
  td:empty { display: none }
}
@media print { figure { overflow: visible } }
`

const LEGEND =
  'Time goes down. A solid arrow leads from the step that wrote a value to the step of another that it decided; a dashed one ' +
  'from a step that read a value to the last step that changed it afterwards, although the reader went on. The bars on the ' +
  'right are fields: filled where they hold something.'

function stepsTable({ explanation }: Told, { onlyCauses = false, allReads = false }: ColumnOptions): string {
  const { steps } = explanation
  const rows = steps.flatMap(({ step, isCause, changes, reads }, i) => {
    if (onlyCauses && !isCause) return []
    const decided = reads
      .filter(({ decisive, byNote, field }) => !byNote && (decisive || (allReads && field.kind !== 'pc')))
      .map(({ field, value, writer }) => `${field.name} = ${value}${writer < 0 ? '' : ` (step ${writer + 1})`}`)
    const changed = changes
      .filter(({ field, to }) => field.kind !== 'pc' || to === 'done')
      .map(({ field, from, to }) =>
        field.kind === 'pc' ? `${field.owner ?? ''} is done` : `${field.name}: ${from} → ${to}`,
      )
    const cell = (lines: readonly string[], name: string): string =>
      element(
        'td',
        { class: 'mono', ...(lines.length === 0 ? {} : { 'data-name': name }) },
        lines.map((line) => element('div', {}, escapeHtml(line))).join(''),
      )
    return element(
      'tr',
      isCause ? {} : { class: 'aside' },
      [
        element('td', { class: 'step mono' }, escapeHtml(`${i + 1}\u2002${step.process} ${shortStep(step)}`)),
        cell(changed, 'changes'),
        cell(decided, 'decided by'),
      ].join(''),
    )
  })
  const head = element('tr', {}, ['Step', 'Changes', 'Decided by'].map((name) => element('th', {}, name)).join(''))
  return element('table', {}, [element('thead', {}, head), element('tbody', {}, rows)])
}

/** The behaviour that takes the last way out. */
function otherwiseParts(told: Told, options: ColumnOptions): string[] {
  const [title, ...lines] = otherwiseLines(told, options)
  return title === undefined
    ? []
    : [element('h2', {}, escapeHtml(title)), element('pre', { tabindex: 0 }, escapeHtml(lines.join('\n')))]
}

/** What the names mean, a list for each part. */
function legendParts(legend: Legend | undefined): string[] {
  const sections = legend === undefined ? [] : legendSections(legend)
  const lists = sections.flatMap(({ title, entries }) => [
    element('h3', {}, escapeHtml(title)),
    element(
      'dl',
      {},
      entries.map(([name, text]) => {
        const term = name === '' ? '' : element('code', {}, escapeHtml(name))
        return `${element('dt', {}, term)}${element('dd', {}, escapeHtml(text))}`
      }),
    ),
  ])
  return lists.length === 0 ? [] : [element('h2', {}, 'What the names mean'), ...lists]
}

export function explanationHtml(told: Told, options: ColumnOptions = {}): string {
  const { spec, property, legend } = told
  const title = `${spec}: ${property}`
  const page = element('html', { lang: 'en' }, [
    element('head', {}, [
      element('meta', { charset: 'utf-8' }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('title', {}, escapeHtml(title)),
      element('style', {}, STYLE),
    ]),
    element('body', {}, [
      element('h1', {}, escapeHtml(title)),
      element('p', { class: 'configuration' }, escapeHtml(configurationOf(told))),
      ...(legend?.claim === undefined
        ? []
        : [
            element(
              'p',
              { class: 'claim' },
              `${element('code', {}, escapeHtml(property))}: ${escapeHtml(legend.claim)}`,
            ),
          ]),
      element('p', { class: 'lead' }, escapeHtml(paragraph(told))),
      element('figure', { tabindex: 0 }, spaceTime(told, options.onlyCauses ?? false)),
      element('p', { class: 'legend' }, escapeHtml(LEGEND)),
      element('h2', {}, 'Steps'),
      stepsTable(told, options),
      ...otherwiseParts(told, options),
      ...legendParts(legend),
    ]),
  ])
  return `<!DOCTYPE html>\n${page}\n`
}
