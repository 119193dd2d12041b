/** Mutants of the model that no row notices, by what `oomcheck mutate` calls them, and why nobody is harmed. */
const passesWhatIsUnmapped =
  'The walk stands once more at a VMA that it has just unmapped, or passes by one that is unmapped already, and goes on.'

const looksAgain =
  'The scan stands at a task that has nothing left, and looks at it again until that has exited; others go on meanwhile.'

export const survives: Readonly<Record<string, string>> = {
  'change write reaper.__oom_reap_task_mm.left': passesWhatIsUnmapped,
  'change write cpu.next': looksAgain,
}
