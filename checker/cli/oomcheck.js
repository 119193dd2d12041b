#!/usr/bin/env node
// Starts the command line. Plain JavaScript that old versions of Node can read, to tell them what is wrong.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  // A reader that has gone, as `head` does, wants no more: we are as good as interrupted.
  process.stdout.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit(130)
    const [, reason] = /^[A-Z]+: ([^,]+),/.exec(error.message) ?? []
    process.stderr.write(`oomcheck: standard output cannot be written: ${reason ?? error.message}.\n`)
    process.exit(2)
  })
  // Where nobody can be told anything, there is nothing to do about it; the exit code still says how it ended.
  process.stderr.on('error', () => undefined)
  const { main } = await import('./main.ts')
  process.exitCode = await main(process.argv.slice(2))
} else {
  process.stderr.write(
    `oomcheck needs Node 22.18 or newer, and this is ${process.versions.node}: after npm ci, npm start and npx oomcheck use a newer one.\n`,
  )
  process.exitCode = 2
}
