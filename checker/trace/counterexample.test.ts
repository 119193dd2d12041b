import { format } from 'prettier'
import { expect, test } from 'vitest'
import {
  counterexampleSchema,
  formatCounterexample,
  parseCounterexample,
  type CounterexampleFile,
} from './counterexample.ts'

const file: CounterexampleFile = {
  version: 1,
  spec: 'oom',
  variant: 'patched',
  bounds: { cpus: 2 },
  ingredients: ['reaper'],
  property: 'Kills',
  result: 'maximum',
  value: 3,
  history: [],
  init: ['task1'],
  steps: [
    { process: 'cpu0', label: 'out_of_memory' },
    { process: 'cpu1', label: 'select', alternative: 'some', picks: ['task0', 'task1'] },
  ],
}

// `vitest -u` writes it anew.
test('the committed schema is that of the code', async () => {
  const json = await format(JSON.stringify(counterexampleSchema()), { parser: 'json', printWidth: 120 })
  await expect(json).toMatchFileSnapshot('counterexample.schema.json')
})

test('what is written is read again, step by step on a line of its own', () => {
  const text = formatCounterexample(file)
  expect(parseCounterexample(JSON.parse(text))).toEqual({ ok: true, file })
  expect(text.split('\n').filter((line) => line.includes('"process"'))).toHaveLength(2)
  expect(JSON.parse(formatCounterexample({ ...file, steps: [] }))).toMatchObject({ steps: [] })
})

test('what deviates is named', () => {
  const { init: _, ...rest } = file
  expect(parseCounterexample(rest)).toMatchObject({ ok: false, where: 'init' })
  const steps = [{ process: 'cpu0', label: 7 }]
  expect(parseCounterexample({ ...file, steps })).toMatchObject({ ok: false, where: 'steps[0].label' })
  expect(parseCounterexample({ ...file, result: 'holds' })).toMatchObject({ ok: false, where: 'result' })
  expect(parseCounterexample({ ...file, extra: 1 })).toMatchObject({ ok: false })
})
