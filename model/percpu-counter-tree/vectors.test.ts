/** E8: known inputs give known sums; and an answer that is not right would be noticed. */
import { describe, expect, test } from 'vitest'
import { answersTo, isSame, type Vectors } from './known-answers.ts'
import json from './vectors.json' with { type: 'json' }

const vectors = json as unknown as Vectors
const wrongIn = (all: Vectors) => [...answersTo(all)].filter(({ known, found }) => !isSame(known, found))

test('every answer is reproduced', () => {
  expect(wrongIn(vectors)).toEqual([])
})

test('there is something to reproduce, and all kinds of it', () => {
  const kinds = new Set(vectors.sequences.flatMap(({ run }) => run.flatMap(({ ops }) => ops.map(([kind]) => kind))))
  expect([...kinds].sort()).toEqual(['a', 'e', 'm', 'r', 's'])
  const counts = [vectors.sequences, vectors.pairs, vectors.wrap, vectors.carry].map((list) => list.length)
  expect(counts).toEqual([122, 82, 20, 400])
  const full = vectors.sequences.flatMap(({ tight, run }) => run.filter(({ ap, pr }) => tight > 0 && pr - ap === tight))
  expect(full.length).toBeGreaterThan(30)
  // Where the two orders of the tolerances differ, so do their answers.
  const differ = vectors.sequences.flatMap(({ run }) => run.flatMap(({ cv }) => cv.filter(([, , x, , y]) => x !== y)))
  expect(differ.length).toBeGreaterThan(0)
})

describe('the answers tell faulty rules apart', () => {
  const wrongBy = (rules: Parameters<typeof answersTo>[1]) =>
    [...answersTo(vectors, rules)].filter(({ known, found }) => !isSame(known, found))

  test('items by the high bits of the CPU number: words are elsewhere, and precise sums the same (14)', () => {
    const wrong = wrongBy({ find: (cpu, nodes, leaves) => Math.floor((cpu * nodes) / leaves) })
    expect(wrong.filter(({ about }) => about.includes('words')).length).toBeGreaterThan(0)
    // Two CPUs have one item above them, however it is found.
    expect(wrong.filter(({ about }) => / [12] CPUs/.test(about))).toEqual([])
    const precise = wrong.map(({ known, found }) => [known, found].map((each) => (each as { pr?: number }).pr))
    expect(precise.filter(([known, found]) => known !== found)).toEqual([])
  })

  test('carries rounded towards 0 (15)', () => {
    const rule = (orig: bigint, res: bigint, _inc: bigint, mask: bigint): bigint =>
      mask === 0n ? 0n : mask * (res / mask - orig / mask)
    expect(wrongBy({ rule }).length).toBeGreaterThan(0)
  })
})

describe('an answer that differs in one number is noticed', () => {
  // One of each kind; the sequence is one whose words are known.
  const [sequence] = json.sequences.filter(({ run }) => 'lv' in run[0])
  const few = { sequences: [sequence], pairs: [json.pairs[3]], wrap: [json.wrap[2]], carry: [json.carry[7]] }
  test.each<[string, (all: typeof few) => unknown]>([
    ['nothing', () => undefined],
    ['a sum', ({ sequences }) => (sequences[0].run[0].pr += 1)],
    ['a range', ({ sequences }) => (sequences[0].under += 1)],
    ['the greatest error', ({ sequences }) => (sequences[0].tight += 1)],
    ['a word', ({ sequences }) => ((sequences[0].run[0] as { lv: number[][] }).lv[0][0] += 1)],
    ['a comparison', ({ sequences }) => (sequences[0].run[0].cv[0][1] += 1)],
    ['a comparison of two', ({ pairs }) => (pairs[0].run[0].pcFix += 1)],
    ['who was summed', ({ pairs }) => (pairs[0].run[0].pcSums += 1)],
    ['a sum that wraps', ({ wrap }) => (wrap[0].steps[0][3] = '12345')],
    ['a carry', ({ carry }) => (carry[0][3] += 1)],
  ])('%s', (what, change) => {
    const all = structuredClone(few)
    change(all)
    expect(wrongIn(all as unknown as Vectors).length > 0).toBe(what !== 'nothing')
  })
})
