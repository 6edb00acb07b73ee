/** Where conditions are raised: by the sources of the product, as text; and by tests that say so. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SourceFile, scanRaises } from '../../src/wire/errors-page.js'
import { root } from './founding-table.js'

/** Not the tables of the catalogue, and not what tries errors out. */
const isRaising = (path: string): boolean =>
  !path.endsWith('.test.ts') &&
  !path.startsWith('src/tries/') &&
  (!path.startsWith('src/model/errors/') || path === 'src/model/errors/api-error.ts')

/** Whether the product can raise a condition: as an argument of a raiser, or as a value that a table or a choice gives one. */
export function raisedInSources(): (condition: string) => boolean {
  const texts = filesBelow('src')
    .filter(({ path }) => isRaising(path))
    .map(({ text }) => text)
  return (condition) => {
    const raising = new RegExp(
      `\\b(?:fail|apiError)\\(\\s*'${condition}'|(?:=>|[?:]) '${condition}'|'${condition}',? *//`,
    )
    return texts.some((text) => raising.test(text))
  }
}

export function raisedInTests() {
  return scanRaises(filesBelow('test').filter(({ path }) => path.endsWith('.test.ts')))
}

function filesBelow(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: path.slice(root.length + 1).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }))
}
