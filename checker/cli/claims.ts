/** `oomcheck claims`: what became of every claim of the ledger. */
import { resolve } from 'node:path'
import { known } from '../language/protocol.ts'
import type { Spec } from '../language/spec.ts'
import { claimLine, claimsText, judgeClaims, type Ledger } from '../report/claims.ts'
import type { FoundGround } from '../report/grounds.ts'
import type { Outcome, Planned, Reporter } from '../report/record.ts'
import { decideAll } from './check.ts'
import { ownLedger } from './documents.ts'
import { EXIT, exitOf } from './exit.ts'
import { checkLedger, groundOf } from './ledger.ts'
import { onInterrupt } from './interrupt.ts'
import { loadModule, loadSpecs } from './load.ts'
import { openOutput } from './output.ts'
import { planOf } from './plan.ts'
import { Progress } from './progress.ts'
import { sentences, UsageError } from './sentences.ts'

export const CLAIM_FORMATS = ['text', 'jsonl'] as const

export interface ClaimsOptions {
  readonly format: (typeof CLAIM_FORMATS)[number]
  readonly full?: boolean
  readonly specs?: string
  readonly claims?: string
  readonly output?: string
  readonly quiet?: boolean
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isLedger = (value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, unknown>> & Ledger =>
  isRecord(value['threads']) &&
  isRecord(value['claims']) &&
  Object.values(value['claims']).every(
    (claim) => isRecord(claim) && typeof claim['claim'] === 'string' && typeof claim['thread'] === 'string',
  )

const ledgerFile = (path: string | undefined): string => (path === undefined ? ownLedger() : resolve(path))

/** The ledger of a file, or that of the package: the exports `claims` and `threads`, and `grounds` if there are any. */
export async function loadLedger(path?: string): Promise<Ledger> {
  const file = ledgerFile(path)
  const shown = path ?? 'spec/claims.ts'
  const loaded = await loadModule(file, shown, sentences.noLedger)
  if (!isLedger(loaded)) throw new UsageError(sentences.notLedger(shown))
  const { claims, threads, grounds = {} } = loaded
  checkLedger({ claims, threads, grounds }, file, shown)
  return { claims, threads, grounds }
}

/** Replays and proves what these claims rest on beside rows. `path` is that of their ledger. */
export async function findGrounds(
  { claims, grounds = {} }: Ledger,
  ids: readonly string[] = Object.keys(claims),
  path?: string,
): Promise<FoundGround[]> {
  const all: FoundGround[] = []
  for (const [name, ground] of Object.entries(grounds)) {
    const id = ids.find((each) => claims[each]?.grounds?.includes(name) === true)
    if (id !== undefined) all.push(await groundOf(id, name, ground, ledgerFile(path)))
  }
  return all
}

const silent: Reporter = {
  start: () => undefined,
  progress: () => undefined,
  outcome: () => undefined,
  end: () => undefined,
}

/** Everything that is asked of the specs. */
export const planOfAll = (specs: readonly Spec[], full: boolean): readonly Planned[] =>
  planOf(specs, { specs: [], variants: [], bounds: undefined, ingredients: undefined, properties: [], full })

/** Decides a plan without a report of its own, with progress on standard error. */
export async function decideQuietly(
  plan: readonly Planned[],
  quiet: boolean,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly interrupted: boolean }> {
  const progress = new Progress(process.stderr, quiet ? 'none' : 'auto')
  const interrupt = onInterrupt(() => progress.say(sentences.interrupted()))
  try {
    const options = { format: 'text', engine: 'table' } as const
    const outcomes = await decideAll(plan, options, undefined, silent, progress, interrupt.signal)
    return { outcomes, interrupted: interrupt.signal.aborted }
  } finally {
    interrupt.dispose()
  }
}

/** Returns the exit code. */
export async function claimsCommand(names: readonly string[], options: ClaimsOptions): Promise<number> {
  const ledger = await loadLedger(options.claims)
  const all = Object.keys(ledger.claims)
  for (const name of names) known('claim', name, all)
  const ids = names.length === 0 ? all : names
  const plan = planOfAll(await loadSpecs(options.specs), options.full ?? false)
  const { write, style } = openOutput(options.output)
  const { outcomes, interrupted } = await decideQuietly(
    plan.filter(({ claims }) => claims.some((id) => ids.includes(id))),
    options.quiet ?? false,
  )
  const grounds = await findGrounds(ledger, ids, options.claims)
  const claims = judgeClaims(ledger, outcomes, grounds, ids)
  write(options.format === 'jsonl' ? claims.map(claimLine).join('') : claimsText(claims, style))
  const exit = exitOf(outcomes, interrupted)
  return exit < EXIT.internal && grounds.some(({ is }) => is === 'fails') ? EXIT.differs : exit
}
