/** The pages under docs/ that are generated from tables. `npm run docs` writes them; a stale one fails `npm run check`. */

import { settingsPage } from './config/settings-page.js'

export interface GeneratedPage {
  /** Below the root of the repository. */
  readonly path: string
  readonly render: () => string
}

export const generatedPages: readonly GeneratedPage[] = [{ path: 'docs/settings.md', render: settingsPage }]
