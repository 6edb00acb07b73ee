/** Answers of the admin API for a person: a table for a list, names and values for one thing. Pure. */

/** Ends with a line break. */
export function answerText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none\n' : listText(value.map(fieldsOf))
  return detailText(fieldsOf(value))
}

type Fields = ReadonlyMap<string, unknown>

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map([['value', value]])
}

function listText(rows: readonly Fields[], indent = ''): string {
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  const cells = [names.map((name) => wordsOf(name).toUpperCase()), ...rows.map((row) => names.map(cellOf(row)))]
  const widths = names.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)))
  const lines = cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return lines.map((line) => `${indent}${line.trimEnd()}\n`).join('')
}

const cellOf =
  (row: Fields) =>
  (name: string): string =>
    plainText(row.get(name))

/** Lists of things and texts of many lines stand below the rest, each under its name. */
function detailText(fields: Fields): string {
  const entries = [...fields].map(([name, value]) => ({ name: wordsOf(name), value }))
  const short = entries.filter(({ value }) => !isLong(value))
  const width = Math.max(0, ...short.map(({ name }) => name.length))
  const lines = short.map(({ name, value }) => `${name.padEnd(width)}  ${plainText(value)}\n`)
  const blocks = entries
    .filter(({ value }) => isLong(value))
    .map(({ name, value }) =>
      typeof value === 'string' ? `${name}\n${value.trimEnd()}\n` : `${name}\n${nested(value)}`,
    )
  return [...lines, ...blocks].join('')
}

function isLong(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null)
  return typeof value === 'string' && value.includes('\n')
}

function nested(value: unknown): string {
  return Array.isArray(value) ? listText(value.map(fieldsOf), '  ') : ''
}

function plainText(value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(plainText).join(', ')
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // Names come from others: what would move the cursor or colour the line is shown as its escape.
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, (character) => JSON.stringify(character).slice(1, -1))
}

/** `createdAt` as `created at`. */
function wordsOf(name: string): string {
  return name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
}
