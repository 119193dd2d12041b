/** Bugs of engines that misunderstand the protocol or the question, or answer something else. */
import { layoutOf } from '../layout.ts'
import { observerOf } from '../observer.ts'
import { lying, mishearing, misled, misreading, wrappingState, type Planted } from './planting.ts'

export const misunderstandings: readonly Planted[] = [
  {
    bug: 'evaluates `when` after `do`',
    within: 100,
    engine: misreading((action) =>
      action.when === undefined
        ? action
        : {
            ...action,
            when: undefined,
            do: (s, me, ...[pick, frame]) => {
              const label = action.do?.(s, me, pick, frame)
              if (action.when?.(s, me, frame) !== true) (pick as (options: []) => void)([])
              return label
            },
          },
    ),
  },
  {
    bug: 'takes an empty pick for a step without effect',
    within: 100,
    engine: misreading((action) => ({
      ...action,
      do: (s, me, ...[pick, frame]) => {
        const empty = new Error('no option')
        const among = (options: Iterable<unknown>): unknown => {
          const all = [...options]
          if (all.length === 0) throw empty
          return (pick as (options: unknown[]) => unknown)(all)
        }
        try {
          return action.do?.(s, me, among, frame)
        } catch (thrown) {
          if (thrown !== empty) throw thrown
          return undefined
        }
      },
    })),
  },
  { bug: 'ignores urgency', within: 100, engine: misreading((action) => ({ ...action, urgent: false })) },
  {
    bug: 'closes escapes inside a call',
    within: 100,
    engine: misreading((action, { procedure }) =>
      action.escape !== undefined && procedure !== undefined ? undefined : action,
    ),
  },
  {
    bug: 'lets a note look back at the state after the step',
    within: 300,
    engine: misreading((action) => ({
      ...action,
      note: action.note && ((h, s, me) => action.note?.(h, s, me, (expression: () => unknown) => expression())),
    })),
  },
  {
    bug: 'lets a stepwise property look back at the state after the step',
    within: 300,
    engine: mishearing((observer) => ({
      ...observer,
      code: (s, context: object) =>
        observer.code(s, { ...context, before: (expression: () => unknown) => expression() } as never),
    })),
  },
  {
    bug: 'ignores the premise of a property',
    within: 30,
    engine: mishearing(({ property }) => observerOf({ ...property, given: undefined })),
  },
  {
    bug: 'wraps where it should fail',
    within: 300,
    engine: misled((question) => {
      const { instance } = question.layout
      return { ...question, layout: layoutOf({ ...instance, state: wrappingState(instance.state) }) }
    }),
  },
  { bug: 'needs no history', within: 100, engine: lying(() => ({ neededHistory: new Set() })) },
  {
    bug: 'takes every label for covered',
    within: 30,
    engine: lying((space) => ({
      get coverage() {
        return { ...space.coverage, taken: new Set(space.coverage.all) }
      },
    })),
  },
  {
    bug: 'takes every guard for one that is never false',
    within: 30,
    engine: lying((space) => ({
      get coverage() {
        return { ...space.coverage, refused: new Set<string>() }
      },
    })),
  },
  { bug: 'says that every property varies', within: 30, engine: lying(() => ({ varies: () => true })) },
  { bug: 'knows nothing of saturation', within: 100, engine: lying(() => ({ saturated: () => false })) },
  {
    bug: 'marks the state before',
    within: 100,
    engine: lying((space) => ({ mark: (observer, state) => space.mark(observer, Math.max(0, state - 1)) })),
  },
  {
    bug: 'says that the first process takes every transition',
    within: 30,
    engine: lying((space) => ({
      edges: () => {
        const { start, to } = space.edges()
        return { start, to, by: new Uint8Array(to.length) }
      },
    })),
  },
  {
    bug: 'says where processes stood before',
    within: 30,
    engine: lying((space) => ({
      labelAt: (process, state) => space.labelAt(process, Math.max(0, space.predecessor(state))),
    })),
  },
  {
    bug: 'starts every level one state too late',
    within: 30,
    engine: lying((space) => ({
      get levels() {
        return space.levels.map((first, i) => (i === 0 ? first : first + 1))
      },
    })),
  },
  {
    bug: 'overlooks what leads into the last marked state',
    within: 30,
    engine: lying((space) => ({
      transitions: (first, end, visit, into) =>
        space.transitions(first, end, visit, into && { first: into.first, marks: into.marks.slice(0, -1) }),
    })),
  },
  {
    bug: 'sees a property in one place only',
    within: 30,
    engine: lying((space) => ({
      sightings: (observer, visit) => {
        let seen = false
        space.sightings(observer, (state, process) => {
          if (!seen) visit(state, process)
          seen = true
        })
      },
    })),
  },
  {
    bug: 'knows only the first deadlock',
    within: 100,
    engine: lying((space) => ({ deadlocks: () => space.deadlocks().slice(0, 1) })),
  },
]
