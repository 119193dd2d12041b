/** What an address space is made of, and who is at work on it. */
import {
  array,
  bool,
  family,
  language,
  oneOf,
  option,
  singleton,
  struct,
  upTo,
  type Member,
  type StateView,
} from '../../checker/language/index.ts'

export const KINDS = ['anonymous', 'file', 'mlocked', 'shared', 'hugetlb', 'pfnmap'] as const
/** Private anonymous memory, a private mapping of a file, anonymous memory that is mlocked, a shared mapping, and two that are special. */
export type Kind = (typeof KINDS)[number]

export type Ingredient = 'mapped' | 'top'
export interface Bounds {
  readonly slots: number
  readonly kinds: number
}
export type Setup = Bounds & Readonly<Record<Ingredient, boolean>> & { readonly variant: string }

/** The last index of the tree, which stands for ULONG_MAX. */
export const lastIndex = ({ slots }: Bounds): number => slots - 1

const kindOf = ({ kinds }: Bounds) => oneOf(...KINDS.slice(0, kinds))

export const state = (setup: Setup) => {
  const { slots } = setup
  const index = upTo(lastIndex(setup))
  return {
    /** mmap_lock is held for writing, or for reading. */
    written: bool,
    read: bool,
    map_count: upTo(slots + 2),
    /** The VMAs in the order of the tree, [vm_start, vm_end) each; behind the last one there are zeroes. */
    vma: array(slots + 3, struct({ vm_start: upTo(slots), vm_end: upTo(slots), kind: kindOf(setup) })),
    /** Is a page mapped there? */
    page: array(slots, bool),
    /** A thread of the process: does it call mmap() and munmap(), and what was it asked for? */
    thread: singleton({ calls: bool, start: upTo(slots), end: upTo(slots), kind: option(kindOf(setup)) }),
    /** Whoever walks all VMAs: its struct ma_state, and the VMA that it is at. */
    walker: family(1, {
      status: oneOf('ma_start', 'ma_active', 'ma_none', 'ma_underflow', 'ma_root'),
      index,
      last: index,
      vma: option(upTo(slots + 2)),
    }),
  }
}

export const history = (setup: Setup) => ({
  /** What is mapped where, if every call does what its manual page says. */
  asked: array(setup.slots, option(kindOf(setup))),
  /** How often the walk has come to each VMA. */
  visits: array(setup.slots + 3, upTo(2, 'saturate')),
})

/** The recipes' constructors, typed for this state. */
export const { program, steps } = language<typeof state, typeof history>()
export type State = StateView<ReturnType<typeof state>>
export type Thread = Member<ReturnType<typeof state>, 'thread'>
export type Walker = Member<ReturnType<typeof state>, 'walker'>
