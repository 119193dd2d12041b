/**
 * Mutants of the model that no row notices, by the names that `oomcheck mutate` gives them, and why nobody is harmed. There
 * may be few, and each of them must really survive.
 */
export const survives: Readonly<Record<string, string>> = {
  'drop guard: drain.drain_pages':
    'To drain an empty list adds 0 pages to the free ones and leaves the list empty: the state stays as it is.',
}
