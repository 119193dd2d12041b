/** An explanation as JSON, by names. Steps are counted from 1; what is as it was at the start was written by step 0. */
import type { Deciding, ExplainedStep, Waiting } from '../trace/explain.ts'
import { paragraph } from './paragraph.ts'
import type { Told } from './told.ts'

const read = ({ field, value, writer, decisive, byNote }: Deciding) => ({
  field: field.name,
  value,
  writtenBy: writer + 1,
  decisive,
  ...(byNote ? { byNote } : {}),
})

const explained = ({ index, step, isCause, changes, reads }: ExplainedStep) => ({
  number: index + 1,
  ...step,
  isCause,
  changes: changes.map(({ field, from, to }) => ({ field: field.name, from, to })),
  reads: reads.map(read),
})

const waits = ({ process, label, enabled, isFair, reads }: Waiting) => ({
  process,
  label,
  enabled,
  isFair,
  reads: reads.map(read),
})

function turningPoint({ turning, difference }: Told) {
  if (turning === undefined) return {}
  if (turning.is === 'unknown' || turning.is === 'never') return { lastWayOut: turning }
  const { steps, thenAsBefore } = turning.detour
  if (turning.is === 'open') return { lastWayOut: { is: turning.is, steps } }
  return {
    lastWayOut: {
      is: turning.is,
      beforeStep: turning.step + 1,
      steps,
      thenAsBefore,
      ...(turning.later === undefined ? {} : { later: turning.later }),
      ...(turning.instead.length === 0 ? {} : { violatesInstead: turning.instead }),
      rest: turning.rest.is === 'ends' ? turning.rest.steps : turning.rest.is,
      ...(difference === undefined
        ? {}
        : {
            difference: {
              step: difference.step + 1,
              to: difference.to,
              insteadOf: difference.toInTrace,
              changes: difference.changes.map(({ field, to }) => ({ field: field.name, to })),
              fields: difference.fields.map(({ field, value, inTrace }) => ({
                field: field.name,
                value,
                insteadOf: inTrace,
              })),
            },
          }),
    },
  }
}

export function explanationJson(told: Told): string {
  const { explanation, aftermath, comparison, spec, variant, bounds, ingredients, property, shown, because } = told
  const value = {
    version: 1,
    spec,
    ...(variant === undefined ? {} : { variant }),
    bounds,
    ingredients,
    property,
    result: shown.result,
    ...('value' in shown ? { value: shown.value } : {}),
    ...(because === undefined ? {} : { because }),
    paragraph: paragraph(told),
    ...(comparison === undefined || comparison.numbers.length === 0
      ? {}
      : { numbers: Object.fromEntries(comparison.numbers.map(({ name, value }) => [name, value])) }),
    init: explanation.trace.schedule.init,
    ...(explanation.loop === undefined ? {} : { loop: explanation.loop }),
    steps: explanation.steps.map(explained),
    ...(aftermath === undefined
      ? {}
      : {
          aftermath: {
            ...(aftermath.loop === undefined ? {} : { loop: aftermath.loop }),
            steps: aftermath.steps.slice(explanation.steps.length).map(explained),
            waiting: aftermath.waiting.map(waits),
          },
        }),
    atEnd: explanation.atEnd.map(read),
    overtaken: explanation.overtaken.map(({ process, field, read: step, value: was, by, now }) => ({
      process,
      field: field.name,
      readBy: step + 1,
      value: was,
      changedBy: by.map((each) => each + 1),
      now,
    })),
    waiting: explanation.waiting.map(waits),
    ...turningPoint(told),
  }
  return `${JSON.stringify(value, null, 2)}\n`
}
