/** A page of the report: the worst error of the three schemes, and what the cover letter of January 2026 says of them. */
import { chart, plainTable, subheading, verdicts, type Exhibit } from '../../checker/language/index.ts'
import { batchFor } from '../../model/percpu-counter/arithmetic.ts'
import { BATCH, PAGE_BYTES, THRESHOLD, tree, worst } from '../worst-case.ts'

/** Powers of two, one more where the tree gets another row of its table, and the machines of the letter. */
const CPUS = [1, 2, 3, 4, 5, 8, 9, 16, 17, 32, 33, 64, 65, 128, 129, 250, 256, 257, 384, 512, 513, 1024]
/** The machines and processes that the letter speaks of. */
const [LETTER_CPUS, THREADS, VISITED] = [250, 5, 20]
const MEASURED_CPUS = 384

const mebibytes = (pages: number): string => {
  const size = (pages * PAGE_BYTES) / 2 ** 20
  return size < 1024 ? `${size.toFixed(2)} MiB` : `${(size / 1024).toFixed(2)} GiB`
}
const pages = (n: number): string => n.toLocaleString('en-US')
const KEPT = batchFor(LETTER_CPUS) - 1

const curves = chart({
  title: 'Worst error of the cheap sum while nobody adds, in pages',
  x: { label: 'possible CPUs', scale: 'log2' },
  y: { label: 'pages that the cheap sum may be off by', scale: 'log10' },
  series: [
    { name: 'percpu_counter, 6.2', points: CPUS.map((cpus) => [cpus, worst.spinlock(cpus)] as const) },
    { name: 'tree, documented', points: CPUS.map((cpus) => [cpus, Number(tree(cpus).under)] as const) },
    { name: 'tree, exact', points: CPUS.map((cpus) => [cpus, worst.tree(cpus)] as const) },
    { name: 'a thread per CPU', points: CPUS.map((cpus) => [cpus, worst.threads(cpus)] as const) },
  ],
})

const figures = plainTable(
  ['the letter says', 'how it comes about', 'pages', 'in memory'],
  [
    [
      'a megabyte, before 6.2',
      `${THREADS} threads · TASK_RSS_EVENTS_THRESH = ${THRESHOLD} pages`,
      pages(THREADS * THRESHOLD),
      mebibytes(THREADS * THRESHOLD),
    ],
    [
      'the same, by the order of the code',
      `${THREADS} threads · (${THRESHOLD} + 2) pages: the test is of the number before it is raised, and the fault that flushes is counted after it`,
      pages(worst.threads(THREADS)),
      mebibytes(worst.threads(THREADS)),
    ],
    [
      'tens of megabytes, 6.2',
      `batch = max(32, 2 · ${LETTER_CPUS}) = ${batchFor(LETTER_CPUS)}; ${KEPT} pages on each of ${VISITED} CPUs that ${THREADS} threads have been on`,
      pages(KEPT * VISITED),
      mebibytes(KEPT * VISITED),
    ],
    [
      'one counter at its worst, 6.2',
      `${KEPT} pages on each of ${LETTER_CPUS} CPUs`,
      pages(worst.spinlock(LETTER_CPUS)),
      mebibytes(worst.spinlock(LETTER_CPUS)),
    ],
    [
      'up to a gigabyte, 6.2',
      'two of the three counters of RSS, each at its worst',
      pages(2 * worst.spinlock(LETTER_CPUS)),
      mebibytes(2 * worst.spinlock(LETTER_CPUS)),
    ],
    [
      'the same with the tree',
      `batch = ${BATCH}, ${LETTER_CPUS} CPUs: two counters, each at U`,
      pages(2 * worst.tree(LETTER_CPUS)),
      mebibytes(2 * worst.tree(LETTER_CPUS)),
    ],
    [
      '192 MB guaranteed, with the tree',
      `batch = ${BATCH}, ${MEASURED_CPUS} CPUs: what is documented for one counter; U is ${mebibytes(worst.tree(MEASURED_CPUS))}`,
      pages(Number(tree(MEASURED_CPUS).under)),
      mebibytes(Number(tree(MEASURED_CPUS).under)),
    ],
  ],
)

const growth =
  'Before 6.2 each thread may keep a fixed number of pages to itself, 66, however many CPUs there are. `percpu_counter` lets each CPU keep one less than a batch, and the batch is twice the number of CPUs, so that the error grows with its square: `2 N² - N` from 16 CPUs on. In the tree a batch is fixed, and each of few levels keeps something back: at most `2 · batch · N · log2 N`, with steps where the table of levels has another row. All of these are attained, by adds that one task can make if it is moved from CPU to CPU, and none is exceeded while nobody adds.'

const costs =
  'From 2 to 55 CPUs the documented range of the tree is the wider one, and from 65 to 78 again. While adds are under way it may be left, by as much as a whole carry for every task that has been stopped just before the root; three tasks that add page by page suffice on 256 CPUs.'

const letter = `The letter gives three figures without saying how they come about. With pages of ${PAGE_BYTES / 1024} KiB they follow from the number of CPUs and the batch; that two counters are meant by a gigabyte is inferred from the number.`

export const worstErrors: Exhibit = {
  spec: 'percpu-counter-tree',
  title: 'How far the cheap sum may be off',
  parts: () => [
    growth,
    curves,
    costs,
    subheading('The three figures of the cover letter'),
    letter,
    figures,
    subheading('What they rest on'),
    'Exhaustively searched at small bounds, proven for all of them (E9), and replayed on every machine up to 1024 CPUs (E3); `oomcheck claims E3 E9` does the latter two again.',
    verdicts(
      { spec: 'split-rss', variant: '6.1', bounds: { threshold: THRESHOLD }, property: 'GreatestError' },
      { spec: 'percpu-counter', variant: '6.2', bounds: { cpus: 3, adders: 1 }, property: 'GreatestError' },
      { variant: 'v12', bounds: { cpus: 4, adders: 1, adds: 0 }, property: 'GreatestErrorAtRest' },
      {
        variant: 'v12',
        bounds: { cpus: 2, adders: 2, batch: 2, width: 0 },
        ingredients: ['decrements'],
        property: 'RangeContainsPreciseSum',
      },
    ),
  ],
}
