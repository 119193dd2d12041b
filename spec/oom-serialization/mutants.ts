/**
 * Mutants of the model that no row notices, by the names that `oomcheck mutate` gives them, and why nobody is harmed. There
 * may be few, and each of them must really survive.
 */
export const survives: Readonly<Record<string, string>> = {
  'drop guard: drain.drain_pages':
    'To drain an empty list adds 0 pages to the free ones and leaves the list empty: the state stays as it is.',
  // Of the sample of leaves, whose names change with the rows.
  'lose outcome':
    'One process waits in one situation until another has moved. A behaviour less violates nothing, and what rows expect to be reachable is reached by the same steps in another order; that a step with nothing to wait for is always enabled cannot be asked.',
}
