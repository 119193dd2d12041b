/**
 * The counts of the toys a second time, by a brute force that shares nothing with the checker: one search over states as
 * JSON, and a function per toy that lists the successors of a state. examples.test.ts asserts the same numbers.
 */
import { describe, expect, test } from 'vitest'

/** Every transition out of a state: duplicates and loops included. */
type Next<S> = (state: S) => readonly S[]

/** All states, transitions and the depth; distances to states that pass, and to states that cannot reach one that passes. */
function explore<S>(initial: S, next: Next<S>) {
  const distance = new Map([[JSON.stringify(initial), 0]])
  const edges = new Map<string, string[]>()
  for (const [key, steps] of distance) {
    const successors = next(JSON.parse(key) as S).map((state) => JSON.stringify(state))
    edges.set(key, successors)
    for (const successor of successors) if (!distance.has(successor)) distance.set(successor, steps + 1)
  }
  const nearest = (test: (key: string) => boolean) => [...distance].find(([key]) => test(key))?.[1]
  return {
    states: distance.size,
    transitions: [...edges.values()].reduce((sum, successors) => sum + successors.length, 0),
    depth: Math.max(...distance.values()),
    nearest: (test: (state: S) => boolean) => nearest((key) => test(JSON.parse(key) as S)),
    nearestWithout: (test: (state: S) => boolean) => {
      const reaching = new Set([...distance.keys()].filter((key) => test(JSON.parse(key) as S)))
      for (let size = -1; size !== reaching.size;) {
        size = reaching.size
        for (const [key, successors] of edges) if (successors.some((each) => reaching.has(each))) reaching.add(key)
      }
      return nearest((key) => !reaching.has(key))
    },
  }
}

const counts = (space: { states: number; transitions: number; depth: number }) => [
  space.states,
  space.transitions,
  space.depth,
]

/** A copy of the state, changed. */
const changed = <S>(state: S, change: (copy: S) => void): S => {
  const copy = structuredClone(state)
  change(copy)
  return copy
}
const times = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

describe('increment', () => {
  interface State {
    i: number
    threads: { at: 'read' | 'write' | 'done'; t: number }[]
  }
  const start = (n: number): State => ({ i: 0, threads: times(n).map(() => ({ at: 'read', t: 0 })) })
  const next: Next<State> = (state) =>
    state.threads.flatMap(({ at }, k) => {
      if (at === 'done') return []
      const read = (s: State) => (s.threads[k] = { at: 'write', t: s.i })
      const write = (s: State) => {
        s.threads[k].at = 'done'
        s.i = s.threads[k].t + 1
      }
      return [changed(state, at === 'read' ? read : write)]
    })
  const lost = ({ i, threads }: State) => i !== threads.filter(({ at }) => at === 'done').length

  test.each([
    [1, [3, 2, 2], undefined],
    [2, [13, 14, 4], 4],
    [3, [84, 111, 6], 4],
  ])('%i threads', (n, expected, lostAfter) => {
    const space = explore(start(n), next)
    expect(counts(space)).toEqual(expected)
    expect(space.nearest(lost)).toBe(lostAfter)
  })

  test('atomic: subsets of the threads, each left by those that are not in it', () => {
    const atomic: Next<number[]> = (done) => times(3).flatMap((k) => (done[k] ? [] : [done.with(k, 1)]))
    expect(counts(explore([0, 0, 0], atomic))).toEqual([8, 12, 3])
  })
})

