/** Where a report goes: standard output, or a file. */
import { fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { styleText } from 'node:util'
import { unstyled, type Style } from '../report/lines.ts'
import type { Write } from '../report/record.ts'
import { sentences, systemReason, UsageError } from './sentences.ts'

export interface Output {
  readonly write: Write
  readonly style: Style
  /** Columns of the terminal, where it is one. */
  readonly columns: number | undefined
}

const coloured: Style = (format, text) => styleText(format, text, { stream: process.stdout })

/**
 * Opens the file at once, so that nobody waits for a report that cannot be written; what stands in it goes when there is
 * something to put in its place.
 */
export function openOutput(path: string | undefined): Output {
  if (path === undefined) {
    const { stdout } = process
    return {
      write: (text) => stdout.write(text),
      style: stdout.isTTY ? coloured : unstyled,
      // A terminal that does not know its size says 0.
      columns: stdout.isTTY && stdout.columns > 0 ? stdout.columns : undefined,
    }
  }
  const fails = (error: unknown): never => {
    throw new UsageError(sentences.cannotWrite(path, systemReason(error)), { cause: error })
  }
  let file: number
  try {
    file = openSync(path, 'a')
  } catch (error) {
    return fails(error)
  }
  let isNew = true
  const write: Write = (text) => {
    try {
      if (isNew && fstatSync(file).isFile()) ftruncateSync(file)
      isNew = false
      writeSync(file, text)
    } catch (error) {
      fails(error)
    }
  }
  return { write, style: unstyled, columns: undefined }
}
