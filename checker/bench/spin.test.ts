import { expect, test } from 'vitest'
import { tableEngine } from '../engine/table.ts'
import { layoutOf } from '../engine/layout.ts'
import type { Spec } from '../language/index.ts'
import peterson from '../examples/peterson.ts'
import twoPhaseCommit from '../examples/two-phase-commit.ts'
import counter from './counter.ts'
import serialization from './serialization.ts'
import { hasSpin, runTwin, type Twin } from './spin.ts'

interface Pair {
  readonly twin: Twin
  readonly spec: Spec
  readonly bounds: Readonly<Record<string, number>>
}

const pairs: Record<string, Pair> = {
  peterson: { twin: { file: 'examples/promela/peterson.pml' }, spec: peterson, bounds: {} },
  'two-phase commit, 3 RMs': {
    twin: { file: 'examples/promela/two-phase-commit.pml', defines: ['-DN=3'] },
    spec: twoPhaseCommit,
    bounds: { rms: 3 },
  },
  'two-phase commit, 5 RMs': {
    twin: { file: 'examples/promela/two-phase-commit.pml', defines: ['-DN=5'] },
    spec: twoPhaseCommit,
    bounds: { rms: 5 },
  },
  'serialization, no exits of their own': {
    twin: { file: 'bench/promela/serialization.pml', defines: ['-DEXITS_MAX=0'] },
    spec: serialization,
    bounds: { cpus: 4, tasks: 4, pages: 1, exits: 0 },
  },
  'serialization, one exit': {
    twin: { file: 'bench/promela/serialization.pml', defines: ['-DEXITS_MAX=1'] },
    spec: serialization,
    bounds: { cpus: 4, tasks: 4, pages: 1, exits: 1 },
  },
  'counter, 2 adds': {
    twin: { file: 'bench/promela/counter.pml', defines: ['-DADDS=2'] },
    spec: counter,
    bounds: { adds: 2 },
  },
  'counter, 3 adds': {
    twin: { file: 'bench/promela/counter.pml', defines: ['-DADDS=3'] },
    spec: counter,
    bounds: { adds: 3 },
  },
}

// .ci/run installs SPIN and says so; elsewhere the comparison is left out where SPIN is missing.
const required = process.env['OOMCHECK_REQUIRE_SPIN'] === '1'

test.skipIf(!required && !hasSpin()).each(Object.entries(pairs))(
  'SPIN agrees on states and transitions: %s',
  (_name, { twin, spec, bounds }) => {
    const space = tableEngine.explore({
      layout: layoutOf(spec.protocol.instance({ bounds })),
      observers: [],
      history: new Set(),
    })
    while (space.advance(100_000));
    const { states, transitions } = space.statistics()
    expect(runTwin(twin)[0]).toMatchObject({ states, transitions })
  },
)
