/** mmap() and munmap(), mm/vma.c: the range is cleared first, for which VMAs are split at its ends. */
import { divided, insert, placeOf, remove } from './tree.ts'
import { KINDS, lastIndex, program, steps, type Setup, type State, type Thread } from './state.ts'

const from = (first: number, end: number): number[] => Array.from({ length: end - first }, (_, i) => first + i)

/** The VMA that an address divides becomes two. */
function split(s: State, address: number, shrinks: boolean): void {
  const place = divided(s, address)
  if (place === undefined) return
  const { vm_end, kind } = s.vma[place]
  if (shrinks) s.vma[place].vm_end = address
  insert(s, place + 1, address, vm_end, kind)
}

/** Is the VMA within the range? */
const within = ({ vm_start, vm_end }: { vm_start: number; vm_end: number }, { start, end }: Thread): boolean =>
  start <= vm_start && vm_end <= end

/** The thread picks a call and a range, under mmap_lock for writing. Addresses of user space end below the last index. */
const call = (setup: Setup) => {
  const end = setup.top ? setup.slots : lastIndex(setup)
  const range = (s: State, me: Thread, pick: <T>(of: Iterable<T>) => T): void => {
    s.written = true
    me.start = pick(from(0, end))
    me.end = pick(from(me.start + 1, end + 1))
  }
  const note = (h: { asked: { [i: number]: Thread['kind'] } }, _s: State, me: Thread): void => {
    for (let i = me.start; i < me.end; i++) h.asked[i] = me.kind
  }
  // Beyond the limit both fail with ENOMEM; one slot each is the most that is ever needed.
  const when = (s: State): boolean => !s.read && s.map_count <= setup.slots
  return steps('thread', {
    mmap_write_lock: {
      either: {
        /** With MAP_FIXED: what was mapped there goes. */
        mmap: {
          when,
          do: (s, me, pick) => {
            range(s, me, pick)
            me.kind = pick(KINDS.slice(0, setup.kinds))
          },
          note,
        },
        munmap: {
          when,
          do: (s, me, pick) => {
            range(s, me, pick)
            me.kind = null
          },
          note,
        },
        /** It has enough. */
        exit: () => 'done',
      },
    },
  })
}

const clear = (setup: Setup) =>
  steps('thread', {
    /** A VMA that begins before the range ends where that begins. */
    split_vma_at_start: (s, me) => {
      split(s, me.start, setup.variant !== 'split-keeps-end')
    },
    split_vma_at_end: (s, me) => {
      split(s, me.end, setup.variant !== 'split-keeps-end')
    },
    /** All VMAs in the range go out of the tree, and their pages are unmapped. */
    vms_complete_munmap_vmas: (s, me) => {
      const place = placeOf(s, me.start)
      while (place < s.map_count && within(s.vma[place], me)) {
        remove(s, place)
        if (setup.variant === 'clears-first-only') break
      }
      for (let i = me.start; i < me.end; i++) s.page[i] = false
      return me.kind === null ? 'mmap_write_unlock' : undefined
    },
  })

/** A new VMA is stored, or else a neighbour of its kind grows. */
const store = (setup: Setup) =>
  steps('thread', {
    mmap_region: {
      either: {
        vma_iter_store: (s, me) => {
          const place = setup.variant === 'stores-at-end' ? s.map_count : placeOf(s, me.start)
          insert(s, place, me.start, me.end, me.kind!)
        },
        /** The VMA before it. */
        vma_expand: {
          when: (s, me) => {
            const place = placeOf(s, me.start)
            return place > 0 && s.vma[place - 1].vm_end === me.start && s.vma[place - 1].kind === me.kind
          },
          do: (s, me) => {
            s.vma[placeOf(s, me.start) - 1].vm_end = me.end
          },
        },
      },
    },
    /** The pages are touched at once. */
    mm_populate: (s, me) => {
      for (let i = me.start; i < me.end; i++) s.page[i] = true
    },
  })

export const thread = (setup: Setup) =>
  program(
    'thread',
    {
      ...call(setup),
      ...clear(setup),
      ...store(setup),
      mmap_write_unlock: (s) => {
        s.written = false
      },
    },
    { loop: true, role: 'environment' },
  )

/** An address space to begin with: any that mmap() can make. */
export const anyLayout = (setup: Setup) => (s: State, pick: <T>(of: Iterable<T>) => T) => {
  const end = setup.top ? setup.slots : lastIndex(setup)
  for (let start = 0; start < end;) {
    const vm_end = pick(from(start, end + 1))
    // An empty range is a hole of one slot.
    if (vm_end > start) insert(s, s.map_count, start, vm_end, pick(KINDS.slice(0, setup.kinds)))
    for (let i = start; i < vm_end; i++) s.page[i] = true
    start = Math.max(start + 1, vm_end)
  }
}
