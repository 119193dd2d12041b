/** A mutant of the model that no row notices, by the name that `oomcheck mutate` gives it, and why nobody is harmed. */
export const survives: Readonly<Record<string, string>> = {
  'drop write: walker.mmap_read_lock walker.last':
    'This is the claim: whatever last is at first, mas_walk() writes it before anybody reads it.',
}
