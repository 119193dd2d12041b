/** What the command line says when it cannot do what it was asked: one sentence that says what would be right. */

export { printable } from '../engine/printable.ts'

/** Someone asked for what cannot be done. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

const list = (names: readonly string[]): string => names.join(', ')

export const sentences = {
  failed: (message: string): string => `the checker itself failed: ${message} (--debug shows where)`,
  interrupted: (): string => 'Interrupted. What is known follows; interrupt again to stop at once.',

  badNumber: (option: string, text: string, suffixes: readonly string[]): string =>
    `${option} takes a whole number above 0, if you like with one of ${list(suffixes)} behind it; not '${text}'.`,
  badInteger: (option: string, text: string, least: number, most: number): string =>
    `${option} takes a whole number from ${least} to ${most}; not '${text}'.`,
  exclusive: (one: string, other: string, because: string): string =>
    `${one} and ${other} exclude each other: ${because}.`,
  needs: (option: string, others: readonly string[]): string =>
    `${option} means something only together with ${others.join(' or ')}.`,
  badBounds: (text: string): string =>
    `Bounds are written name=number, with commas between: cpus=3,tasks=2; not '${text}'.`,
  boundTwice: (name: string): string => `The bound '${name}' is given twice.`,

  noReduction: (names: readonly string[]): string => `--reduce takes one of ${list(names)}.`,
  oneVariant: (names: readonly string[]): string =>
    `--variant takes the name of one variant, of which the graph is drawn; not ${list(names)}.`,

  reduceNeedsTable: (engine: string): string =>
    `--reduce needs --engine table; the ${engine} engine looks at every state.`,

  noSpecFile: (path: string): string => `There is no file ${path}; name a list of specs with --specs <file>.`,
  brokenSpecFile: (path: string, message: string): string => `${path} could not be loaded: ${message}`,
  notSpecs: (path: string): string =>
    `The default export of ${path} must be a spec, as spec() returns it, or an array of them.`,
  cannotSetUp: (configuration: string, message: string): string => `${configuration} cannot be set up: ${message}`,
  noSpecFits: (): string =>
    'No spec has all the variants, bounds, ingredients and properties that were asked for together.',
  noSpecs: (): string => 'The list of specs is empty.',
  specTwice: (path: string, name: string): string => `${path} has two specs with the name '${name}'.`,
  reservedName: (name: string): string =>
    `The report has a part of its own with the name '${name}', so that no spec can be called so.`,
  noRows: (specs: readonly string[], full: boolean): string =>
    `No row of ${list(specs)} fits${full ? '' : '; with --full there may be some'}; with --bounds any configuration can be checked.`,

  cannotWrite: (path: string, message: string): string => `${path} cannot be written: ${message}.`,
  cannotRead: (path: string, message: string): string => `${path} cannot be read: ${message}.`,

  noLedger: (path: string): string => `There is no file ${path}; name a ledger of claims with --claims <file>.`,
  noExhibits: (path: string): string => `There is no file ${path}; name a module of exhibits with --exhibits <file>.`,
  notExhibits: (path: string): string =>
    `${path} must export exhibits by default, a list in which each has a 'spec', a 'title' and a function 'parts'.`,
  notLedger: (path: string): string =>
    `${path} must export claims, each with a sentence 'claim' and a 'thread', and threads with their names.`,
  notScores: (path: string, message: string): string => `${path} is no file of mutation scores: ${inOneLine(message)}.`,
  noScores: (path: string): string => `There is no file ${path}; name what mutate --save wrote with --scores <file>.`,
  saveWhere: (): string =>
    'With --specs the scores need a file of their own, --save <file>: spec/mutation.json is about the specs of the package.',
  noTables: (): string =>
    'The page has no verdict table, which stands between <!-- verdicts <spec> <bounds> <properties> --> and <!-- end -->.',
  wrongLedger: (path: string, where: string, message: string): string => `${path} is no ledger: ${where}: ${message}.`,
  badLemmas: (ground: string, lemmas: string, message: string): string =>
    `The ground '${ground}' needs the lemmas of ${lemmas}: ${inOneLine(message)}`,
  brokenGround: (id: string, name: string, message: string): string =>
    `Claim ${id}: its ground '${name}' could not be decided: ${inOneLine(message)}.`,
  unknownGround: (id: string, name: string): string =>
    `Claim ${id} rests on '${name}', which the grounds of its ledger do not have.`,
  unknownThread: (id: string, thread: string): string =>
    `Claim ${id} is of the thread '${thread}', which the threads of its ledger do not have.`,
  noModels: (path: string): string => `There is no folder ${path}; name a folder of models with --models <folder>.`,
  noCorpus: (path: string): string => `There is no folder ${path}; name a folder of goldens with --corpus <folder>.`,

  empty: (path: string): string => `${path} is empty.`,
  cutOff: (path: string): string => `${path} ends in the middle of its JSON; it seems to be cut off.`,
  notJson: (path: string, message: string): string => `${path} is not JSON: ${inOneLine(message)}.`,
  keyTwice: (path: string, key: string): string => `${path} is no counterexample file: an object has ${key} twice.`,
  wrongVersion: (path: string, version: unknown, readable: number): string =>
    version === undefined
      ? `${path} has no version; a counterexample file of this oomcheck has version ${readable}.`
      : `${path} has version ${JSON.stringify(version)}; this oomcheck reads version ${readable}.`,
  wrongShape: (path: string, where: string, message: string): string =>
    `${path} is no counterexample file: ${where === '' ? '' : `${where}: `}${message}.`,
  wrongKind: (property: string, kind: string, result: string): string =>
    `${property} is of the kind '${kind}', which is never '${result}'.`,
  loopBehind: (loop: number, steps: number): string =>
    `The loop begins after step ${loop}, and the schedule has ${steps === 1 ? '1 step' : `${steps} steps`}.`,
  loopMissing: (property: string): string =>
    `The schedule lacks 'loop', after how many steps it goes round for ever: only a whole behaviour shows anything about ${property}. Where everything stops it is the number of all steps.`,
  loopNeedless: (property: string, kind: string, result: string): string =>
    `The schedule has a 'loop', but what is '${result}' is shown by its end: ${property} is of the kind '${kind}'.`,
  unknownInStep: (
    step: number,
    what: string,
    name: string,
    names: readonly string[],
    enabled: readonly string[],
  ): string =>
    `Step ${step} names the ${what} '${name}', which does not exist; there are: ${list(names)}.` +
    (enabled.length === 0 ? '' : ` Enabled there: ${enabled.join(' · ')}.`),

  showsNothing: (path: string, property: string): string =>
    `${path} does not show what it claims about ${property}, so there is nothing to explain; replay says more.`,
  goWhere: (last: number): string => `Go to a state from 0 to ${last}: g 0.`,
  atTheStart: (): string => 'This is the first state.',
  atTheEnd: (last: number): string => `This is the last state, after ${last === 1 ? '1 step' : `${last} steps`}.`,

  tooManyStates: (shown: number): string =>
    `There are more than ${shown} states, too many for a graph that anybody can read. Smaller bounds make a smaller one; --max-states draws more.`,
} as const

/** The message of whatever was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))

/** Why the system refused: `no such file or directory`. */
export function systemReason(thrown: unknown): string {
  const [, reason] = /^[A-Z]+: ([^,]+),/.exec(messageOf(thrown)) ?? []
  return reason ?? messageOf(thrown)
}
