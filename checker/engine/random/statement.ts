/** Random protocols: what genes mean as statements. */
import {
  allocate,
  assign,
  increment,
  isWhole,
  onQueue,
  onSet,
  picked,
  pickInto,
  release,
  shifted,
  toggle,
  type Bound,
  type Statement,
} from './effect.ts'
import { bool } from './expression.ts'
import { at, choose, familiesOf, kid, withVariable, type Gene, type Scope } from './place.ts'

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`)

export function block(genes: readonly Gene[], scope: Scope): Statement {
  const lines: string[] = []
  const runs: Statement['run'][] = []
  let inner = scope
  for (const gene of genes) {
    const { statement, after = inner } = statementOf(gene, inner)
    inner = {
      ...after,
      picks: Math.max(0, after.picks - statement.lines.filter((line) => line.includes('pick(')).length),
    }
    lines.push(...statement.lines)
    runs.push(statement.run)
  }
  return {
    lines,
    run: (env) => {
      for (const run of runs) {
        const label = run(env)
        if (label !== undefined) return label
      }
      return undefined
    },
  }
}

function statementOf(gene: Gene, scope: Scope): Bound {
  switch (gene.op % 16) {
    case 1:
    case 3:
      return { statement: increment(gene, scope) ?? assign(gene, scope, isWhole) }
    case 4:
      return { statement: choice(gene, scope) }
    case 5:
      return picked(gene, scope) ?? { statement: assign(gene, scope, isWhole) }
    case 2:
    case 6:
      return { statement: pickInto(gene, scope) ?? assign(gene, scope, isWhole) }
    case 7:
      return { statement: onQueue(gene, scope) ?? assign(gene, scope, isWhole) }
    case 8:
      return shifted(gene, scope) ?? { statement: onQueue(gene, scope) ?? assign(gene, scope, isWhole) }
    case 9:
      return { statement: onSet(gene, scope) ?? assign(gene, scope, isWhole) }
    case 10:
      return { statement: assign(gene, scope, (domain) => !isWhole(domain)) }
    case 11:
      return { statement: forEach(gene, scope) ?? assign(gene, scope, isWhole) }
    case 12:
      return { statement: leave(gene, scope) ?? assign(gene, scope, isWhole) }
    case 13:
      return { statement: allocate(gene, scope) ?? assign(gene, scope, isWhole) }
    case 14:
      return { statement: release(gene, scope) ?? assign(gene, scope, isWhole) }
    case 15:
      return { statement: toggle(gene, scope) ?? assign(gene, scope, (domain) => !isWhole(domain)) }
    default:
      return { statement: assign(gene, scope, isWhole) }
  }
}

function choice(gene: Gene, scope: Scope): Statement {
  const test = bool(kid(gene, 0), scope)
  const yes = block(gene.kids.slice(1, 2), scope)
  const no = block(gene.kids.slice(2, 3), scope)
  return {
    lines: [`if (${test.text}) {`, ...indented(yes.lines), '} else {', ...indented(no.lines), '}'],
    run: (env) => (test.run(env) ? yes : no).run(env),
  }
}

function forEach(gene: Gene, scope: Scope): Statement | undefined {
  const family = choose(familiesOf(scope.state), gene.n)?.[0]
  if (family === undefined) return undefined
  const { name, index, inner } = withVariable(scope, { kind: 'ref', family })
  const body = block(gene.kids.slice(0, 2), { ...inner, picks: scope.picks > 1 ? 1 : 0 })
  return {
    lines: [`for (const ${name} of s.${family}) {`, ...indented(body.lines), '}'],
    run: (env) => {
      for (const member of at(env.s, family) as Iterable<unknown>) {
        env.vars[index] = member
        const label = body.run(env)
        if (label !== undefined) return label
      }
      return undefined
    },
  }
}

/** Goes to a label, if. */
function leave(gene: Gene, scope: Scope): Statement | undefined {
  const label = choose(scope.gotos, gene.n)
  if (label === undefined) return undefined
  const test = bool(kid(gene, 0), scope)
  return { lines: [`if (${test.text}) return '${label}'`], run: (env) => (test.run(env) ? label : undefined) }
}
