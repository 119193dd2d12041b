/** A page of the report: how far the error goes while adds are under way, and how the states of these searches are counted. */
import { plainTable, subheading, verdicts, type Exhibit } from '../../checker/language/index.ts'
import { errorAtRest, excessInFlight } from '../../model/percpu-counter-tree/bounds.ts'
import { tree } from '../worst-case.ts'
import { extremeRows, extremes, type Extremes } from './extremes.ts'

/** What the formulas of the bound say. */
function formula({ cpus, batch, adders, increments }: Extremes) {
  const machine = tree(cpus, BigInt(batch))
  const largest = BigInt(Math.max(...increments))
  const [atRest, excess] = [Number(errorAtRest(machine)), Number(excessInFlight(machine, adders, largest))]
  const isSigned = Math.min(...increments) < 0
  return {
    rest: `0 to ${atRest}`,
    underWay: `${isSigned ? -excess : 0} to ${atRest + excess}`,
    documented: `-${machine.over} to ${machine.under}`,
  }
}

const cells = (each: Extremes): readonly string[] => {
  const { rest, underWay, documented } = formula(each)
  const { cpus, batch, adders, increments, states, published } = each
  const counts = [states, published].map((n) => n.toLocaleString('en-US'))
  return [`${cpus} CPUs, batch ${batch}`, String(adders), increments.join(', '), rest, underWay, documented, ...counts]
}

const encoding =
  'The searches keep of each word what it holds modulo its mask, and nothing of the root. A carry depends on a word only through that (lemma 1 of the proof), no guard reads a word, and the error is counted beside them: an add to level 0 raises it, an add to the root lowers it. It is a function of what is kept, by conservation, so that it adds no states; rows with whole words hold it against the words. In return any number of adds is allowed.'

const difference =
  'An earlier exploration counted more states. It read the CPU number for the climb already in the step of level 0, and kept all of it until the add was complete; here the item is picked in the step that adds to it, since nobody can see the number, and of the number only the item above is kept. It also counted adders as a set, where here each has a name. Both numbers come out of a second count that shares nothing with the checker; the extremes are the same either way.'

const references = extremeRows.flatMap(({ bounds, ingredients = [] }) =>
  ['GreatestErrorAtRest', 'GreatestError', 'LeastError', 'RangeContainsPreciseSum'].map((property) => ({
    variant: 'v12',
    bounds,
    ingredients,
    property,
  })),
)

export const extremesPage: Exhibit = {
  spec: 'percpu-counter-tree',
  title: 'How far it goes while adds are under way',
  parts: () => [
    'At rest the error lies between 0 and U. With T adders under way, increments of up to I, and C the next multiple of the last mask from I on, it lies between `-(I + (T - 1) · C)` and `U + I + (T - 1) · C`: all but one adder can be stopped just before the root with a whole carry, while the nodes that they emptied are filled again. Where all increments are positive the lower end is 0. Every interleaving was searched, with any migration, and both ends are reached in each of these rows.',
    plainTable(
      ['tree', 'adders', 'increments', 'at rest', 'under way', 'documented range', 'states', 'states, earlier'],
      extremes.map(cells),
    ),
    subheading('What is a state'),
    encoding,
    difference,
    subheading('Verdicts'),
    verdicts(...references),
  ],
}
