/** Exhibits: pages and figures about a protocol for its report. What they say of verdicts is looked up, never written. */

/** An axis starts at 0, or with `log` at a power of its base. */
export interface Axis {
  readonly label: string
  readonly scale?: 'linear' | 'log2' | 'log10'
}

export interface Series {
  readonly name: string
  /** Pairs of x and y, with x ascending. */
  readonly points: readonly (readonly [number, number])[]
}

/** Curves; where only text is shown, a table of their points. */
export interface Chart {
  readonly is: 'chart'
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
}

/** A table of plain cells, the first of each row being its head. */
export interface PlainTable {
  readonly is: 'table'
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export interface Subheading {
  readonly is: 'heading'
  readonly text: string
}

/** Rows of a spec of which the verdict on one property is shown. */
export interface Reference {
  /** Without it, the spec that the exhibit belongs to. */
  readonly spec?: string
  readonly variant: string
  /** Those that are named; the others may be anything. */
  readonly bounds?: Readonly<Record<string, number>>
  /** Without it, none. */
  readonly ingredients?: readonly string[]
  readonly property: string
}

/** What came out at rows of the specs: configuration, verdict and basis. */
export interface Verdicts {
  readonly is: 'verdicts'
  readonly of: readonly Reference[]
}

/** A string is a paragraph, with `code` between backticks. */
export type Part = string | Subheading | PlainTable | Chart | Verdicts

export interface Exhibit {
  /** The spec in whose chapter it is shown. */
  readonly spec: string
  readonly title: string
  readonly parts: () => readonly Part[]
}

export const chart = (of: Omit<Chart, 'is'>): Chart => ({ is: 'chart', ...of })
export const subheading = (text: string): Subheading => ({ is: 'heading', text })
export const verdicts = (...of: readonly Reference[]): Verdicts => ({ is: 'verdicts', of })
export const plainTable = (head: readonly string[], rows: readonly (readonly string[])[]): PlainTable => ({
  is: 'table',
  head,
  rows,
})
