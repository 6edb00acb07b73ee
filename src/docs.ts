/**
 * The pages under docs/ that are generated: from tables, and from what comes when each row of the founding table is
 * raised. `npm run docs` writes them; a stale one fails the tidy test.
 */

import { adminPage } from './admin/admin-page.js'
import { settingsPage } from './config/settings-page.js'
import { operationsPage } from './operations/operations-page.js'
import { anchorsOf, rowSections } from './tries/row-sections.js'
import { type Shown, showTries } from './tries/shown.js'
import { errorsTable, type Raised, type SourceFile, scanRaises } from './wire/errors-page.js'

export interface GeneratedPage {
  /** Below the root of the repository. */
  readonly path: string
  readonly text: string
}

/** Raises every one of them. */
const TRIES_TEST = 'test/rows.test.ts'

/** `tests`: every test file below test/, in the order of their paths: a page may say which test proves a row. */
export async function renderPages(tests: readonly SourceFile[]): Promise<readonly GeneratedPage[]> {
  const shown = await showTries()
  const raised = withTries(scanRaises(tests), shown)
  return [
    { path: 'docs/settings.md', text: settingsPage() },
    { path: 'docs/operations.md', text: operationsPage() },
    { path: 'docs/admin.md', text: adminPage() },
    { path: 'docs/errors.md', text: errorsPage('en', raised, shown) },
    { path: 'docs/errors.zh-CN.md', text: errorsPage('zh', raised, shown) },
  ]
}

function errorsPage(language: 'en' | 'zh', raised: Raised, shown: readonly Shown[]): string {
  return `${errorsTable(language, raised, anchorsOf(shown))}\n${rowSections(language, shown)}\n`
}

function withTries(raised: Raised, shown: readonly Shown[]): Raised {
  const tried = shown.map(({ condition }) => [condition, [TRIES_TEST, ...(raised.get(condition) ?? [])]] as const)
  return new Map([...raised, ...tried])
}
