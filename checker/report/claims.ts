/** The claims index: what became of every claim of a ledger, and the verdicts that decide it. */
import type { Expectation } from '../language/spec.ts'
import type { Result } from '../search/verdict.ts'
import {
  code,
  fold,
  heading,
  paragraph,
  plain,
  table,
  type Block,
  type Cell,
  type Table,
  type Tone,
} from './document.ts'
import { groundInWords, type FoundGround, type Ground } from './grounds.ts'
import type { ClaimRecord } from './jsonl-records.ts'
import { jsonLine } from './jsonl.ts'
import { hanging, wrap, type Style } from './lines.ts'
import { matrixCell, pointOf, type Point } from './matrix.ts'
import { configurationName, isBuiltIn, type Decided, type Judged, type Outcome, type Planned } from './record.ts'
import { basisInWords, counted, judgedInWords, resultInWords } from './words.ts'

/** A claim as a ledger states it. */
export interface Claim {
  /** One sentence. */
  readonly claim: string
  /** Who made it, by a name of `threads`. */
  readonly thread: string
  /**
   * The variants that the claim speaks of: `may-18`, or with ingredients `may-18 +exec`. Together with those below; it
   * is decided when each of them has a row.
   */
  readonly variants?: readonly string[]
  readonly decided?: readonly {
    readonly spec: string
    readonly variants: readonly string[]
    readonly properties: readonly string[]
  }[]
  /** What decides it beside rows, by names of `grounds`: all of them must hold. */
  readonly grounds?: readonly string[]
}

export interface Ledger {
  readonly claims: Readonly<Record<string, Claim>>
  readonly threads: Readonly<Record<string, string>>
  readonly grounds?: Readonly<Record<string, Ground>>
}

/** A verdict that speaks about a claim. */
interface Evidence {
  readonly outcome: Decided
  readonly judged: Judged
}

export type ClaimVerdict = 'as expected' | 'differs' | 'open'

export interface JudgedClaim {
  readonly id: string
  readonly claim: Claim
  readonly verdict: ClaimVerdict
  /** Why it is open, if it is. */
  readonly open: readonly string[]
  readonly evidence: readonly Evidence[]
  readonly grounds: readonly FoundGround[]
}

/** Does the configuration belong to the variant that a claim names, ingredients included? */
function isOf(planned: Planned, named: string): boolean {
  const [variant, ...ingredients] = named.split(' +')
  return planned.variant === variant && ingredients.every((each) => planned.ingredients.includes(each))
}

function evidenceFor(id: string, { decided }: Claim, outcomes: readonly Decided[]): Evidence[] {
  const speaks = (planned: Planned, property: string): boolean => {
    if (decided === undefined) return property in planned.expected && !isBuiltIn(property)
    return decided.some(({ spec, properties }) => spec === planned.spec.name && properties.includes(property))
  }
  return outcomes
    .filter(({ planned }) => planned.claims.includes(id))
    .flatMap((outcome) =>
      outcome.verdicts
        .filter(({ verdict }) => speaks(outcome.planned, verdict.property))
        .map((judged) => ({ outcome, judged })),
    )
}

/** What keeps a claim from being decided. */
function openings(claim: Claim, evidence: readonly Evidence[], grounds: readonly FoundGround[]): string[] {
  const places = (claim.decided ?? []).flatMap(({ spec, variants }) => variants.map((variant) => ({ spec, variant })))
  const isDecided = (variant: string, spec?: string): boolean =>
    evidence.some(
      ({ outcome: { planned }, judged }) =>
        judged.judgement !== 'inconclusive' &&
        isOf(planned, variant) &&
        (spec === undefined || planned.spec.name === spec),
    )
  const missing = [
    ...places.filter(({ spec, variant }) => !isDecided(variant, spec)).map(({ variant }) => variant),
    ...(claim.variants ?? []).filter((variant) => !isDecided(variant)),
  ]
  const asked = Map.groupBy(evidence, ({ outcome: { planned } }) => planned.spec.name)
  const unasked = (claim.decided ?? []).flatMap(({ spec, properties }) => {
    const there = asked.get(spec)
    return there === undefined
      ? []
      : properties.filter((property) => !there.some(({ judged }) => judged.verdict.property === property))
  })
  const inconclusive = evidence.filter(({ judged }) => judged.judgement === 'inconclusive').length
  const names = [claim.decided, claim.variants, claim.grounds].some((each) => each !== undefined)
  return [
    ...(!names && evidence.length === 0 ? ['no row yet'] : []),
    ...(missing.length === 0 ? [] : [`no row yet for ${[...new Set(missing)].join(', ')}`]),
    ...(unasked.length === 0 ? [] : [`no row asks ${[...new Set(unasked)].join(', ')}`]),
    ...(inconclusive === 0 ? [] : [`${counted(inconclusive, 'verdict')} inconclusive`]),
    ...grounds.filter(({ is }) => is === 'open').map(groundInWords),
  ]
}

