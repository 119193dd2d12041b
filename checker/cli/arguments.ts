/** Arguments of the command line that are more than a word. */
import { sentences, UsageError } from './sentences.ts'

type Scale = 'states' | 'bytes' | 'time'
const SCALES: Readonly<Record<Scale, Readonly<Record<string, number>>>> = {
  /** `10k`, `2M`: thousands and millions. */
  states: { '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9 },
  /** `512M`, `4G`: powers of 1024, in bytes. */
  bytes: { '': 1, k: 2 ** 10, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 },
  /** `90`, `5m`, `2h`: in seconds. */
  time: { '': 1, s: 1, m: 60, h: 3600 },
}

/** A parser of whole numbers with these suffixes, for this option. */
export function parseScaled(option: string, scale: Scale): (text: string) => number {
  const units = SCALES[scale]
  return (text) => {
    const [, digits = '', suffix = ''] = /^(\d+)([A-Za-z]*)$/.exec(text) ?? []
    const value = Number(digits) * (units[suffix] ?? NaN)
    if (!Number.isSafeInteger(value) || value <= 0)
      throw new UsageError(
        sentences.badNumber(
          option,
          text,
          Object.keys(units).filter((unit) => unit !== '' && unit !== 'K'),
        ),
      )
    return value
  }
}

/** A parser of whole numbers within these, both included. */
export const parseInteger =
  (option: string, least: number, most: number) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    // NaN is in no range.
    if (!(value >= least && value <= most)) throw new UsageError(sentences.badInteger(option, text, least, most))
    return value
  }

/** Names with commas between, over several options. */
export const collectNames = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
]

/** `cpus=3,tasks=2`, over several options. */
export function collectBounds(
  text: string,
  before: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const bounds = new Map(Object.entries(before))
  for (const part of text.split(',')) {
    const [, name, value] = /^\s*([^=\s]+)\s*=\s*(-?\d+)\s*$/.exec(part) ?? []
    if (name === undefined || value === undefined) throw new UsageError(sentences.badBounds(text))
    if (bounds.has(name)) throw new UsageError(sentences.boundTwice(name))
    bounds.set(name, Number(value))
  }
  return Object.fromEntries(bounds)
}
