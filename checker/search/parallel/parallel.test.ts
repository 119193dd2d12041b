/**
 * The number of threads changes nothing that is reported, however they race; and a thread that fails is no hang.
 *
 * The threads of most of these tests dawdle at random.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { casesOf, shapes } from '../../engine/conformance.ts'
import { Leader } from '../../engine/crew.ts'
import { layoutOf } from '../../engine/layout.ts'
import { tableEngine } from '../../engine/table.ts'
import { array, family, upTo } from '../../language/domain.ts'
import { language } from '../../language/program.ts'
import { propertiesOf, type Property } from '../../language/property.ts'
import { protocol, type Instance } from '../../language/protocol.ts'
import { check, type SearchOptions } from '../breadth-first.ts'
import type { Run } from '../verdict.ts'
import { Workers, type WorkersOptions } from './workers.ts'

const planted = (name: string): URL => new URL(`./planted/${name}-worker.ts`, import.meta.url)
/** Threads help from the first state on. */
const EAGER: Partial<WorkersOptions> = { startFrom: 0, shareFrom: 0, module: planted('delayed') }

/** What reports are made of; how often a recipe was run and how long it took is not told. */
function reported({ seconds: _, statistics, ...run }: Run): string {
  const { executions: __, direct: ___, bytes: ____, ...counts } = statistics
  return JSON.stringify({ ...run, statistics: counts }, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}

interface Asked {
  readonly instance: Instance
  readonly properties: readonly Property[]
}
const run = ({ instance, properties }: Asked, options: Partial<SearchOptions> = {}): Promise<Run> =>
  check(layoutOf(instance), properties, { engine: tableEngine, ...options })

/** As many of this as there are processes: each counts up to a limit, and back to 0 when all have reached it. */
function counting(processes: number, limit: number, { impure = (): boolean => false, trap = -1 } = {}): Asked {
  const state = () => ({ count: array(processes, upTo(limit)), p: family(processes, {}) })
  const { program } = language<typeof state>()
  type S = { count: number[]; p: { indexOf(me: object): number } }
  const step = (s: S, me: object): void => {
    const i = s.p.indexOf(me)
    s.count[i]! += impure() ? 0 : 1
  }
  const alternatives = {
    up: { when: (s: S, me: object) => s.count[s.p.indexOf(me)]! < limit && s.count[0] !== trap, do: step },
    reset: {
      when: (s: S, me: object) => s.p.indexOf(me) === 0 && s.count[0] === limit && s.count[1] === limit,
      do: (s: S) => {
        s.count[1] = 0
      },
    },
  }
  const model = protocol({
    name: 'counting',
    bounds: {},
    state,
    programs: () => [program('p', { count: { either: alternatives as never } }, { loop: true })],
  })
  const make = propertiesOf(model)
  return {
    instance: model.instance({ bounds: {} }),
    properties: [
      make.maximum('First', (s) => s.count[0]!),
      make.always(
        'NotBothHalf',
        (s) => !(s.count[0] === Math.floor(limit / 2) && s.count[1] === Math.floor(limit / 2)),
      ),
      make.reachable('SecondIsFull', (s) => s.count[1] === limit),
      make.stepwise('OnlyUp', (s, { before }) => s.count[1]! >= before(() => s.count[1]!)),
      make.alwaysReachable('SecondIsEmpty', (s) => s.count[1] === 0),
      make.eventually('FirstIsFull', (s) => s.count[0] === limit),
    ],
  }
}

/** Threads are costly to start, and may serve one search after the other. */
const crews = new Map<number, Workers>()
beforeAll(() => {
  for (const count of [1, 2, 3, 7]) crews.set(count, new Workers(count, EAGER))
})
afterAll(async () => {
  for (const workers of crews.values()) await workers.close()
})

async function expectSame(asked: Asked, options: Partial<SearchOptions> = {}): Promise<Run> {
  const alone = await run(asked, { ...options, workers: crews.get(1) })
  for (const [count, workers] of crews)
    expect(reported(await run(asked, { ...options, workers })), `${count} workers`).toBe(reported(alone))
  return alone
}

const original = Reflect.get(Leader.prototype, 'close')

describe('1, 2, 3 and 7 workers report the same', () => {
  test('about counters, with every kind of property, violated ones too', async () => {
    const asked = counting(6, 3)
    const { statistics, verdicts } = await expectSame(asked)
    expect(reported(await run(asked))).toBe(reported(await run(asked, { workers: crews.get(7) })))
    expect(statistics.states).toBe(4 ** 6)
    expect(verdicts.map(({ result }) => result.is)).toEqual(
      // StaysInDomain, NoDeadlock, and the properties in their order.
      ['holds', 'holds', 'maximum', 'violated', 'reachable', 'violated', 'holds', 'violated'],
    )
  })

  test('about a deadlock', async () => {
    const { verdicts } = await expectSame(counting(6, 3, { trap: 2 }))
    expect(verdicts[1]?.result.is).toBe('violated')
  })

  test('about a space that outgrows its memories', { retry: 3 }, async () => {
    const teams: number[] = []
    const close = vi.spyOn(Leader.prototype, 'close').mockImplementation(function (this: Leader) {
      teams.push(this.ready)
      original.call(this)
    })
    const { statistics } = await expectSame({ ...counting(7, 3), properties: counting(7, 3).properties.slice(0, 4) })
    close.mockRestore()
    expect(statistics.states).toBe(4 ** 7)
    // Others did help; how many depends on how busy the machine is.
    expect(Math.max(...teams)).toBeGreaterThan(0)
  })

  test('under a budget of states, which lets whole levels through', async () => {
    const asked = counting(6, 3)
    for (const maxStates of [1, 2, 7, 300, 4 ** 6 + 1]) {
      const { statistics, basis } = await expectSame(asked, { maxStates })
      expect(basis.is).toBe(maxStates > 4 ** 6 ? 'exact' : 'partial')
      expect(statistics.queued > 0).toBe(basis.is === 'partial')
    }
  })

  test('about an impure step, which is explored again without help', async () => {
    const { verdicts } = await expectSame(counting(6, 3, { impure: () => Math.random() < 0.5 }))
    expect(verdicts[0]?.because).toContain('Math.random() was used')
    // What depends on how often it was called is found, too; what of it is found, depends on that.
    let calls = 0
    const counted = counting(6, 3, { impure: () => ++calls % 50 === 49 })
    const found = await run(counted, { workers: crews.get(3) })
    expect(found.verdicts[0]?.result.is).toBe('violated')
  })

  const wanted = process.env['OOMCHECK_RUNS']
  // Every round waits for all threads: on a machine with other work that can take a hundred times as long as on an idle one.
  test('about random protocols', async () => {
    const cases = fc.constantFrom(...shapes).chain((shape) => casesOf(shape))
    await fc.assert(
      fc.asyncProperty(cases, async (example) => {
        await expectSame(example, { maxStates: 200 })
      }),
      { numRuns: wanted === undefined ? 8 : Number(wanted) },
    )
  }, 240_000)
})

describe('a thread that', () => {
  test.each([
    ['dying', 'A thread of the search ended, with exit code 7.'],
    ['failing', 'A thread of the search failed: Error: a wheel came off'],
  ])('is %s ends the search with a sentence', async (name, sentence) => {
    const workers = new Workers(3, { ...EAGER, module: planted(name) })
    workers.start()
    await new Promise((resolve) => setTimeout(resolve, 300))
    await expect(run(counting(9, 3), { workers })).rejects.toThrow(sentence)
    // The next search starts threads of its own.
    const healthy = new Workers(2, EAGER)
    expect((await run(counting(4, 3), { workers: healthy })).statistics.states).toBe(4 ** 4)
    await healthy.close()
  })
})

describe('what stops a search stops it with threads too', () => {
  test('an interrupt', async () => {
    const controller = new AbortController()
    const workers = new Workers(2, EAGER)
    const onProgress = ({ states }: { readonly states: number }): void => {
      if (states > 2000) controller.abort()
    }
    const { basis, statistics } = await run(counting(11, 3), { workers, interrupt: controller.signal, onProgress })
    expect(basis).toMatchObject({ is: 'partial', stop: { by: 'interrupt' } })
    expect(statistics.states).toBeLessThan(4 ** 11)
    await workers.close()
  })

  test('a timeout, in the middle of a level', async () => {
    const workers = new Workers(2, EAGER)
    const { basis } = await run(counting(12, 3), { workers, timeoutSeconds: 0.4 })
    expect(basis).toMatchObject({ is: 'partial', stop: { by: 'timeout' } })
    await workers.close()
  })
})
