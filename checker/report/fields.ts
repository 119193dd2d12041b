/** The state of an instance as a table: every field with what it can hold. */
import type { Domain, Fields, FamilyDomain } from '../language/domain.ts'
import type { Layout } from '../engine/layout.ts'
import { code, table, type Table } from './document.ts'

/** What a domain holds, in words. */
export function domainInWords(domain: Domain): string {
  switch (domain.kind) {
    case 'bool':
      return 'true or false'
    case 'int':
      return `${domain.lo} … ${domain.hi}${domain.overflow === 'error' ? '' : `, ${domain.overflow}s`}`
    case 'enum':
      return domain.values.join(', ')
    case 'ref':
      return `a ${domain.family}`
    case 'option':
      return `${domainInWords(domain.of)}, or null`
    case 'array':
      return `${domain.length} × (${domainInWords(domain.of)})`
    case 'queue':
      return `a queue of up to ${domain.capacity} × (${domainInWords(domain.of)})`
    case 'set':
      return `a set of (${domainInWords(domain.of)})`
    case 'struct':
      return `{ ${Object.entries(domain.fields)
        .map(([name, of]) => `${name}: ${domainInWords(of)}`)
        .join('; ')} }`
  }
}

/** A family with its number of members, and its fields below it. */
function familyRows(name: string, { size, fields }: FamilyDomain): string[][] {
  const members = size === undefined ? 'one' : size === 1 ? '1 member' : `${size} members`
  return [
    [code(name), members],
    ...Object.entries(fields).map(([field, domain]) => [code(`${name}.${field}`), domainInWords(domain)]),
  ]
}

const plainRows = (prefix: string, fields: Fields): string[][] =>
  Object.entries(fields).map(([name, domain]) => [code(`${prefix}${name}`), domainInWords(domain)])

/** One row for each field, history last; fields of a size of nothing are left out. */
export function fieldTable({ instance }: Layout): Table {
  const rows = Object.entries(instance.state).flatMap(([name, domain]) =>
    domain.kind === 'family' ? familyRows(name, domain) : plainRows('', { [name]: domain }),
  )
  return table(['field', 'holds'], [...rows, ...plainRows('history.', instance.history)])
}
