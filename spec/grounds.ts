/**
 * What decides claims beside rows: answers and sequences that are replayed, and lemmas that z3 proves. A test holds each of
 * them, and shows that it can fail: vectors.test.ts beside the models, worst-case.test.ts and proofs/counter-tree.test.ts.
 */
import { choicesOf, type Selection } from '../model/oom-two-pass/known-answers.ts'
import choices from '../model/oom-two-pass/vectors.json' with { type: 'json' }
import { answersTo, isSame, type Vectors } from '../model/percpu-counter-tree/known-answers.ts'
import vectors from '../model/percpu-counter-tree/vectors.json' with { type: 'json' }
import { MACHINES, missed, outgrown } from './worst-case.ts'

type Finding = { readonly is: 'holds' | 'fails'; readonly says: string }

function replayAnswers(): Finding {
  const all = [...answersTo(vectors as unknown as Vectors), ...choicesOf(choices as unknown as Selection[])]
  const wrong = all.find(({ known, found }) => !isSame(known, found))
  if (wrong !== undefined) return { is: 'fails', says: `the model answers otherwise: ${wrong.about}` }
  return {
    is: 'holds',
    says: `the arithmetic of the model gives all ${all.length} answers of the v12 library, and of its choice of a task to kill`,
  }
}

function replayWorstCases(): Finding {
  const [lacking, grown] = [missed(), outgrown()]
  if (lacking.length > 0) return { is: 'fails', says: `the worst case is not attained by ${lacking[0]}` }
  if (grown.length > 0) return { is: 'fails', says: `the worst case grows otherwise: ${grown[0]}` }
  const machines = `each machine of 1 to ${MACHINES.length} CPUs`
  return {
    is: 'holds',
    says: `on ${machines} adds attain U in the tree, at most 2 · batch · N · log2 N, and (batch - 1) · N in percpu_counter, which is 2 N² - N from 16 CPUs on; before, 66 pages for each thread, whatever the machine`,
  }
}

export const grounds = {
  vectors: { basis: 'known answers', decide: replayAnswers },
  sequences: { basis: 'replayed sequences', decide: replayWorstCases },
  lemmas: { basis: 'proof', lemmas: 'proofs/counter-tree.smt2' },
} as const
