/** What became of the mutants, for people and for programs. */
import { configurationName } from '../report/record.ts'
import { fill, hanging, unstyled, wrap, type Style } from '../report/lines.ts'
import { clause, count, counted, resultInWords, secondsInWords } from '../report/words.ts'
import { LEAF_MUTATORS, RESTRICTING_MUTATORS } from './leaves.ts'
import type { Mutator } from './mutants.ts'
import { PROGRAM_MUTATORS } from './mutators.ts'
import { mutationRecord, type MutationRecord, type Tally } from './records.ts'
import type { Mutated, Tried } from './run.ts'

const WIDTH = 100
/** More mutants than this share may not be excused by a reason. */
export const MOST_EXCUSED = 0.03

export function tallyOf(tried: readonly Tried[]): Tally {
  const number = (test: (each: Tried) => boolean): number => tried.filter(test).length
  const killedByVerdict = number(({ fate }) => fate.is === 'killed' && fate.by === 'verdict')
  const killedBySteps = number(({ fate }) => fate.is === 'killed' && fate.by === 'steps')
  const equivalent = number(({ fate }) => fate.is === 'equivalent')
  const share = (of: number): number | null => (of === 0 ? null : (killedByVerdict + killedBySteps) / of)
  return {
    mutants: tried.length,
    killedByVerdict,
    killedBySteps,
    equivalent,
    survived: number(({ fate }) => fate.is === 'survived'),
    undecided: number(({ fate }) => fate.is === 'undecided'),
    score: share(tried.length - equivalent),
    raw: share(tried.length),
  }
}

const madeBy =
  (mutators: readonly Mutator[]) =>
  ({ tried }: Mutated): readonly Tried[] =>
    tried.filter(({ mutant }) => mutators.includes(mutant.mutator))

type Select = (mutated: Mutated) => readonly Tried[]
/** Those of programs, all of which are made; those of leaves are a sample. */
export const ofPrograms: Select = madeBy(PROGRAM_MUTATORS)
export const ofLeaves: Select = madeBy(LEAF_MUTATORS)
/** A sample of those that only take behaviours away. */
export const ofRestrictions: Select = madeBy(RESTRICTING_MUTATORS)
/** What the score is of: all but those. */
export const scored: Select = madeBy([...PROGRAM_MUTATORS, ...LEAF_MUTATORS])

/** What keeps a spec from biting everywhere, in sentences. */
export function complaints(mutated: Mutated): string[] {
  const tried = scored(mutated)
  const survived = (all: readonly Tried[]): Tried[] => all.filter(({ fate }) => fate.is === 'survived')
  const unexcused = (all: readonly Tried[], what: string): string[] => {
    const without = survived(all).filter(({ reason }) => reason === undefined)
    return without.length === 0 ? [] : [`${counted(without.length, 'mutant')} of ${what} survived without a reason`]
  }
  const excused = survived(tried).filter(({ reason }) => reason !== undefined)
  const most = Math.floor(MOST_EXCUSED * tried.length)
  return [
    ...unexcused(ofPrograms(mutated), 'programs'),
    ...unexcused(ofLeaves(mutated), 'leaves'),
    ...(excused.length > most
      ? [`${counted(excused.length, 'mutant')} excused by a reason; ${most} may be, 3 % of ${tried.length}`]
      : []),
    ...mutated.idleLocks.map(
      (lock) => `'${lock}' is named as a lock, and nobody was seen to take it, or it names a holder of another family`,
    ),
    ...mutated.stale.map((name) => `a reason is given for '${name}', which does not survive`),
  ]
}

export const percent = (share: number | null): string => (share === null ? '' : `${(100 * share).toFixed(1)} %`)

const HEADINGS = ['mutants', 'killed', 'by steps', 'equivalent', 'survived', 'undecided', 'score', 'raw']

