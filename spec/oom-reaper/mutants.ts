/** Mutants of the model that no row notices, by what `oomcheck mutate` calls them, and why nobody is harmed. */
const passesWhatIsUnmapped =
  'The walk stands once more at a VMA that it has just unmapped, or passes by one that is unmapped already, and goes on.'

export const survives: Readonly<Record<string, string>> = {
  'change write reaper.__oom_reap_task_mm.left': passesWhatIsUnmapped,
}
