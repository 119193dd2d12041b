/**
 * The variants of which a claim speaks and that no spec has had rows for, as the threads name them. A claim is open until each of
 * them has a row; whoever writes the rows moves the names into the `decided` of the claim.
 */
const scores = ['2.6.17', '2.6.31', 'first-edit', 'second-edit', 'both-edits', '2.6.36', 'modern']
const eras = ['2.6.17', 'may-18', '4.6', '4.9', '5.18', '6.2', '6.18', '6.18-with-counters-v12']

export const claimedVariants: Readonly<Partial<Record<string, readonly string[]>>> = {
  B1: scores,
  B2: ['first-edit', 'second-edit', 'both-edits'],
  B3: ['2.6.17', '2010', '2.6.36'],
  B4: ['2.6.17', '2010-with-cpu-time', '2.6.39', 'modern', 'modern-with-approximate-counters'],
  B5: ['child-first', 'child-first-fixed', 'shared-mm'],
  B6: scores,
  B7: ['half-of-children', 'only-children-without-exec', 'no-children'],
  F1: ['counters-move'],
  F2: ['6.2', 'v12'],
  F3: ['before-6.2', '6.2', 'v12'],
  F4: ['v10', 'v11', 'v12'],
  G1: eras,
  G2: ['6.2', '6.18', '6.18-with-counters-v12'],
  G3: eras,
}
