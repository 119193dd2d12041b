/** What the end of a golden depends on: all of it. A slice that could leave a step out of a shortest schedule would be wrong. */
import { expect, test } from 'vitest'
import { goldenOf, placesIn, questionOf } from '../checker/cli/corpus.ts'
import { Machine } from '../checker/engine/machine.ts'
import { explain } from '../checker/trace/explain.ts'
import { formatStep } from '../checker/trace/schedule.ts'
import specs from '../spec/index.ts'

test.each(placesIn(import.meta.dirname))('$name', (place) => {
  const { file, spec, layout, trace } = goldenOf(questionOf(place, specs))
  const machine = new Machine(layout, file.history && new Set(file.history))
  const { steps } = explain(machine, file.property, spec.properties, trace, file)
  expect(steps.filter(({ isCause }) => !isCause).map(({ step }) => formatStep(step))).toEqual([])
})
