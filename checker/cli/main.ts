/** The command line. */
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { Command, CommanderError, Option } from 'commander'
import { ConfigError } from '../language/protocol.ts'
import { collectBounds, collectNames, parseInteger, parseScaled } from './arguments.ts'
import { MOST_WORKERS } from '../search/parallel/workers.ts'
import { blessCommand, type BlessOptions } from './bless.ts'
import { checkCommand, ENGINES, FORMATS, type CheckOptions } from './check.ts'
import { CLAIM_FORMATS, claimsCommand, type ClaimsOptions } from './claims.ts'
import { REDUCTIONS } from './reduce.ts'
import { EXIT } from './exit.ts'
import { EXPLANATION_FORMATS, explainCommand, type ExplainOptions } from './explain.ts'
import { GRAPH_FORMATS, graphCommand, type GraphOptions } from './graph.ts'
import { LIST_FORMATS, listCommand, type ListOptions } from './list.ts'
import { MINIMIZE_FORMATS, minimizeCommand, type MinimizeOptions } from './minimize.ts'
import { DEFAULT_BITS, DEFAULT_SEED, DEFAULT_WALK_DEPTH } from './modes.ts'
import {
  DEFAULT_LEAVES,
  DEFAULT_MUTANT_SECONDS,
  DEFAULT_MUTANT_STATES,
  MUTATE_FORMATS,
  mutateCommand,
  type MutateOptions,
} from './mutate.ts'
import { PROGRESS_FORMS } from './progress.ts'
import { replayCommand, type ReplayOptions } from './replay.ts'
import { reportCommand, type ReportOptions } from './report.ts'
import { messageOf, printable, sentences, UsageError } from './sentences.ts'

const EXIT_CODES = `
Exit codes:
  0    everything is as expected
  1    a verdict differs; without an expectation: something is violated or unreachable
  2    the command line, a spec or a file cannot be used
  3    inconclusive: a budget was hit
  4    the checker itself failed
  130  interrupted
  Several at once: 4, then 130, then 1, then 3.`

