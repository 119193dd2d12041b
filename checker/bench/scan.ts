/**
 * Bench model: a step that reads everything. CPUs scan all tasks for the largest, which grow and shrink meanwhile.
 *
 * The tree of such a step has as many paths as the fields that it reads have values together. With one CPU every path is
 * met once and the fallback decides; with two a path is met again for each place of the other CPU.
 */
import { family, holds, language, option, propertiesOf, protocol, ref, spec, upTo } from '../language/index.ts'

const state = ({ cpus, tasks, pages }: { cpus: number; tasks: number; pages: number }) => ({
  cpu: family(cpus, { chosen: option(ref('task')) }),
  task: family(tasks, { rss: upTo(pages) }),
})

const { program } = language<typeof state>()

const cpu = program(
  'cpu',
  {
    select_bad_process: (s, me) => {
      let chosen = s.task[0]
      for (const task of s.task) if (task.rss > chosen.rss) chosen = task
      me.chosen = chosen
    },
    oom_kill_task: (_s, me) => {
      me.chosen!.rss = 0
      me.chosen = null
    },
  },
  { loop: true },
)

const taskOf = (pages: number) =>
  program(
    'task',
    {
      run: {
        either: {
          fault: {
            when: (_s, me) => me.rss < pages,
            do: (_s, me) => {
              me.rss++
            },
          },
          unmap: {
            when: (_s, me) => me.rss > 0,
            do: (_s, me) => {
              me.rss--
            },
          },
        },
      },
    },
    { loop: true },
  )

export const scan = protocol({
  name: 'bench-scan',
  bounds: { cpus: { min: 1, max: 2 }, tasks: { min: 2, max: 8 }, pages: { min: 1, max: 15 } },
  state,
  programs: ({ pages }) => [cpu, taskOf(pages)],
})

const { always } = propertiesOf(scan)

export default spec(scan, {
  properties: [always('MemoryIsBounded', (s) => s.task.sum((task) => task.rss) <= 15 * s.task.length)],
  rows: [
    {
      bounds: { cpus: 2, tasks: 3, pages: 3 },
      expect: { MemoryIsBounded: holds },
      why: 'A task has at most `pages` pages.',
    },
  ],
})
