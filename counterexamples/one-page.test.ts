/** Every counterexample can be told in a mail, and those of the claims of 2006, which are about races, and of exit and the reaper, on one page. */
import { expect, test } from 'vitest'
import { goldenOf, placesIn, questionOf } from '../checker/cli/corpus.ts'
import { tell } from '../checker/cli/tell.ts'
import { Machine } from '../checker/engine/machine.ts'
import { MAIL_WIDTH } from '../checker/report/columns.ts'
import { claimsOf } from '../checker/report/golden-page.ts'
import { legendOf } from '../checker/report/legend.ts'
import { storyLines } from '../checker/report/explanation-text.ts'
import { commentsIn } from '../checker/report/source-comments.ts'
import { sourcesOf } from '../checker/cli/sources.ts'
import { ownSpecs } from '../checker/cli/load.ts'
import specs from '../spec/index.ts'

/** Lines that a sheet of A4 has in a fixed font of 9 points, 10 from line to line, between margins of 12 mm. */
const PAGE_LINES = 77
/** What the paragraph says about the last way out, which takes long to find, takes about so many lines more. */
const WAY_OUT_LINES = 3

test.each(placesIn(import.meta.dirname))('$name', (place) => {
  const { file, spec, layout, trace } = goldenOf(questionOf(place, specs))
  const machine = new Machine(layout)
  const told = tell({ ...file, spec, shown: file, because: undefined, machine, trace }, 1)
  const { turning: _, ...known } = told
  const comments = commentsIn(sourcesOf(ownSpecs(), spec.name).values())
  const legend = legendOf(layout, comments, told, [], '')
  const lines = storyLines({ ...known, turning: undefined, legend })
  expect(lines.filter((line) => line.length > MAIL_WIDTH)).toEqual([])
  if (!claimsOf({ file, spec }).some((claim) => /^[AC]/.test(claim))) return
  expect(lines.length + WAY_OUT_LINES).toBeLessThanOrEqual(PAGE_LINES)
})