const version = (): string => {
  const path = findPackageJSON(import.meta.url)
  return path === undefined ? '' : (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

const specsOption = (): Option =>
  new Option('--specs <file>', 'a module that exports a spec or a list of specs, instead of spec/index.ts')
const outputOption = (): Option => new Option('-o, --output <file>', 'write there instead of to standard output')
/** Where a search stops by itself. */
const maxStatesOption = (): Option =>
  new Option('--max-states <n>', 'stop each search at so many states, like 10k or 2M').argParser(
    parseScaled('--max-states', 'states'),
  )
const maxMemoryOption = (): Option =>
  new Option('--max-memory <bytes>', 'stop each search when the process holds so much, like 512M or 4G').argParser(
    parseScaled('--max-memory', 'bytes'),
  )
const timeoutOption = (): Option =>
  new Option('--timeout <time>', 'stop each search after so many seconds, like 90, 5m or 2h').argParser(
    parseScaled('--timeout', 'time'),
  )
const debugOption = (): Option => new Option('--debug', 'show the stack of what goes wrong in the checker')

const checkCommandLine = (done: (exit: number) => void): Command =>
  new Command('check')
    .description('Decide specs at the configurations of their rows and compare with the expected verdicts.')
    .argument('[spec...]', 'names of specs; all of them by default')
    .option('--variant <names>', 'only these variants', collectNames)
    .option(
      '--bounds <bounds>',
      'one configuration with these bounds, like cpus=3,tasks=2; the others as in the first row',
      collectBounds,
    )
    .option('--with <ingredients>', 'one configuration with these ingredients', collectNames)
    .option('--property <names>', 'only these properties', collectNames)
    .option('--full', 'also the rows that take long; prints the time of each')
    .addOption(new Option('--format <format>', 'what to print').choices(FORMATS).default('text'))
    .addOption(
      new Option('--engine <engine>', 'how to compute; immer is the slow reference').choices(ENGINES).default('table'),
    )
    .option(
      '--reduce <reductions>',
      `explore less where that is sound: ${Object.keys(REDUCTIONS).join(', ')}; compared with an unreduced search at smaller bounds`,
      collectNames,
    )
    .option(
      '--preemptions <k>',
      'only the behaviours with at most so many preemptions: bugs that need few, in spaces that are too large',
      parseInteger('--preemptions', 0, 1000),
    )
    .option(
      '--walks <n>',
      'this many random walks instead of a search: they may find something, and prove nothing',
      parseInteger('--walks', 1, 1e9),
    )
    .option(
      '--walk-depth <n>',
      `steps after which a walk ends (default: ${DEFAULT_WALK_DEPTH})`,
      parseInteger('--walk-depth', 1, 1e6),
    )
    .option(
      '--fingerprints [bits]',
      `store a fingerprint of each state, of 32 to 64 bits (default: ${DEFAULT_BITS}): less memory, and a small chance of missing states`,
      parseInteger('--fingerprints', 32, 64),
    )
    .option(
      '--seed <n>',
      `of walks and fingerprints (default: ${DEFAULT_SEED})`,
      parseInteger('--seed', 0, 2 ** 32 - 1),
    )
    .addOption(maxStatesOption())
    .addOption(maxMemoryOption())
    .addOption(timeoutOption())
    .option(
      '--workers <n>',
      'threads that explore together; the same is reported for any number',
      parseInteger('--workers', 1, MOST_WORKERS),
    )
    .option('--save <directory>', 'write each counterexample and witness to a file, for replay')
    .addOption(specsOption())
    .addOption(outputOption())
    .addOption(
      new Option('--progress <form>', 'progress on standard error; auto: lines, or one line on a terminal').choices(
        PROGRESS_FORMS,
      ),
    )
    .option('-q, --quiet', 'no progress on standard error')
    .addOption(debugOption())
    .action(async (names: string[], options: CheckOptions) => done(await checkCommand(names, options)))

const listCommandLine = (done: (exit: number) => void): Command =>
  new Command('list')
    .description('List specs with their variants, bounds, ingredients, properties, rows and claims.')
    .argument('[spec...]', 'names of specs; all of them by default')
    .addOption(new Option('--format <format>', 'what to print').choices(LIST_FORMATS).default('text'))
    .addOption(specsOption())
    .addOption(outputOption())
    .addOption(debugOption())
    .action(async (names: string[], options: ListOptions) => done(await listCommand(names, options)))

const replayCommandLine = (done: (exit: number) => void): Command =>
  new Command('replay')
    .description('Run a counterexample file on the reference engine and say whether it shows what it claims.')
    .argument('<file>', 'a file that check --save wrote')
    .option('-i, --interactive', 'go through it step by step, forward and back')
    .addOption(specsOption())
    .addOption(outputOption())
    .addOption(debugOption())
    .action(async (file: string, options: ReplayOptions) => done(await replayCommand(file, options)))

const explainCommandLine = (done: (exit: number) => void): Command =>
  new Command('explain')
    .description('Say why a counterexample ends as it does: what decided each step, and the last way out.')
    .argument('<file>', 'a file that check --save wrote')
    .addOption(new Option('--format <format>', 'what to write').choices(EXPLANATION_FORMATS).default('text'))
    .option('--only-causes', 'leave out the steps on which the end does not depend')
    .option('--reads', 'tell all that each step looks at, not only what decides it and has changed')
    .option(
      '--max-states <n>',
      'search at most so many states for the last way out, like 10k or 2M',
      parseScaled('--max-states', 'states'),
    )
    .addOption(specsOption())
    .addOption(outputOption())
    .addOption(debugOption())
    .action(async (file: string, options: ExplainOptions) => done(await explainCommand(file, options)))

const graphCommandLine = (done: (exit: number) => void): Command =>
  new Command('graph')
    .description('Write all states of a small configuration, as text for Graphviz or drawn by it.')
    .argument('<spec>', 'the name of a spec')
    .option('--variant <name>', 'this variant; otherwise the first', collectNames)
    .option('--bounds <bounds>', 'with these bounds, like cpus=2; the others as in the first row', collectBounds)
    .option('--with <ingredients>', 'with these ingredients', collectNames)
    .addOption(new Option('--format <format>', 'what to write').choices(GRAPH_FORMATS).default('dot'))
    .option(
      '--max-states <n>',
      'up to so many states; otherwise 500 as text and 200 drawn',
      parseScaled('--max-states', 'states'),
    )
    .addOption(specsOption())
    .addOption(outputOption())
    .addOption(debugOption())
    .action(async (name: string, options: GraphOptions) => done(await graphCommand(name, options)))

const minimizeCommandLine = (done: (exit: number) => void): Command =>
  new Command('minimize')
    .description(
      'Find the shortest schedule that shows the same as a counterexample file, and the smallest instances that show it.',
    )
    .argument('<file>', 'a file that check --save wrote')
    .option('--fewer-ingredients', 'also look at instances with fewer of its ingredients')
    .addOption(new Option('--format <format>', 'what to print').choices(MINIMIZE_FORMATS).default('text'))
    .addOption(maxStatesOption())
    .addOption(maxMemoryOption())
    .addOption(timeoutOption())
    .addOption(specsOption())
    .addOption(outputOption())
    .addOption(debugOption())
    .action(async (file: string, options: MinimizeOptions) => done(await minimizeCommand(file, options)))

const corpusOption = (): Option =>
  new Option('--corpus <folder>', 'a folder of golden counterexamples, instead of counterexamples/')

const blessCommandLine = (done: (exit: number) => void): Command =>
  new Command('bless')
    .description(
      'Write golden counterexamples anew from the current models, and what is generated in their pages; says what changed.',
    )
    .argument('[golden...]', 'names of goldens, like increment/lost-update; all of them by default')
    .option('--readme [file]', 'write the verdict tables of this page anew; without names nothing else')
    .addOption(corpusOption())
    .addOption(specsOption())
    .addOption(debugOption())
    .action(async (names: string[], options: BlessOptions) => done(await blessCommand(names, options)))

const claimsOption = (): Option =>
  new Option('--claims <file>', 'a module with a ledger of claims, instead of spec/claims.ts')

const claimsCommandLine = (done: (exit: number) => void): Command =>
  new Command('claims')
    .description(
      'Decide what the claims of the ledger rest on, and say of each whether it is as expected, differs or is open.',
    )
    .argument('[claim...]', 'ids of claims; all of them by default')
    .option('--full', 'also the rows that take long')
    .addOption(new Option('--format <format>', 'what to print').choices(CLAIM_FORMATS).default('text'))
    .addOption(claimsOption())
    .addOption(specsOption())
    .addOption(outputOption())
    .option('-q, --quiet', 'no progress on standard error')
    .addOption(debugOption())
    .action(async (names: string[], options: ClaimsOptions) => done(await claimsCommand(names, options)))

const reportCommandLine = (done: (exit: number) => void): Command =>
  new Command('report')
    .description('Decide everything and write it down: Markdown, and one HTML page that needs nothing else.')
    .option('-o, --output <directory>', 'write there instead of to report/')
    .option('--full', 'also the rows that take long')
    .option('--scores <file>', 'what mutate --save wrote, instead of spec/mutation.json')
    .option('--models <folder>', 'where <name of the spec>.ts is the model, instead of model/')
    .addOption(corpusOption())
    .addOption(claimsOption())
    .option('--exhibits <file>', 'a module with figures and pages, instead of spec/exhibits.ts')
    .addOption(specsOption())
    .option('-q, --quiet', 'no progress on standard error')
    .addOption(debugOption())
    .action(async (options: ReportOptions) => done(await reportCommand(options)))

const mutateCommandLine = (done: (exit: number) => void): Command =>
  new Command('mutate')
    .description(
      'Make one mistake at a time in the models of specs, and list those that no row notices. Rows that take long are left out.',
    )
    .argument('[spec...]', 'names of specs; all of them by default')
    .option(
      '--leaves <n>',
      `mistakes in at most so many of the ways in which steps were seen to be taken (default: ${DEFAULT_LEAVES})`,
      parseInteger('--leaves', 0, 1e6),
    )
    .addOption(new Option('--format <format>', 'what to print').choices(MUTATE_FORMATS).default('text'))
    .option(
      '--max-states <n>',
      `leave out rows with more states; a mutant may have 20 times those of its row (default: ${DEFAULT_MUTANT_STATES})`,
      parseScaled('--max-states', 'states'),
    )
    .option(
      '--timeout <time>',
      `stop each search after so many seconds, like 90, 5m or 2h (default: ${DEFAULT_MUTANT_SECONDS})`,
      parseScaled('--timeout', 'time'),
    )
    .option('--save [file]', 'keep the scores for the report, in spec/mutation.json or in this file')
    .addOption(specsOption())
    .addOption(outputOption())
    .option('-q, --quiet', 'no progress on standard error')
    .addOption(debugOption())
    .action(async (names: string[], options: MutateOptions) => done(await mutateCommand(names, options)))

const COMMANDS = [
  checkCommandLine,
  listCommandLine,
  replayCommandLine,
  minimizeCommandLine,
  mutateCommandLine,
  explainCommandLine,
  graphCommandLine,
  blessCommandLine,
  claimsCommandLine,
  reportCommandLine,
]

/** Says what went wrong, and returns the exit code for it. */
function failed(error: unknown, debug: boolean): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.asExpected : EXIT.usage
  const isUsage = error instanceof UsageError || error instanceof ConfigError
  const said = isUsage ? messageOf(error) : sentences.failed(messageOf(error))
  process.stderr.write(`oomcheck: ${said.split('\n').map(printable).join('\n')}\n`)
  if (debug && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
  return isUsage ? EXIT.usage : EXIT.internal
}

/** Runs the command line and returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let exit: number = EXIT.asExpected
  const done = (code: number): void => {
    exit = code
  }
  const program = new Command('oomcheck')
    .description('Decides claims about protocols, exhaustively within stated bounds.')
    .version(version())
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'oomcheck: ')) })
    .addHelpText('after', EXIT_CODES)
  for (const commandLine of COMMANDS) program.addCommand(commandLine(done).copyInheritedSettings(program))
  for (const command of [program, ...program.commands]) command.exitOverride()
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exit
  } catch (error) {
    return failed(error, argv.includes('--debug'))
  }
}