describe('spinning', () => {
  interface State {
    locked: boolean
    next: number
    serving: number
    at: string[]
    ticket: number[]
  }
  const start = (first: string): State => ({ locked: false, next: 0, serving: 0, at: [first, first], ticket: [0, 0] })
  /** The label after this one, of each variant; nothing where the CPU waits. */
  const variants: Record<string, (s: State, k: number) => string | undefined> = {
    'test-and-set': (s, k) => (s.at[k] === 'unlock' ? 'lock' : s.locked ? 'lock' : 'unlock'),
    'test-and-test-and-set': (s, k) =>
      s.at[k] === 'unlock' ? 'test' : s.locked ? 'test' : s.at[k] === 'test' ? 'lock' : 'unlock',
    ticket: (s, k) =>
      s.at[k] === 'draw' ? 'wait' : s.at[k] === 'unlock' ? 'draw' : s.serving === s.ticket[k] ? 'unlock' : 'wait',
    sleep: (s, k) => (s.at[k] === 'unlock' ? 'lock' : s.locked ? undefined : 'unlock'),
  }
  const next =
    (variant: string): Next<State> =>
    (state) =>
      [0, 1].flatMap((k) => {
        const to = variants[variant](state, k)
        if (to === undefined) return []
        return changed(state, (s) => {
          const isTicket = variant === 'ticket'
          if (s.at[k] === 'draw') {
            s.ticket[k] = s.next
            s.next = (s.next + 1) % 3
          }
          if (s.at[k] === 'unlock') {
            s.locked = false
            s.ticket[k] = 0
            if (isTicket) s.serving = (s.serving + 1) % 3
          } else if (to === 'unlock' && !isTicket) s.locked = true
          s.at[k] = to
        })
      })
  test.each([
    ['test-and-set', 'lock', [3, 6, 1]],
    ['test-and-test-and-set', 'test', [8, 16, 3]],
    ['ticket', 'draw', [27, 54, 9]],
    ['sleep', 'lock', [3, 4, 1]],
  ])('%s', (variant, first, expected) => {
    const space = explore(start(first), next(variant))
    expect(counts(space)).toEqual(expected)
    expect(space.nearest(({ at }) => at.every((label) => label === 'unlock'))).toBeUndefined()
  })
})

describe('delayed work', () => {
  interface State {
    at: 'queue' | 'work' | 'done'
    left: number
    putOff: number
    ticks: number
  }
  const next =
    (urgent: boolean, counting: boolean): Next<State> =>
    (state) => {
      const { at, left, putOff, ticks } = state
      if (at === 'queue') return [{ ...state, at: 'work', left: 3 }]
      const isDue = at === 'work' && left === 0
      const passed = ticks + Number(counting && at === 'work')
      return [
        ...(isDue ? [{ ...state, at: 'done' } as const] : []),
        ...(at === 'work' && putOff < 1 ? [{ ...state, left: 3, putOff: 1 }] : []),
        ...(isDue && urgent ? [] : [{ ...state, left: Math.max(0, left - 1), ticks: passed }]),
      ]
    }
  const start: State = { at: 'queue', left: 0, putOff: 0, ticks: 0 }
  test.each([
    ['urgent', [11, 15, 6]],
    ['lazy', [11, 17, 6]],
  ])('%s', (variant, expected) => {
    expect(counts(explore(start, next(variant === 'urgent', false)))).toEqual(expected)
  })
  test('with a stop watch: between three and six ticks', () => {
    const space = explore(start, next(true, true))
    const after = (ticks: number) => space.nearest((s) => s.at === 'done' && s.ticks === ticks)
    expect([2, 3, 6, 7].map(after)).toEqual([undefined, 5, 9, undefined])
  })
})

describe('die hard', () => {
  const jugs =
    (small: number, big: number): Next<readonly [number, number]> =>
    ([a, b]) => [
      [small, b],
      [a, big],
      [0, b],
      [a, 0],
      a + b > big ? [a + b - big, big] : [0, a + b],
      a + b > small ? [small, a + b - small] : [a + b, 0],
    ]
  test.each([
    [3, 5, [16, 96, 7], 6],
    [3, 6, [6, 36, 2], undefined],
  ])('jugs of %i and %i', (small, big, expected, four) => {
    const space = explore([0, 0] as const, jugs(small, big))
    expect(counts(space)).toEqual(expected)
    expect(space.nearest(([, inBig]) => inBig === 4)).toBe(four)
  })
})

