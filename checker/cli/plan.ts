/** What `check` is asked to do, as a list of configurations. */
import { coverable, guarded } from '../engine/engine.ts'
import { layoutOf } from '../engine/layout.ts'
import { NO_DEADLOCK, STAYS_IN_DOMAIN } from '../language/property.ts'
import { ConfigError, known, type Instance } from '../language/protocol.ts'
import { holds, type Row, type Spec } from '../language/spec.ts'
import { configurationName, isBuiltIn, type Configured, type Planned } from '../report/record.ts'
import { messageOf, sentences, UsageError } from './sentences.ts'

/** What was asked for, by name. Empty lists and `undefined` ask for nothing in particular. */
export interface Selection {
  readonly specs: readonly string[]
  readonly variants: readonly string[]
  readonly bounds: Readonly<Record<string, number>> | undefined
  readonly ingredients: readonly string[] | undefined
  readonly properties: readonly string[]
  readonly full: boolean
}

type Point = Omit<Configured, 'spec' | 'fairness'>
type Wish = Omit<Planned, 'spec' | 'layout' | 'labels' | 'guards' | keyof Point>

const BUILT_IN = [STAYS_IN_DOMAIN, NO_DEADLOCK]
const HOLD = { [STAYS_IN_DOMAIN]: holds, [NO_DEADLOCK]: holds }

const propertyNames = ({ properties }: Spec): string[] => [...properties.map(({ name }) => name), ...BUILT_IN]

/** The names that each kind of wish may use, and those that were used. `all`: a spec must know every one of them. */
const wishes = ({ variants, bounds, ingredients, properties }: Selection) => [
  { what: 'variant', asked: variants, of: ({ protocol }: Spec) => protocol.variants, all: false },
  {
    what: 'bound',
    asked: Object.keys(bounds ?? {}),
    of: ({ protocol }: Spec) => Object.keys(protocol.bounds),
    all: true,
  },
  {
    what: 'ingredient',
    asked: ingredients ?? [],
    of: ({ protocol }: Spec) => Object.keys(protocol.ingredients),
    all: true,
  },
  { what: 'property', asked: properties, of: propertyNames, all: false },
]

/** The specs that were named, or all that know what was asked for. */
function chooseSpecs(specs: readonly Spec[], selection: Selection): readonly Spec[] {
  for (const name of selection.specs)
    known(
      'spec',
      name,
      specs.map((spec) => spec.name),
    )
  const named = selection.specs.length > 0
  const candidates = named ? specs.filter(({ name }) => selection.specs.includes(name)) : specs
  const owner = candidates.length === 1 ? ` of ${candidates[0]?.name ?? ''}` : ''
  for (const { what, asked, of } of wishes(selection))
    for (const name of asked) known(`${what}${owner}`, name, [...new Set(candidates.flatMap(of))])
  const fitting = candidates.filter((spec) =>
    wishes(selection).every(({ what, asked, of, all }) => {
      const missing = asked.filter((name) => !of(spec).includes(name))
      const fits = missing.length === 0 || (!all && missing.length < asked.length)
      // A spec that was named is not passed over in silence.
      if (!fits && named) known(`${what} of ${spec.name}`, missing[0] ?? '', of(spec))
      return fits
    }),
  )
  if (fitting.length === 0) throw new UsageError(sentences.noSpecFits())
  return fitting
}

const variantOf = (spec: Spec, { variant }: Row): string => variant ?? spec.protocol.variants[0] ?? ''

/** The properties of a row, in the order of the spec: those it names, and the built-in ones. */
const askedBy = (spec: Spec, row: Row): string[] =>
  propertyNames(spec).filter((name) => name in row.expect || isBuiltIn(name))

function setUp(spec: Spec, point: Point, wish: Wish): Planned {
  const ordered = {
    variant: point.variant,
    bounds: Object.fromEntries(
      // Unknown bounds are kept, for the protocol to complain about.
      [...new Set([...Object.keys(spec.protocol.bounds), ...Object.keys(point.bounds)])]
        .filter((name) => name in point.bounds)
        .map((name) => [name, point.bounds[name] ?? 0]),
    ),
    ingredients: [...new Set([...Object.keys(spec.protocol.ingredients), ...point.ingredients])].filter((name) =>
      point.ingredients.includes(name),
    ),
  }
  let instance: Instance
  try {
    instance = spec.protocol.instance(ordered)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const where = configurationName({ spec, ...ordered })
    throw new UsageError(sentences.cannotSetUp(`${spec.name} ${where}`, messageOf(error)), { cause: error })
  }
  const layout = layoutOf(instance)
  return { spec, ...ordered, ...wish, layout, labels: coverable(layout), guards: guarded(layout) }
}

