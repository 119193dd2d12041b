/**
 * Bench model: CPUs that serialize their kills by a flag, and victims that exit.
 *
 * The twin of promela/serialization.pml, step by step; that file describes the protocol in words. Made to have one to
 * two million states, not to say anything about a kernel.
 */
import { bool, family, holds, language, option, propertiesOf, protocol, ref, spec, upTo } from '../language/index.ts'

const WMARK_LOW = 0
const WMARK_HIGH = 1
const TASK_PAGES = 1

const state = ({ cpus, tasks, pages, exits }: { cpus: number; tasks: number; pages: number; exits: number }) => ({
  oom_kill_in_progress: bool,
  free_pages: upTo(pages + tasks * TASK_PAGES),
  /** Tasks that may still exit of their own accord. */
  exits_left: upTo(exits),
  cpu: family(cpus, { victim: option(ref('task')) }),
  task: family(tasks, { memdie: bool, mm: bool, oom_notify: bool }),
})

const { program } = language<typeof state>()

const cpu = program('cpu', {
  get_page: (s) => {
    if (s.free_pages <= WMARK_LOW) return
    s.free_pages--
    return 'done'
  },
  oom_kill_start: (s) => {
    if (s.oom_kill_in_progress) return 'get_page'
    s.oom_kill_in_progress = true
    return
  },
  last_attempt: (s) => {
    if (s.free_pages <= WMARK_HIGH) return
    s.free_pages--
    return 'oom_kill_cancel'
  },
  select_bad_process: {
    either: {
      some: (s, me, pick) => {
        me.victim = pick(s.task.filter((task) => task.mm && !task.memdie))
      },
      none: { when: (s) => !s.task.some((task) => task.mm && !task.memdie), do: () => 'oom_kill_cancel' },
    },
  },
  oom_kill_task: (_s, me) => {
    const victim = me.victim!
    if (victim.mm) {
      victim.oom_notify = true
      return
    }
    me.victim = null
    return 'select_bad_process'
  },
  send_sigkill: (_s, me) => {
    me.victim!.memdie = true
    me.victim = null
    return 'get_page'
  },
  oom_kill_cancel: (s) => {
    s.oom_kill_in_progress = false
  },
})

const task = program('task', {
  run: {
    when: (s, me) => me.memdie || s.exits_left > 0,
    do: (s, me) => {
      if (!me.memdie) s.exits_left--
    },
  },
  exit_mm: (_s, me) => {
    me.mm = false
  },
  exit_mmap: (s) => {
    s.free_pages += TASK_PAGES
  },
  oom_kill_finish: (s, me) => {
    if (!me.oom_notify) return
    me.oom_notify = false
    s.oom_kill_in_progress = false
  },
  exit_notify: () => undefined,
})

export const serialization = protocol({
  name: 'bench-serialization',
  bounds: {
    cpus: { min: 1, max: 4 },
    tasks: { min: 1, max: 4 },
    pages: { min: 0, max: 2 },
    exits: { min: 0, max: 4 },
  },
  state,
  init:
    ({ pages, exits }) =>
    (s) => {
      s.free_pages = pages
      s.exits_left = exits
      for (const task of s.task) task.mm = true
    },
  programs: () => [cpu, task],
  done: () => (s, at) =>
    s.cpu.every((each) => at(each, 'done')) && s.task.every((each) => at(each, 'done') || at(each, 'run')),
})

const { always, maximum } = propertiesOf(serialization)

export default spec(serialization, {
  properties: [
    always('VictimHasNoPagesLeft', (s, { at }) => s.task.every((each) => !at(each, 'done') || !each.mm)),
    maximum('MostFreePages', (s) => s.free_pages),
  ],
  rows: [
    {
      bounds: { cpus: 4, tasks: 4, pages: 1, exits: 1 },
      expect: { VictimHasNoPagesLeft: holds },
      states: 361_365,
      why: 'exit_mm comes before the end.',
    },
    {
      bounds: { cpus: 4, tasks: 4, pages: 1, exits: 2 },
      expect: { VictimHasNoPagesLeft: holds },
      states: 1_897_543,
      why: 'exit_mm comes before the end.',
      full: true,
    },
  ],
})