describe('peterson', () => {
  type Label = 'set_flag' | 'set_turn' | 'wait' | 'wait_for_flag' | 'leave'
  interface State {
    turn: number
    flag: boolean[]
    at: Label[]
  }
  const start = (labels: readonly Label[]): State => ({ turn: 0, flag: [false, false], at: [labels[0], labels[0]] })
  const next =
    (labels: readonly Label[]): Next<State> =>
    (state) =>
      [0, 1].flatMap((me) => {
        const other = 1 - me
        const label = state.at[me]
        if (label === 'wait' && state.flag[other] && state.turn !== me) return []
        if (label === 'wait_for_flag' && state.flag[other]) return []
        return changed(state, (s) => {
          if (label === 'set_flag') s.flag[me] = true
          if (label === 'set_turn') s.turn = other
          if (label === 'leave') s.flag[me] = false
          s.at[me] = labels[(labels.indexOf(label) + 1) % labels.length]
        })
      })
  const inside = ({ at }: State, n: number) => at.filter((label) => label === 'leave').length === n

  test('peterson', () => {
    const labels: Label[] = ['set_flag', 'set_turn', 'wait', 'leave']
    const space = explore(start(labels), next(labels))
    expect(counts(space)).toEqual([20, 34, 6])
    expect(space.nearest((s) => inside(s, 2))).toBeUndefined()
    expect(space.nearestWithout((s) => s.at[0] === 'leave')).toBeUndefined()
  })
  test('without the turn both are stuck', () => {
    const labels: Label[] = ['set_flag', 'wait_for_flag', 'leave']
    const space = explore(start(labels), next(labels))
    expect(counts(space)).toEqual([8, 12, 3])
    expect(space.nearest((s) => next(labels)(s).length === 0)).toBe(2)
    expect(space.nearestWithout((s) => s.at[0] === 'leave')).toBe(2)
  })
  test('with the turn before the flag both get inside', () => {
    const labels: Label[] = ['set_turn', 'set_flag', 'wait', 'leave']
    const space = explore(start(labels), next(labels))
    expect(counts(space)).toEqual([32, 60, 7])
    expect(space.nearest((s) => inside(s, 2))).toBe(6)
  })
})

describe('bounded queue', () => {
  interface State {
    next: number
    queue: number[]
    /** What each consumer holds; `looked` is the place between look and take. */
    hand: (number | 'nothing' | 'looked')[]
    expected: number
  }
  const items = 3
  const capacity = 2
  const start = (consumers: number): State => ({
    next: 0,
    queue: [],
    hand: times(consumers).map(() => 'nothing'),
    expected: 0,
  })
  const next =
    (hesitant: boolean): Next<State> =>
    (state) => [
      ...(state.queue.length === capacity
        ? []
        : [changed(state, (s) => (s.queue.push(s.next), (s.next = (s.next + 1) % items)))]),
      ...state.hand.flatMap((hand, k) => {
        if (typeof hand === 'number')
          return [changed(state, (s) => ((s.hand[k] = 'nothing'), (s.expected = (s.expected + 1) % items)))]
        if (state.queue.length === 0) return []
        return [changed(state, (s) => (s.hand[k] = hesitant && hand === 'nothing' ? 'looked' : s.queue.shift()!))]
      }),
    ]

  test.each([
    ['atomic', 1, [18, 27, 10]],
    ['atomic', 2, [108, 264, 18]],
    ['test-then-take', 1, [24, 36, 13]],
    ['test-then-take', 2, [174, 417, 24]],
  ])('%s, %i consumers', (variant, consumers, expected) => {
    const space = explore(start(consumers), next(variant === 'test-then-take'))
    expect(counts(space)).toEqual(expected)
    const empty = (s: State) => s.queue.length === 0 && s.hand.includes('looked')
    expect(space.nearest(empty)).toBe(variant === 'test-then-take' && consumers === 2 ? 4 : undefined)
  })
})

