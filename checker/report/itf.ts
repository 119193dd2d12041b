/**
 * A trace in the Informal Trace Format of Apalache, which other viewers of traces read: https://apalache-mc.org/docs/adr/015adr-trace.html
 *
 * Whole numbers, truth values and strings stand for themselves; a set is `{"#set": […]}`. The format knows no null: an
 * option is a record with a tag, as Quint writes it. A member of a family is called by its name. History that is not kept
 * is left out.
 */
import type { FamilyNode, Layout, Node, StructNode } from '../engine/layout.ts'
import type { PlainState } from '../engine/plain.ts'
import { formatStep, type Trace } from '../trace/schedule.ts'

const NONE = { tag: 'None', value: { '#tup': [] } }
type Plain = Readonly<Record<string, unknown>>

function value(node: Node, plain: unknown): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.nullable ? option(plain, plain) : plain
    case 'struct':
      return struct(node, plain as Plain)
    case 'option':
      return option(plain, plain === null ? null : value(node.of, plain))
    case 'array':
    case 'queue':
      return node.elements
        .slice(0, (plain as readonly unknown[]).length)
        .map((each, i) => value(each, (plain as readonly unknown[])[i]))
    case 'set':
      return { '#set': plain }
  }
}

const option = (plain: unknown, shown: unknown): unknown => (plain === null ? NONE : { tag: 'Some', value: shown })

const struct = ({ fields }: StructNode, plain: Plain): Plain =>
  Object.fromEntries(Object.entries(fields).map(([key, node]) => [key, value(node, plain[key])]))

/** The members by name, each with the label at which it stands. */
function family({ members }: FamilyNode, plain: readonly Plain[]): unknown {
  return {
    '#map': members.map((member, i) => {
      const state = plain[i] ?? {}
      const frames = state['frames'] as Plain | undefined
      return [
        member.name,
        {
          ...('pc' in state ? { pc: state['pc'] } : {}),
          ...struct(member.fields, state),
          ...Object.fromEntries(
            Object.entries(member.frames).map(([name, frame]) => [name, struct(frame, frames?.[name] as Plain)]),
          ),
        },
      ]
    }),
  }
}

export function itf(
  layout: Layout,
  { schedule, states }: Trace,
  { property, loop }: { readonly property: string; readonly loop?: number },
  kept: ReadonlySet<string>,
): string {
  const fields = Object.fromEntries(Object.entries(layout.history.fields).filter(([name]) => kept.has(name)))
  const history = Object.keys(fields).length > 0
  const vars = [...Object.keys(layout.root), ...(history ? ['history'] : [])]
  const one = (state: PlainState, index: number): object => ({
    '#meta': { index, ...schedule.steps.slice(index - 1, index).map((step) => ({ step: formatStep(step) }))[0] },
    ...Object.fromEntries(
      Object.entries(layout.root).map(([key, node]) => [
        key,
        node.kind === 'family' ? family(node, state[key] as readonly Plain[]) : value(node, state[key]),
      ]),
    ),
    ...(history ? { history: struct({ ...layout.history, fields }, state['history'] as Plain) } : {}),
  })
  // A lasso of the format leads from its last state to the state `loop`; ours shows that state once more.
  const around = loop !== undefined && loop < schedule.steps.length
  const document = {
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      source: layout.instance.protocol,
      description: `${property}, made by oomcheck`,
    },
    vars,
    ...(loop === undefined ? {} : { loop }),
    states: (around ? states.slice(0, -1) : states).map(one),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}