function judgeClaim(
  id: string,
  claim: Claim,
  outcomes: readonly Decided[],
  found: ReadonlyMap<string, FoundGround>,
): JudgedClaim {
  const evidence = evidenceFor(id, claim, outcomes)
  const grounds = (claim.grounds ?? []).flatMap((name) => found.get(name) ?? [])
  const open = openings(claim, evidence, grounds)
  const differs =
    grounds.some(({ is }) => is === 'fails') ||
    evidence.some(({ judged }) => judged.judgement === 'differs' || judged.judgement === 'bad')
  return { id, claim, verdict: differs ? 'differs' : open.length > 0 ? 'open' : 'as expected', open, evidence, grounds }
}

/** Every claim of the ledger, in its order, or those that are named; `found` has the grounds that they name. */
export function judgeClaims(
  { claims }: Ledger,
  outcomes: readonly Outcome[],
  found: readonly FoundGround[],
  ids: readonly string[] = Object.keys(claims),
): JudgedClaim[] {
  const grounds = new Map(found.map((each) => [each.name, each]))
  const decided = outcomes.filter((outcome) => outcome.is === 'decided')
  return Object.entries(claims)
    .filter(([id]) => ids.includes(id))
    .map(([id, claim]) => judgeClaim(id, claim, decided, grounds))
}

/** A result in the form in which rows expect it. */
const asExpectation = (result: Result): Expectation | { readonly is: 'inconclusive' } => {
  if (result.is === 'violated' || result.is === 'reachable') return { is: result.is, steps: result.steps }
  if (result.is === 'maximum' || result.is === 'minimum')
    return {
      is: result.is,
      value: result.value,
      atLeast: result.atLeast,
      ...(result.orNever === undefined ? {} : { orNever: result.orNever }),
    }
  return { is: result.is }
}

export function claimLine({ id, claim, verdict, open, evidence, grounds }: JudgedClaim): string {
  const record: ClaimRecord = {
    record: 'claim',
    claim: id,
    sentence: claim.claim,
    thread: claim.thread,
    verdict,
    open,
    rows: evidence.map(({ outcome: { planned, run }, judged }) => ({
      spec: planned.spec.name,
      variant: planned.variant,
      bounds: planned.bounds,
      ingredients: planned.ingredients,
      property: judged.verdict.property,
      expected: judged.expected ?? null,
      verdict: asExpectation(judged.verdict.result),
      basis: run.basis,
    })),
    grounds: grounds.map(({ name, basis, is, says }) => ({ name, basis, verdict: is, says })),
  }
  return jsonLine(record)
}

const toneOfClaim: Readonly<Record<ClaimVerdict, Tone>> = { 'as expected': 'plain', differs: 'differs', open: 'open' }

/** By spec and variant, in their order: the points with only the properties that speak. */
function byVariant(evidence: readonly Evidence[]): readonly (readonly [string, readonly Point[], number])[] {
  const groups = Map.groupBy(evidence, ({ outcome: { planned } }) => `${planned.spec.name} ${planned.variant}`)
  return [...groups].map(([name, group]) => {
    const outcomes = [...new Set(group.map(({ outcome }) => outcome))]
    return [name, outcomes.map(pointOf), outcomes.length] as const
  })
}

/** `FailedAttemptFollowsCleaning violated in 21 to 39 steps` for each property of a variant. */
function inBrief(evidence: readonly Evidence[]): { readonly name: string; readonly says: readonly string[] }[] {
  const properties = [...new Set(evidence.map(({ judged }) => judged.verdict.property))]
  return byVariant(evidence).map(([name, points, configurations]) => ({
    name: `${name} (${counted(configurations, 'row')})`,
    says: properties.flatMap((property) => {
      const entries = points.flatMap(({ entries: all }) => all.get(property) ?? [])
      return entries.length === 0 ? [] : [`${property} ${matrixCell(entries).text}`]
    }),
  }))
}

const WIDTH = 100
const MARKS: Readonly<Record<ClaimVerdict, string>> = { 'as expected': '✓', differs: '✗', open: '?' }
const COLOURS: Readonly<Record<ClaimVerdict, 'green' | 'red' | 'yellow'>> = {
  'as expected': 'green',
  differs: 'red',
  open: 'yellow',
}

const SAID: Readonly<Record<ClaimVerdict, string>> = {
  'as expected': 'decided as expected',
  differs: 'differs from what is expected',
  open: 'open',
}