describe('dining philosophers', () => {
  interface State {
    /** How often each fork is held: more than once only where someone is rude. */
    held: number[]
    at: number[]
  }
  const forks = (i: number, n: number, ordered: boolean) => (ordered && i === n - 1 ? [0, i] : [i, (i + 1) % n])
  const start = (n: number): State => ({ held: times(n).map(() => 0), at: times(n).map(() => 0) })
  const next =
    (n: number, variant: string): Next<State> =>
    (state) =>
      times(n).flatMap((i) => {
        const step = state.at[i]
        const fork = forks(i, n, variant === 'ordered')[step % 2]
        if (step < 2 && state.held[fork] > 0 && (step === 0 || variant !== 'rude')) return []
        return changed(state, (s) => {
          s.held[fork] = step < 2 ? 1 : 0
          s.at[i] = (step + 1) % 4
        })
      })
  test.each([
    ['left-first', 2, [8, 10, 3], 2],
    ['left-first', 3, [26, 51, 6], 3],
    ['left-first', 4, [80, 212, 9], 4],
    ['ordered', 2, [9, 12, 4], undefined],
    ['ordered', 3, [27, 54, 7], undefined],
    ['ordered', 4, [81, 216, 10], undefined],
    ['rude', 3, [214, 588, 12], undefined],
  ])('%s, %i philosophers', (variant, n, expected, stuckAfter) => {
    const space = explore(start(n), next(n, variant))
    expect(counts(space)).toEqual(expected)
    expect(space.nearest((s) => next(n, variant)(s).length === 0)).toBe(stuckAfter)
    if (variant !== 'rude') expect(space.nearestWithout((s) => s.at[0] === 2)).toBe(stuckAfter)
    const neighbours = space.nearest(({ at }) => at.some((step, i) => step === 2 && at[(i + 1) % n] === 2))
    expect(neighbours).toBe(variant === 'rude' ? 4 : undefined)
  })
  test('forks are owned independently', () => {
    for (const n of [2, 3, 4, 5]) {
      const ordered = explore(start(n), next(n, 'ordered'))
      expect([ordered.states, ordered.transitions]).toEqual([3 ** n, 2 * n * 3 ** (n - 1)])
      const leftFirst = explore(start(n), next(n, 'left-first'))
      expect([leftFirst.states, leftFirst.transitions]).toEqual([3 ** n - 1, 2 * n * 3 ** (n - 1) - n])
    }
  })
})

describe('two-phase commit', () => {
  interface State {
    rm: ('working' | 'prepared' | 'committed' | 'aborted')[]
    tm: 'init' | 'committed' | 'aborted'
    received: boolean[]
    sent: boolean[]
    decision: { commit: boolean; abort: boolean }
  }
  const start = (n: number): State => ({
    rm: times(n).map(() => 'working'),
    tm: 'init',
    received: times(n).map(() => false),
    sent: times(n).map(() => false),
    decision: { commit: false, abort: false },
  })
  const next =
    (quorum: number): Next<State> =>
    (state) => [
      ...(state.tm === 'init'
        ? [
            ...state.sent.flatMap((sent, r) => (sent ? [changed(state, (s) => (s.received[r] = true))] : [])),
            ...(state.received.filter(Boolean).length >= quorum
              ? [changed(state, (s) => ((s.tm = 'committed'), (s.decision.commit = true)))]
              : []),
            changed(state, (s) => ((s.tm = 'aborted'), (s.decision.abort = true))),
          ]
        : []),
      ...state.rm.flatMap((rm, r) => [
        ...(rm === 'working'
          ? [
              changed(state, (s) => ((s.rm[r] = 'prepared'), (s.sent[r] = true))),
              changed(state, (s) => (s.rm[r] = 'aborted')),
            ]
          : []),
        ...(state.decision.commit ? [changed(state, (s) => (s.rm[r] = 'committed'))] : []),
        ...(state.decision.abort ? [changed(state, (s) => (s.rm[r] = 'aborted'))] : []),
      ]),
    ]
  const torn = ({ rm }: State) => rm.includes('committed') && rm.includes('aborted')

  test.each([
    [2, [56, 153, 7]],
    [3, [288, 1_145, 10]],
    [5, [8_832, 58_145, 16]],
  ])('%i resource managers', (n, expected) => {
    const space = explore(start(n), next(n))
    expect(counts(space)).toEqual(expected)
    expect(space.states).toBe(2 ** n + 4 ** n + 6 ** n)
    expect(space.transitions).toBe(1 + 4 ** n + n * (2 ** n + 4 ** n + (4 * 6 ** n) / 3))
    expect(space.nearest(torn)).toBeUndefined()
    expect(space.nearest(({ rm }) => rm.every((state) => state === 'committed'))).toBe(3 * n + 1)
    expect(space.nearest(({ rm }) => rm.every((state) => state === 'aborted'))).toBe(n)
    expect(
      space.nearestWithout(({ rm }) => rm.every((each) => each !== 'working' && each !== 'prepared')),
    ).toBeUndefined()
  })
  test('a majority of three', () => {
    const space = explore(start(3), next(2))
    expect(counts(space)).toEqual([348, 1_358, 10])
    expect(space.nearest(torn)).toBe(7)
  })
})