function tableLines(mutated: Mutated): string[] {
  const row = (name: string, tried: readonly Tried[]): string[] => {
    const { mutants, killedByVerdict, killedBySteps, equivalent, survived, undecided, score, raw } = tallyOf(tried)
    const numbers = [mutants, killedByVerdict + killedBySteps, killedBySteps, equivalent, survived, undecided].map(
      count,
    )
    return [name, ...numbers, percent(score), percent(raw)]
  }
  const of = (mutator: Mutator): Tried[] => mutated.tried.filter(({ mutant }) => mutant.mutator === mutator)
  const sections = [
    { mutators: PROGRAM_MUTATORS, total: 'programs', all: ofPrograms(mutated) },
    { mutators: LEAF_MUTATORS, total: 'leaves (sample)', all: ofLeaves(mutated) },
  ]
  const apart = ofRestrictions(mutated)
  const rows = sections
    .filter(({ all }) => all.length > 0)
    .flatMap(({ mutators, total, all }) => [
      ...mutators.filter((mutator) => of(mutator).length > 0).map((mutator) => row(mutator, of(mutator))),
      row(total, all),
    ])
  if (sections.every(({ all }) => all.length > 0)) rows.push(row('all', scored(mutated)))
  if (apart.length > 0) rows.push(row('apart: lose outcome', apart))
  const table = [['', ...HEADINGS], ...rows]
  const widths = ['', ...HEADINGS].map((_, i) => Math.max(...table.map((cells) => (cells[i] ?? '').length)))
  return table.map((cells) =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart((widths[i] ?? 0) + 2))).join('')}`.trimEnd(),
  )
}

/** The rows in which a mutant was tried. */
const triedIn = ({ mutant }: Tried): string => {
  const rows = [...mutant.in.keys()].map((row) => row + 1)
  return `${rows.length === 1 ? 'row' : 'rows'} ${rows.join(', ')}`
}

function remarkLines(mutated: Mutated, style: Style): string[] {
  const lines: string[] = []
  const remark = (head: string, text: string): number =>
    lines.push(...hanging(`  ${head} `, wrap(text, WIDTH - head.length - 3)))
  for (const each of mutated.tried) {
    const { mutant, fate, reason } = each
    const isScored = !(RESTRICTING_MUTATORS as readonly Mutator[]).includes(mutant.mutator)
    if (fate.is === 'survived' && reason !== undefined) remark('– survived:', `${mutant.name}: ${reason}`)
    else if (fate.is === 'survived' && isScored)
      remark(style('red', '✗ survived:'), `${mutant.name} (${triedIn(each)})`)
    else if (fate.is === 'undecided')
      remark('? undecided:', `${mutant.name} (row ${fate.row + 1}: ${clause(fate.because)})`)
  }
  const names = (head: string, all: readonly string[]): void => {
    if (all.length > 0) lines.push(...hanging(`  ${head}: `, fill(all, ', ', WIDTH - head.length - 4)))
  }
  names('guards never false', mutated.neverFalse)
  names('never taken', mutated.neverTaken)
  names('rows with too many states', mutated.leftOut.map(configurationName))
  for (const sentence of complaints(mutated)) remark(style('red', '✗'), `${sentence}.`)
  return lines
}

export function mutationText(mutated: Mutated, style: Style = unstyled): string {
  const { spec, rows, seconds, tried } = mutated
  const isShown = new Set(
    tried
      .filter(({ fate }) => fate.is === 'survived' || fate.is === 'undecided')
      .flatMap(({ mutant }) => [...mutant.in.keys()]),
  )
  const numbered = rows.flatMap(({ planned, states }, i) =>
    isShown.has(i) ? [`  row ${i + 1}: ${configurationName(planned)} (${counted(states, 'state')})`] : [],
  )
  return [
    `${style('bold', spec.name)}: ${counted(tried.length, 'mutant')} on ${counted(rows.length, 'row')}, ${secondsInWords(seconds)}`,
    ...tableLines(mutated),
    ...remarkLines(mutated, style),
    ...numbered,
    '',
  ]
    .map((line) => `${line}\n`)
    .join('')
}

const line = (record: MutationRecord): string => `${JSON.stringify(mutationRecord.parse(record))}\n`

/** One line per mutant, and one for the spec. */
export function mutationLines(mutated: Mutated): string {
  const { spec, rows, tried, neverFalse, neverTaken, leftOut, stale, seconds } = mutated
  const nameOf = (row: number): string[] => {
    const found = rows[row]
    return found === undefined ? [] : [configurationName(found.planned)]
  }
  const records = tried.map(({ mutant, fate, reason }): MutationRecord => ({
    record: 'mutant',
    spec: spec.name,
    mutator: mutant.mutator,
    name: mutant.name,
    rows: [...mutant.in.keys()].flatMap(nameOf),
    fate: fate.is,
    by: fate.is === 'killed' ? fate.by : null,
    row: 'row' in fate ? (nameOf(fate.row)[0] ?? null) : null,
    property: fate.is === 'killed' ? fate.judged.verdict.property : null,
    found: fate.is === 'killed' ? resultInWords(fate.judged.verdict.result) : null,
    expected: fate.is === 'killed' && fate.judged.expected !== undefined ? resultInWords(fate.judged.expected) : null,
    reason: reason ?? null,
  }))
  const summary: MutationRecord = {
    record: 'mutation',
    spec: spec.name,
    programs: tallyOf(ofPrograms(mutated)),
    leaves: tallyOf(ofLeaves(mutated)),
    all: tallyOf(scored(mutated)),
    restrictions: tallyOf(ofRestrictions(mutated)),
    neverFalse: [...neverFalse],
    neverTaken: [...neverTaken],
    leftOut: leftOut.map(configurationName),
    stale: [...stale],
    complaints: complaints(mutated),
    seconds,
  }
  return [...records, summary].map(line).join('')
}
