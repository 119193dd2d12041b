/**
 * A state graph as text for Graphviz: `dot -Tsvg`. Nothing here draws it.
 *
 * A state shows where the processes stand and the fields that are not as they are at the start; the first ones have a
 * bold frame, those where the protocol may end a double one; in red is where nothing can move, or a step goes wrong.
 */
import type { StateGraph } from '../search/state-graph.ts'
import type { Field } from '../trace/fields.ts'
import { formatStep } from '../trace/schedule.ts'

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`

const LOOKS = {
  passing: '',
  end: ', peripheries=2',
  deadlock: ', color=red, fontcolor=red',
  fault: ', color=red, style="dashed"',
}

export function dot(name: string, { states, edges }: StateGraph, fields: readonly Field[]): string {
  const first = states[0]?.state
  // What never changes says nothing.
  const telling = fields.filter(
    (field) => first !== undefined && states.some(({ state }) => field.show(state) !== field.show(first)),
  )
  const lines = states.map(({ state, isInitial, is }, id) => {
    const said = telling
      .filter((field) => field.kind === 'pc' || (first !== undefined && field.show(state) !== field.show(first)))
      .map((field) =>
        field.kind === 'pc' ? `${field.owner ?? ''} ${field.show(state)}` : `${field.name} = ${field.show(state)}`,
      )
    return `  s${id} [label=${quoted([`#${id}`, ...said].join('\n'))}${isInitial ? ', penwidth=2.5' : ''}${LOOKS[is]}]`
  })
  const arrows = edges.map(({ from, to, step }) => `  s${from} -> s${to} [label=${quoted(formatStep(step))}]`)
  return `${[
    `digraph ${quoted(name)} {`,
    '  node [shape=box, fontname="monospace", fontsize=10]',
    '  edge [fontname="monospace", fontsize=9]',
    ...lines,
    ...arrows,
    '}',
  ].join('\n')}\n`
}
