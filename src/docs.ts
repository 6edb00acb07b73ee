/** The pages under docs/ that are generated from tables. `npm run docs` writes them; a stale one fails the tidy test. */

import { adminPage } from './admin/admin-page.js'
import { settingsPage } from './config/settings-page.js'
import { operationsPage } from './operations/operations-page.js'
import { errorsPage, type SourceFile, scanRaises } from './wire/errors-page.js'

export interface GeneratedPage {
  /** Below the root of the repository. */
  readonly path: string
  /** `tests`: every test file below test/, in the order of their paths: a page may say which test proves a row. */
  readonly render: (tests: readonly SourceFile[]) => string
}

export const generatedPages: readonly GeneratedPage[] = [
  { path: 'docs/settings.md', render: () => settingsPage() },
  { path: 'docs/operations.md', render: () => operationsPage() },
  { path: 'docs/admin.md', render: () => adminPage() },
  { path: 'docs/errors.md', render: (tests) => errorsPage('en', scanRaises(tests)) },
  { path: 'docs/errors.zh-CN.md', render: (tests) => errorsPage('zh', scanRaises(tests)) },
]
