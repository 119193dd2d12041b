/** Mutants of the model that no row notices, by the names that `oomcheck mutate` gives them, and why nobody is harmed. */
const everyDyingMmIsThatOfAVictim =
  'Where somebody else is the last user the mm is that of a victim, or else it does no harm to reap it before it is unmapped.'

export const survives: Readonly<Record<string, string>> = {
  'drop write: reaper.exit_oom_victim task.exempt':
    'What was reaped weighs nothing, and is not chosen again in any case.',
  'swap steps: reaper.mmap_read_unlock and exit_oom_victim': 'The mark may go with the lock or after it.',
  'swap steps: holder.mmput/mmput.mmap_read_unlock and mmput/mmput.set_MMF_OOM_SKIP':
    'A last user that sets the flag before it unlocks closes W1; that others do not is enough to show W1.',
  'swap steps: holder.mmput/mmput.set_MMF_OOM_SKIP and mmput/mmput.mmap_read_lock':
    'The early flag comes before anything is unmapped, with the lock or just before it.',
  'swap steps: holder.mmput/mmput.mutex_unlock and mmput/mmput.set_MMF_OOM_SKIP':
    'The flag may come before oom_lock is given back as well: everything is free by then.',
  'swap steps: holder.mmput/mmput.mmap_write_lock and mmput/mmput.unmap_vmas':
    'Nobody walks any more once the flag is set, but for who has the lock for reading, and the locks of the page tables are enough for that.',
  'skip step: holder.mmput/mmput.mm_is_oom_victim [4.15]': everyDyingMmIsThatOfAVictim,
  'skip step: holder.mmput/mmput.mm_is_oom_victim [4.17]': everyDyingMmIsThatOfAVictim,
  'skip step: holder.mmput/mmput.mm_is_oom_victim [5.15]': everyDyingMmIsThatOfAVictim,
  'skip step: holder.mmput/mmput.mm_is_oom_victim [5.18]': everyDyingMmIsThatOfAVictim,
  'skip step: task.mmput/mmput.mm_is_oom_victim [4.15]': everyDyingMmIsThatOfAVictim,
  'swap steps: manager.mmput/mmput.reap_finish and mmput/mmput.set_MMF_OOM_SKIP':
    'Where the manager is the last user and has something to reap, the reaper has given up and set the flag before.',
}