/** Only the properties that were asked for; the number of states depends on the history that the others read. */
function only(properties: readonly string[], wish: Wish): Wish {
  if (properties.length === 0) return wish
  return { ...wish, asked: wish.asked.filter((name) => properties.includes(name)), states: undefined }
}

function planRow(spec: Spec, row: Row, selection: Selection): Planned {
  const point = { variant: variantOf(spec, row), bounds: row.bounds, ingredients: row.ingredients ?? [] }
  const wish: Wish = {
    asked: askedBy(spec, row),
    expected: row.expect[STAYS_IN_DOMAIN]?.is === 'violated' ? row.expect : { ...HOLD, ...row.expect },
    states: row.states,
    claims: row.claims ?? [],
    why: row.why,
    fairness: row.fairness ?? {},
    full: row.full ?? false,
  }
  return setUp(spec, point, only(selection.properties, wish))
}

function planRows(spec: Spec, selection: Selection): Planned[] {
  const { variants, properties, full } = selection
  return spec.rows
    .filter((row) => full || row.full !== true)
    .filter((row) => variants.length === 0 || variants.includes(variantOf(spec, row)))
    .filter((row) => properties.length === 0 || askedBy(spec, row).some((name) => properties.includes(name)))
    .map((row) => planRow(spec, row, selection))
}

const isAt = (point: Point, planned: Point): boolean => configurationKey(point) === configurationKey(planned)
const configurationKey = ({ variant, bounds, ingredients }: Point): string =>
  JSON.stringify([variant, Object.entries(bounds).sort(), [...ingredients].sort()])

/** Is there a row about the same configuration that is fair in another way? */
export const isToldByFairness = ({ spec, fairness, ...point }: Planned): boolean =>
  spec.rows.some(
    (row) =>
      isAt(point, { variant: variantOf(spec, row), bounds: row.bounds, ingredients: row.ingredients ?? [] }) &&
      JSON.stringify(row.fairness ?? {}) !== JSON.stringify(fairness),
  )

/** A configuration that was put together on the command line. What rows expect there is expected of it, too. */
function planAdHoc(spec: Spec, variant: string, selection: Selection): Planned {
  const first = spec.rows.find((row) => variantOf(spec, row) === variant) ?? spec.rows[0]
  const point = { variant, bounds: { ...first?.bounds, ...selection.bounds }, ingredients: selection.ingredients ?? [] }
  const rows = spec.rows
    .filter((row) =>
      isAt(point, { variant: variantOf(spec, row), bounds: row.bounds, ingredients: row.ingredients ?? [] }),
    )
    .map((row) => planRow(spec, row, { ...selection, properties: [] }))
  const asked = propertyNames(spec)
  const wish: Wish = {
    asked,
    expected: Object.assign({}, ...rows.map(({ expected }) => expected).reverse()) as Planned['expected'],
    states: rows.find((row) => row.asked.length === asked.length)?.states,
    claims: [...new Set(rows.flatMap(({ claims }) => claims))],
    why: rows[0]?.why,
    fairness: rows[0]?.fairness ?? first?.fairness ?? {},
    full: false,
  }
  return setUp(spec, point, only(selection.properties, wish))
}

export function planOf(specs: readonly Spec[], selection: Selection): readonly Planned[] {
  const chosen = chooseSpecs(specs, selection)
  const isAdHoc = selection.bounds !== undefined || selection.ingredients !== undefined
  const plan = chosen.flatMap((spec) => {
    if (!isAdHoc) return planRows(spec, selection)
    const { variants } = spec.protocol
    const wanted = variants.filter((variant) => selection.variants.includes(variant))
    return (wanted.length > 0 ? wanted : variants.slice(0, 1)).map((variant) => planAdHoc(spec, variant, selection))
  })
  if (plan.length === 0)
    throw new UsageError(
      sentences.noRows(
        chosen.map(({ name }) => name),
        selection.full,
      ),
    )
  return plan
}
