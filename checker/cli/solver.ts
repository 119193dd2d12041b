/** z3, if it is installed: the program, or else the package z3-solver, which is an optional peer. */
import { spawn, spawnSync } from 'node:child_process'

export interface Solver {
  /** What it answers to a script in SMT-LIB. */
  readonly solve: (script: string) => Promise<string>
  readonly close: () => void
}

/** Where the program is. */
const PROGRAM = 'OOMCHECK_Z3'
const PACKAGE = 'z3-solver'
const SECONDS = 60

function solvedBy(program: string, script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['-in', `-T:${SECONDS}`], { stdio: ['pipe', 'pipe', 'inherit'] })
    let answer = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text))
    child.on('error', reject).on('close', () => resolve(answer.trim()))
    child.stdin.end(script)
  })
}

/** As much of the package as is used here. */
interface LowLevel {
  readonly Z3: {
    global_param_set(name: string, value: string): void
    mk_config(): unknown
    mk_context(config: unknown): unknown
    del_context(context: unknown): void
    eval_smtlib2_string(context: unknown, script: string): Promise<string>
  }
  readonly em: { readonly PThread: { terminateAllThreads(): void } }
}

async function packaged(): Promise<Solver | undefined> {
  let init: () => Promise<LowLevel>
  try {
    ;({ init } = (await import(PACKAGE)) as { init: () => Promise<LowLevel> })
  } catch {
    return undefined
  }
  const { Z3, em } = await init()
  Z3.global_param_set('timeout', String(SECONDS * 1000))
  return {
    solve: async (script) => {
      const context = Z3.mk_context(Z3.mk_config())
      const answer = await Z3.eval_smtlib2_string(context, script)
      Z3.del_context(context)
      return answer.trim()
    },
    close: () => em.PThread.terminateAllThreads(),
  }
}

export async function installedSolver(): Promise<Solver | undefined> {
  const program = process.env[PROGRAM] ?? 'z3'
  if (spawnSync(program, ['--version']).status === 0)
    return { solve: (script) => solvedBy(program, script), close: () => undefined }
  return await packaged()
}
