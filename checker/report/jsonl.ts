/** JSON lines: for programs. The records are in jsonl-records.ts. */
import { jsonlRecord, type ConfigurationRecord, type JsonlRecord, type VerdictRecord } from './jsonl-records.ts'
import { neverFalse, neverTaken, tally } from './overview.ts'
import {
  isCounterexample,
  traceOf,
  type Decided,
  type Judged,
  type Planned,
  type Reporter,
  type Summary,
  type Write,
} from './record.ts'

/** Progress is written at 10,000 states, then whenever they have doubled, then at every further million. */
const FIRST_PROGRESS = 10_000
const PROGRESS_STEP = 1_000_000

export const jsonLine = (record: JsonlRecord): string => `${JSON.stringify(jsonlRecord.parse(record))}\n`

const configurationOf = ({ spec, variant, bounds, ingredients }: Planned): ConfigurationRecord => ({
  spec: spec.name,
  variant,
  bounds,
  ingredients,
})

function verdictRecord({ planned, run }: Decided, { verdict, expected, judgement }: Judged): VerdictRecord {
  const { result } = verdict
  const { states, transitions, initialStates, depth, queued } = run.statistics
  const schedule = traceOf(result)?.schedule ?? null
  return {
    record: 'verdict',
    ...configurationOf(planned),
    property: verdict.property,
    kind: verdict.kind,
    claims: planned.claims,
    verdict: result.is,
    value: 'value' in result ? result.value : null,
    atLeast: 'atLeast' in result && result.atLeast,
    orNever: 'orNever' in result && result.orNever,
    expected: expected ?? null,
    judgement,
    steps: 'steps' in result ? result.steps : null,
    preemptions: ('preemptions' in result ? result.preemptions : null) ?? null,
    irreducible: ('irreducible' in result ? result.irreducible : null) ?? null,
    because: verdict.because ?? null,
    vacuous: verdict.vacuous ?? null,
    states,
    expectedStates: planned.states ?? null,
    transitions,
    initialStates,
    depth,
    queued,
    basis: run.basis,
    history: run.history,
    seconds: run.seconds,
    engine: run.engine,
    fairness: { weak: planned.fairness.weak ?? [], strong: planned.fairness.strong ?? [] },
    loop: 'loop' in result ? result.loop : null,
    counterexample: isCounterexample(result) ? schedule : null,
    witness: isCounterexample(result) ? null : schedule,
  }
}

function summaryLine({ planned, outcomes, interrupted, exit, seconds }: Summary): string {
  const runs = outcomes.filter((outcome) => outcome.is === 'decided')
  const failed = outcomes.filter((outcome) => outcome.is === 'failed')
  const sum = (of: 'states' | 'transitions' | 'queued'): number =>
    runs.reduce((n, { run }) => n + run.statistics[of], 0)
  return jsonLine({
    record: 'summary',
    exit,
    interrupted,
    configurations: { planned: planned.length, decided: runs.length, failed: failed.length },
    verdicts: tally(outcomes),
    statesDiffer: runs.filter(({ statesDiffer }) => statesDiffer).length,
    states: sum('states'),
    transitions: sum('transitions'),
    depth: runs.reduce((depth, { run }) => Math.max(depth, run.statistics.depth), 0),
    queued: sum('queued'),
    seconds,
    neverTaken: Object.fromEntries(neverTaken(outcomes)),
    neverFalse: Object.fromEntries(neverFalse(outcomes)),
    failures: failed.map(({ planned: where, message }) => ({ ...configurationOf(where), message })),
  })
}

export function jsonlReport(write: Write): Reporter {
  let current: Planned | undefined
  let next = FIRST_PROGRESS
  return {
    start: (plan) => {
      const specs = [...new Set(plan.map(({ spec }) => spec.name))]
      write(jsonLine({ record: 'start', version: 1, configurations: plan.length, specs }))
    },
    progress: (planned, { states, transitions, depth, queued }, seconds) => {
      if (planned !== current) next = FIRST_PROGRESS
      current = planned
      if (states < next) return
      while (next <= states) next += Math.min(next, PROGRESS_STEP)
      write(jsonLine({ record: 'progress', ...configurationOf(planned), states, transitions, depth, queued, seconds }))
    },
    outcome: (outcome) => {
      if (outcome.is === 'decided')
        for (const judged of outcome.verdicts) write(jsonLine(verdictRecord(outcome, judged)))
    },
    end: (summary) => write(summaryLine(summary)),
  }
}
