/** The part of a chapter of the report that says whether a spec bites. */
import { code, fold, heading, list, paragraph, table, type Block } from '../report/document.ts'
import { count, counted } from '../report/words.ts'
import { percent } from './report.ts'
import type { Tally } from './records.ts'
import type { KnownScore } from './scores.ts'

const command = (spec: string, specs: string | undefined): string =>
  `npx oomcheck mutate ${spec} ${specs === undefined ? '--save' : `--specs ${specs} --save <file>`}`

/** Whether the rows notice mistakes in the model. `specs` is the module that the spec is from, if that is not the package's. */
export function scoreBlocks(spec: string, known: KnownScore, specs?: string): Block[] {
  const title = heading(3, 'Do the rows bite?', `${spec}-mutation`)
  if (known.is === 'unknown')
    return [title, paragraph(`Not known: ${code(command(spec, specs))} makes one mistake at a time in the model.`)]
  const { score, is } = known
  const row = (
    name: string,
    { mutants, killedByVerdict, killedBySteps, equivalent, survived, undecided, score: share, raw }: Tally,
  ): string[] => [
    name,
    ...[mutants, killedByVerdict + killedBySteps, equivalent, survived, undecided].map(count),
    percent(share),
    percent(raw),
  ]
  const survivors = Object.entries(score.survivors).map(
    ([name, reason]) => `${code(name)}${reason === '' ? '' : `: ${reason}`}`,
  )
  return [
    title,
    paragraph(
      (is === 'stale' ? 'Stale: the model or its rows have changed since these numbers were found. ' : '') +
        'One mistake at a time was made in the model: in its programs every one of the kinds that are known, and in a sample of the ' +
        'ways in which steps were seen to be taken. A mutant is killed where a row comes out otherwise than it says, and ' +
        'equivalent where the graph of its states and steps is the same; the score is of those that are not equivalent, the raw score of all. To lose an outcome only takes behaviours away, which ' +
        'only witnesses, deadlocks and liveness can notice: that is counted apart.' +
        (score.leftOut === 0
          ? ''
          : ` ${counted(score.leftOut, 'configuration')} with too many states ${score.leftOut === 1 ? 'was' : 'were'} not tried.`),
    ),
    table(
      ['mistakes in', 'mutants', 'killed', 'equivalent', 'survived', 'undecided', 'score', 'raw'],
      [
        row('programs', score.programs),
        row('leaves (sample)', score.leaves),
        row('all', score.all),
        row('apart: outcomes lost (sample)', score.restrictions),
      ],
    ),
    ...(survivors.length === 0
      ? []
      : [fold(`Who survives: ${counted(survivors.length, 'mutant')}`, [list(survivors)])]),
  ]
}
