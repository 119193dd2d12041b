/**
 * Mutants of the model that no row notices, by the names that `oomcheck mutate` gives them, and why nobody is harmed. There
 * may be few, and each of them must really survive.
 */
const chosenHasNoMm =
  'The chosen task has no mm and weighs nothing: in the next scan any candidate with pages takes its place, and without one the scan goes round for ever either way.'

export const survives: Readonly<Record<string, string>> = {
  'drop write: cpu.oom_kill_task cpu.chosen [mainline-2.6.17]': chosenHasNoMm,
  'drop write: cpu.oom_kill_task cpu.chosen [may-18, april-25]': chosenHasNoMm,
  'drop write: cpu.oom_kill_task cpu.chosen [may-18]': chosenHasNoMm,
  'drop write: cpu.select_bad_process cpu.points':
    'The first candidate of a scan is kept whatever its points, so that those left by an earlier scan are never compared.',
  'drop guard: drain.drain_pages': 'To drain an empty list changes nothing.',
  'swap steps: cpu.up and out_of_memory':
    'The flag is set by then and sends everybody else to sleep, whether the semaphore is given back before tasklist_lock is taken or after.',
}
