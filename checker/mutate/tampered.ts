/** Layouts whose programs are others: the same slots, the same labels, and steps that do something else. */
import type { Layout } from '../engine/layout.ts'
import type { CompiledProgram, FlatAction, FlatLabel } from '../engine/process.ts'

/** The layout with the program of one family changed. */
export function withProgram(
  layout: Layout,
  family: string,
  change: (program: CompiledProgram) => CompiledProgram,
): Layout {
  const changed = new Map<CompiledProgram, CompiledProgram>()
  const once = (program: CompiledProgram): CompiledProgram => {
    const before = changed.get(program)
    if (before !== undefined) return before
    const after = change(program)
    changed.set(program, after)
    return after
  }
  const processes = layout.processes.map((process) =>
    process.family === family ? { ...process, program: once(process.program) } : process,
  )
  return { ...layout, processes }
}

/** The layout with the actions of some labels of a family changed; an action that becomes `undefined` is gone. */
export const withActions = (
  layout: Layout,
  family: string,
  change: (action: FlatAction, label: FlatLabel) => FlatAction | undefined,
): Layout =>
  withProgram(layout, family, (program) => ({
    ...program,
    labels: program.labels.map((label) => ({
      ...label,
      actions: label.actions.flatMap((action) => change(action, label) ?? []),
    })),
  }))
