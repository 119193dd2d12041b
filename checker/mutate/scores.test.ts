/** Saved scores are shown as what they are: those of these sources, or of others. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { format } from 'prettier'
import { expect, onTestFinished, test } from 'vitest'
import { saveScore, scoresIn, digestOf } from '../cli/scores.ts'
import { markdown } from '../report/document-markdown.ts'
import { mutationSchema } from './records.ts'
import { formatScores, parseScores, type Score } from './scores.ts'
import { scoreBlocks } from './section.ts'

const tally = {
  mutants: 4,
  killedByVerdict: 2,
  killedBySteps: 0,
  equivalent: 1,
  survived: 1,
  undecided: 0,
  score: 2 / 3,
  raw: 0.5,
}
const scoreAt = (sources: string): Score => ({
  sources,
  programs: tally,
  leaves: tally,
  all: tally,
  restrictions: tally,
  survivors: { 'drop guard: cpu.up': 'It is never false.' },
  leftOut: 1,
  complaints: [],
})

/** A list of specs, a spec beside it, and a model that it imports. */
function files(): { list: string; model: string; scores: string } {
  const folder = mkdtempSync(join(tmpdir(), 'scores-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [list, model] = [join(folder, 'index.ts'), join(folder, 'model.ts')]
  writeFileSync(list, "import lock from './lock.ts'\nexport default [lock]\n")
  writeFileSync(join(folder, 'lock.ts'), "import {\n  model,\n} from './model.ts'\nexport default model\n")
  writeFileSync(model, 'export const model = 1\n')
  return { list, model, scores: join(folder, 'mutation.json') }
}

test('where a score is not known the command that finds it is shown', () => {
  const text = (specs?: string) => markdown(scoreBlocks('lock', { is: 'unknown' }, specs))
  expect(text()).toContain('`npx oomcheck mutate lock --save`')
  expect(text('other.ts')).toContain('`npx oomcheck mutate lock --specs other.ts --save <file>`')
})

const shown = (list: string, scores: string): string => markdown(scoreBlocks('lock', scoresIn(scores, list)('lock')))

test('a score is stale as soon as a source of its spec is another one', () => {
  const { list, model, scores } = files()
  expect(shown(list, scores)).toContain('Not known')
  saveScore(scores, 'lock', scoreAt(digestOf(list, 'lock')))
  saveScore(scores, 'other', scoreAt('gone'))
  expect(Object.keys(parseScores(readFileSync(scores, 'utf8')).specs)).toEqual(['lock', 'other'])
  expect(shown(list, scores)).not.toContain('Stale')
  expect(shown(list, scores)).toContain('66.7 %')
  expect(shown(list, scores)).toContain('50.0 %')
  writeFileSync(list, `${readFileSync(list, 'utf8')}\n`)
  expect(shown(list, scores)).not.toContain('Stale')
  writeFileSync(model, 'export const model = 2\n')
  expect(shown(list, scores)).toContain('Stale: the model or its rows have changed')
})

test('a file of scores is written in one way, and read back', () => {
  const found = { version: 1, specs: { b: scoreAt('1'), a: scoreAt('2') } } as const
  expect(parseScores(formatScores(found))).toEqual(found)
  expect(formatScores(found).indexOf('"a"')).toBeLessThan(formatScores(found).indexOf('"b"'))
})

test.each([
  ['[]', 'it must be an object'],
  ['{"version": 2, "specs": {}}', 'version: '],
  ['{"version": 1}', 'specs: it is missing'],
  ['{"version": 1, "specs": {"lock": {"sources": 1}}}', 'specs.lock.sources: it must be a string'],
  ['{"version": 1', ''],
])('what is no file of scores is said in one line: %s', (json, sentence) => {
  const { scores, list } = files()
  writeFileSync(scores, json)
  const because = `${scores} is no file of mutation scores: ${sentence}`
  expect(() => scoresIn(scores, list)).toThrow(new RegExp(`^${because.replaceAll('.', '\\.')}.*\\.$`))
})

// `vitest -u` writes it anew.
test('the committed schema of the lines of mutate is that of the code', async () => {
  const json = await format(JSON.stringify(mutationSchema()), { parser: 'json', printWidth: 120 })
  await expect(json).toMatchFileSnapshot('mutation.schema.json')
})
