/**
 * The numbers of states of the table of extremes, counted a second time, by a walk that shares nothing with the model or
 * the checker: floors instead of bits, residuals only, tasks that are not told apart.
 *
 * An earlier exploration of the same trees gave larger numbers. They come out here if the CPU number for the climb is read
 * in the step of level 0, and kept whole until the add is complete; so both count the same thing.
 */
import { expect, test } from 'vitest'
import { extremes, LONG_ROWS } from './extremes.ts'

/** Arities as published; level 0 first. */
const ARITIES: Record<number, readonly number[]> = { 1: [], 2: [2], 4: [2, 2], 8: [2, 2, 2], 16: [4, 2, 2] }

interface Task {
  readonly carry: number
  readonly level: number
  /** Where the climb goes on; -1 if the CPU number was not read yet. */
  readonly at: number
}

const IDLE: Task = { carry: 0, level: 0, at: -1 }
const floor = (value: number, mask: number): number => mask * Math.floor(value / mask)

/** How many states there are, tasks being unordered, and of how many if they are told apart. */
function count(cpus: number, batch: number, tasks: number, increments: readonly number[], early: boolean) {
  const arity = ARITIES[2 ** Math.ceil(Math.log2(cpus))]
  const levels = arity.length
  const nodes = [cpus]
  let width = 2 ** Math.ceil(Math.log2(cpus))
  const masks = [batch]
  for (const a of arity) {
    nodes.push((width /= a))
    masks.push(masks.at(-1)! * a)
  }
  const offsets = nodes.map((_, level) => nodes.slice(0, level).reduce((sum, n) => sum + n, 0))

  const seen = new Set<string>()
  let ordered = 0
  const queue: { words: readonly number[]; tasks: readonly Task[] }[] = []
  const visit = (words: readonly number[], list: readonly Task[]): void => {
    const names = list.map(({ carry, level, at }) => `${carry}.${level}.${at}`).sort()
    const key = `${words.join()}|${names.join()}`
    if (seen.has(key)) return
    seen.add(key)
    ordered += orders(names)
    queue.push({ words, tasks: list })
  }

  /** A task adds at a node, and goes on with what is carried. */
  const addAt = (words: readonly number[], level: number, node: number, inc: number, at: number) => {
    const place = offsets[level] + node
    const value = words[place] + inc
    const carry = floor(value, masks[level]) - floor(words[place], masks[level])
    const next = [...words]
    next[place] = value - floor(value, masks[level])
    if (carry === 0) return { words: next, task: IDLE }
    // Without an early read only what the next level needs of the number is kept.
    const kept = early ? at : level + 1 < levels && at >= 0 ? at & (nodes[level + 1] - 1) : -1
    return { words: next, task: { carry, level: level + 1, at: kept } }
  }

  const stepsOf = (words: readonly number[], task: Task) => {
    const { carry, level, at } = task
    if (level === 0)
      return Array.from({ length: cpus }, (_, cpu) =>
        increments.flatMap((inc) =>
          early
            ? Array.from({ length: cpus }, (__, to) => addAt(words, 0, cpu, inc, to))
            : [addAt(words, 0, cpu, inc, -1)],
        ),
      ).flat()
    if (level === levels) return [{ words, task: IDLE }]
    const from =
      at >= 0
        ? [at & (nodes[level] - 1)]
        : [...new Set(Array.from({ length: cpus }, (_, to) => to & (nodes[level] - 1)))]
    return from.map((node) => addAt(words, level, node, carry, at >= 0 ? at : node))
  }

  visit(
    Array.from({ length: offsets[levels] }, () => 0),
    Array.from({ length: tasks }, () => IDLE),
  )
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { words, tasks: list } = next
    list.forEach((task, i) => {
      for (const to of stepsOf(words, task)) visit(to.words, list.with(i, to.task))
    })
  }
  return { unordered: seen.size, ordered }
}

/** In how many ways a list of names can be ordered. */
function orders(names: readonly string[]): number {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  const times = new Map<string, number>()
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1)
  return [...times.values()].reduce((ways, n) => ways / factorial(n), factorial(names.length))
}

const runs =
  process.env['OOMCHECK_RUNS'] === undefined ? extremes.filter((each) => !LONG_ROWS.includes(each)) : extremes

test.each(runs)('$cpus CPUs, batch $batch, $adders adders, $increments', (each) => {
  const { cpus, batch, adders, increments, states, published } = each
  expect(count(cpus, batch, adders, increments, false).ordered).toBe(states)
  expect(count(cpus, batch, adders, increments, true).unordered).toBe(published)
})
