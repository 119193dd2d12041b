/** Slots by field, as an author names them: what one assignment can write. */
import { slotsOf, type Layout, type Node } from '../engine/layout.ts'

/** `task.mm` for the slots of `task0.mm` and `task1.mm`; a queue, a set, an array or an option is one field. By slot. */
export function fieldsOf(layout: Layout): readonly string[] {
  const fields: string[] = layout.slots.map(({ name }) => name)
  const name = (node: Node, as: string): void => {
    if (node.kind === 'struct') for (const [key, each] of Object.entries(node.fields)) name(each, `${as}.${key}`)
    else for (const slot of slotsOf(node)) fields[slot] = as
  }
  for (const [key, node] of Object.entries(layout.root))
    if (node.kind !== 'family') name(node, key)
    else
      for (const { fields: own, frames } of node.members) {
        name(own, key)
        for (const [procedure, frame] of Object.entries(frames)) name(frame, `${key}.${procedure}`)
      }
  return fields
}

/** The same to the last part, without the places of arrays: `mm.mmap_lock.readers`, `vma.ptl`. By slot. */
export function partsOf(layout: Layout): readonly string[] {
  const fields = fieldsOf(layout)
  return layout.slots.map(({ name, id }) => {
    const [first = ''] = fields[id]?.split('.') ?? []
    return [
      first,
      ...name
        .replace(/\[[^\]]*\]/g, '')
        .split('.')
        .slice(1),
    ].join('.')
  })
}
