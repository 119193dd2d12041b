/** Mutants of the model that no row notices, by the names that `oomcheck mutate` gives them, and why nobody is harmed. */
export const survives: Readonly<Record<string, string>> = {
  'swap steps: exit.clear_VM_LOCKED and follow_page_mask':
    'The reaper may come between the later of the two and the use of the entry, in whichever order they are.',
  'swap steps: exit.mmap_write_unlock and free_pgtables':
    'That takes page tables down under the lock, as 5.18 does: the one excludes what the flag excludes otherwise.',
  'swap steps: reaper.mutex_lock and mmap_read_trylock':
    'Nobody waits for mmap_lock while holding oom_lock, so that the order of the two does not matter here.',
  'swap steps: manager.test_MMF_OOM_SKIP and set_MMF_UNSTABLE':
    'Nobody is left to fault in an mm that is hidden by its exit.',
}
