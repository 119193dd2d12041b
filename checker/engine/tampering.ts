/**
 * What stands between an action and the state, where somebody wants to know what it does or to make it do something else:
 * for mutants of a model. It must itself depend on nothing but what the action reads, writes and picks.
 */
export interface Tampering {
  /** A branch of the action begins, taken by the process of this name. */
  begin?(process: string): void
  /** The guard of the action, or of the whole program, has answered. */
  answered?(which: 'when' | 'runs', answer: boolean): void
  /** A code was read, in the order in which that happens, whether it was written by the branch or not. */
  read?(slot: number, code: number): void
  /** What the action sees instead of the code that stands there. */
  sees?(slot: number, code: number): number
  /** What the effect writes instead of this code; nothing at all if that is `undefined`. `present` is what stands there. */
  write?(slot: number, code: number, present: () => number): number | undefined
  /** The effect is done, with these picks: the writes that it makes besides, or `lost` if this way of taking the step is not to be. */
  end?(picks: readonly string[]): readonly Written[] | 'lost'
}

export interface Written {
  readonly slot: number
  readonly code: number
}
