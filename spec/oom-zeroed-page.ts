/** C2 and G4: what was reaped is not read as if it were data. */
import { holds, propertiesOf, reachable, spec, violated } from '../checker/language/index.ts'
import { oomZeroedPage } from '../model/oom-zeroed-page.ts'

const { always, reachable: canReach, stepwise } = propertiesOf(oomZeroedPage)

/** What has to be in order in every row. */
const KEPT = { NoDataOutOfNothing: holds, ReapedDataIsGone: holds, FaultBringsPage: holds }

export default spec(oomZeroedPage, {
  properties: [
    /** Zeroes that nobody wrote never come to a file, where somebody else will read them. */
    always('FileHasNoZeroes', (s) => s.file !== 'zeroes', { given: (s) => s.had_data }),
    /** No page of zeroes takes the place of the data as long as a thread runs that could read it. */
    always('ZeroesAreNotMapped', (s) => s.pte !== 'zeroes', { given: (s) => s.had_data }),
    /** A thread whose memory is not being reaped gets through with its call. */
    always(
      'StableFaultsSucceed',
      (s, { at }) => s.file !== 'none' || s.MMF_UNSTABLE || s.thread.every((thread) => !at(thread, 'done')),
    ),
    /** A process without data of its own reads none, and writes none: it would be that of somebody else. */
    always('NoDataOutOfNothing', (s) => s.pte !== 'data' && s.file !== 'data', { given: (s) => !s.had_data }),
    /** When the reaper is through the data is gone, and no fault brings it back. */
    always('ReapedDataIsGone', (s) => s.pte !== 'data', { given: (s, { at }) => at(s.reaper[0], 'done') }),
    /** A fault that ends without SIGBUS has brought a page; who goes on without one would fault for ever. */
    stepwise('FaultBringsPage', (s, { at, before }) =>
      s.thread.every(
        (thread) =>
          !before(() => at(thread, 'do_anonymous_page')) ||
          at(thread, 'do_anonymous_page') ||
          at(thread, 'done') ||
          s.pte !== 'none',
      ),
    ),
    canReach('DataIsWritten', (s) => s.file === 'data'),
    canReach(
      'WriterGetsSigbus',
      (s, { at }) => s.had_data && s.file === 'none' && s.thread.every((thread) => at(thread, 'done')),
    ),
    canReach('PageIsReaped', (s, { at }) => s.pte === 'none' && s.MMF_UNSTABLE && at(s.reaper[0], 'done')),
  ],
  routine: Object.keys(KEPT),
  rows: [
    {
      claims: ['C2', 'G4'],
      bounds: { threads: 3 },
      expect: {
        ...KEPT,
        FileHasNoZeroes: holds,
        ZeroesAreNotMapped: holds,
        StableFaultsSucceed: holds,
        DataIsWritten: reachable(1),
        WriterGetsSigbus: reachable(),
        PageIsReaped: reachable(2),
      },
      states: 207,
      why: 'The flag is there before the page goes, and whoever maps a page looks at it under the lock that the reaper took to clear the entry.',
    },
    {
      claims: ['C2', 'G4'],
      variant: 'unchecked',
      bounds: { threads: 1 },
      expect: { ...KEPT, FileHasNoZeroes: violated(5), StableFaultsSucceed: holds },
      states: 22,
      why: 'The thread faults after the page was reaped, gets zeroes, and writes them to the file.',
    },
    {
      claims: ['C2', 'G4'],
      variant: 'checked-before',
      bounds: { threads: 3 },
      expect: { ...KEPT, FileHasNoZeroes: holds, ZeroesAreNotMapped: holds, StableFaultsSucceed: holds },
      states: 458,
      why: 'Without the lock it is enough as well: who faults for a page that was reaped comes after the flag, and who looked before the flag was there faults for a page that had no data.',
    },
    {
      claims: ['C2', 'G4'],
      variant: 'checked-after',
      bounds: { threads: 1 },
      expect: { ...KEPT, FileHasNoZeroes: holds, ZeroesAreNotMapped: violated(4), StableFaultsSucceed: holds },
      states: 27,
      why: 'The thread itself gets SIGBUS, but the page of zeroes is mapped by then.',
    },
    {
      claims: ['C2', 'G4'],
      variant: 'checked-after',
      bounds: { threads: 2 },
      expect: { ...KEPT, FileHasNoZeroes: violated(5) },
      states: 118,
      why: 'Another thread reads the page that the first one has mapped, without a fault, and writes zeroes.',
    },
    {
      claims: ['C2', 'G4'],
      bounds: { threads: 2 },
      ingredients: ['markedLast'],
      expect: { ...KEPT, FileHasNoZeroes: violated(4) },
      states: 102,
      why: 'A flag that comes after the walk does not stop a fault in between.',
    },
  ],
})
