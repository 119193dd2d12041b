/** What there is to check: specs with their variants, bounds, ingredients, properties, rows and claims. */
import type { Row, Spec } from '../language/spec.ts'
import { jsonLine } from './jsonl.ts'
import { fill, hanging, unstyled, wrap, type Style } from './lines.ts'
import { counted } from './words.ts'

const claimsOf = ({ rows }: Spec): string[] => [...new Set(rows.flatMap(({ claims }) => claims ?? []))]

const rowName = ({ protocol }: Spec, { variant, bounds, ingredients = [] }: Row): string =>
  [
    variant ?? protocol.variants[0] ?? '',
    ...Object.entries(bounds).map(([name, value]) => `${name}=${value}`),
    ...ingredients.map((name) => `+${name}`),
  ].join(' ')

export const specLine = (spec: Spec): string => {
  const { name, protocol, properties, rows } = spec
  return jsonLine({
    record: 'spec',
    spec: name,
    source: protocol.source ?? null,
    variants: protocol.variants,
    bounds: Object.fromEntries(
      Object.entries(protocol.bounds).map(([bound, { min, max, doc }]) => [bound, { min, max, doc: doc ?? null }]),
    ),
    ingredients: Object.fromEntries(Object.entries(protocol.ingredients).map(([each, { doc }]) => [each, doc])),
    properties: properties.map(({ name: property, kind }) => ({ name: property, kind })),
    rows: rows.map(({ variant, bounds, ingredients, full, claims, states, expect, why }) => ({
      variant: variant ?? protocol.variants[0] ?? '',
      bounds,
      ingredients: ingredients ?? [],
      full: full ?? false,
      claims: claims ?? [],
      states: states ?? null,
      expect,
      why,
    })),
    claims: claimsOf(spec),
  })
}

const WIDTH = 100
const HEAD = 19

/** A heading in the left column, and entries beside it, each on lines of its own. */
function section(head: string, entries: readonly (readonly string[])[], style: Style): string[] {
  const lines = entries.flat()
  return lines.map((line, i) => `${style('dim', `  ${i === 0 ? head : ''}`.padEnd(HEAD))}${line}`)
}

const documented = (name: string, doc: string | undefined): string[] =>
  doc === undefined ? [name] : hanging(`${name}  `, wrap(doc, WIDTH - HEAD - name.length - 2))

const sentence = (names: readonly string[]): string[] => fill(names, ', ', WIDTH - HEAD)

/** A spec for people to read. */
export function specText(spec: Spec, style: Style = unstyled): string {
  const { name, protocol, properties, rows } = spec
  const kinds = Map.groupBy(properties, ({ kind }) => kind)
  const boundNames = Object.keys(protocol.bounds)
  const widest = Math.max(0, ...boundNames.map((each) => each.length))
  const full = rows.filter((row) => row.full === true).length
  const lines = [
    style('bold', name),
    ...(protocol.source === undefined ? [] : section('source', [wrap(protocol.source, WIDTH - HEAD)], style)),
    ...section('variants', [sentence(protocol.variants)], style),
    ...section(
      'bounds',
      Object.entries(protocol.bounds).map(([each, { min, max, doc }]) =>
        documented(`${each.padEnd(widest)}  ${min}–${max}`, doc),
      ),
      style,
    ),
    ...section(
      'ingredients',
      Object.entries(protocol.ingredients).map(([each, { doc }]) => documented(each, doc)),
      style,
    ),
    ...[...kinds].flatMap(([kind, of]) => section(kind, [sentence(of.map((property) => property.name))], style)),
    ...section('claims', claimsOf(spec).length === 0 ? [] : [sentence(claimsOf(spec))], style),
    ...section(
      'rows',
      [
        [`${counted(rows.length - full, 'quick row')}, ${counted(full, 'row')} with --full`],
        ...rows.map((row) => [rowText(spec, row)]),
      ],
      style,
    ),
  ]
  return `${lines.join('\n')}\n`
}

function rowText(spec: Spec, row: Row): string {
  const remarks = [
    ...(row.states === undefined ? [] : [counted(row.states, 'state')]),
    ...(row.claims === undefined || row.claims.length === 0 ? [] : [row.claims.join(', ')]),
    ...(row.full === true ? ['--full'] : []),
  ]
  return `${rowName(spec, row)}${remarks.length === 0 ? '' : `  (${remarks.join('; ')})`}`
}