function claimText({ id, claim, verdict, open, evidence, grounds }: JudgedClaim, style: Style): string[] {
  const head = `${MARKS[verdict]} ${id}  ${SAID[verdict]}: `
  const differing = evidence.filter(({ judged }) => judged.judgement === 'differs' || judged.judgement === 'bad')
  return [
    ...hanging('', wrap(`${head}${claim.claim}`, WIDTH)).map((line, i) =>
      i === 0 ? style(COLOURS[verdict], line.slice(0, head.length)) + line.slice(head.length) : `      ${line}`,
    ),
    ...open.flatMap((reason) => hanging('      open: ', wrap(reason, WIDTH - 12))),
    ...grounds
      .filter(({ is }) => is !== 'open')
      .flatMap((ground) =>
        hanging(ground.is === 'fails' ? '      ✗ ' : '      ', wrap(groundInWords(ground), WIDTH - 8)),
      ),
    ...inBrief(evidence).flatMap(({ name, says }) => hanging('      ', wrap(`${name}: ${says.join('; ')}`, WIDTH - 6))),
    ...differing.flatMap(({ outcome: { planned }, judged }) =>
      hanging(
        '      ✗ ',
        wrap(`${configurationName(planned)}: ${judged.verdict.property}: ${judgedInWords(judged)}`, WIDTH - 8),
      ),
    ),
  ]
}

/** `violated 3 of 22, holds 19 of 22`: what the rows came to, whatever was expected; then what else it rests on. */
function tallyOf({ evidence, grounds }: JudgedClaim): string {
  const kinds = [...Map.groupBy(evidence, ({ judged }) => judged.verdict.result.is)]
  const rows = kinds.map(([kind, group]) => `${kind} ${group.length} of ${evidence.length}`).join(', ')
  return [rows, ...grounds.map(groundInWords)].filter((each) => each !== '').join('; ')
}

/** `42 claims: 8 as expected, 34 open`. */
export function claimsInWords(claims: readonly JudgedClaim[]): string {
  const verdicts: readonly ClaimVerdict[] = ['as expected', 'differs', 'open']
  const said = verdicts
    .map((verdict) => [claims.filter((each) => each.verdict === verdict).length, verdict] as const)
    .filter(([n]) => n > 0)
  return `${counted(claims.length, 'claim')}: ${said.map(([n, verdict]) => `${n} ${verdict}`).join(', ')}`
}

export const claimsText = (claims: readonly JudgedClaim[], style: Style): string =>
  `${[...claims.flatMap((each) => [...claimText(each, style), '']), claimsInWords(claims)].join('\n')}\n`

/** Every verdict that speaks about a claim. */
function evidenceTable(evidence: readonly Evidence[]): Table {
  const rows = evidence.map(({ outcome: { planned, run }, judged }): Cell[] => [
    { text: configurationName(planned), tone: 'head' },
    plain(code(judged.verdict.property)),
    plain(judged.expected === undefined ? '' : resultInWords(judged.expected)),
    { text: resultInWords(judged.verdict.result), tone: judged.judgement === 'differs' ? 'differs' : 'plain' },
    plain(basisInWords(run.basis)),
  ])
  return { is: 'table', head: ['configuration', 'property', 'expected', 'verdict', 'basis'], rows }
}

/** The index as a part of the report. */
export function claimBlocks(claims: readonly JudgedClaim[], { threads }: Ledger): Block[] {
  const groups = [...Map.groupBy(claims, ({ claim }) => claim.thread)]
  return [
    heading(2, 'Claims'),
    paragraph(
      `${claimsInWords(claims)}. A claim is open until every variant that it speaks of has a row, and what else it rests on was found to hold. As expected means that each row came out as it says; ` +
        'what a claim is worth is told by its rows, variant by variant, for a row may well expect that it fails.',
    ),
    ...groups.flatMap(([thread, group]): Block[] => [
      heading(3, threads[thread] ?? thread),
      {
        is: 'table',
        head: ['', 'claim', 'verdict', 'what it rests on'],
        rows: group.map((each): Cell[] => [
          { text: each.id, tone: 'head' },
          plain(each.claim.claim),
          { text: [each.verdict, ...each.open].join('; '), tone: toneOfClaim[each.verdict] },
          plain(tallyOf(each)),
        ]),
      },
      ...group
        .filter(({ evidence }) => evidence.length > 0)
        .map(({ id, evidence }) =>
          fold(`${id}: ${counted(evidence.length, 'verdict')}`, [
            table(
              ['variant', 'in brief'],
              inBrief(evidence).map(({ name, says }) => [name, says.join('; ')]),
            ),
            evidenceTable(evidence),
          ]),
        ),
    ]),
  ]
}
