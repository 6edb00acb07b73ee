/** docs/settings.md, from the settings table. `npm run docs` writes it, `npm run check` fails when it is stale. */

import { settingRows } from './load.js'
import { flagOf } from './settings.js'

export function settingsPage(): string {
  return `# Settings

Generated from \`src/config/settings.ts\` by \`npm run docs\`.

Each setting is an environment variable and a flag of \`stowage serve\`; the flag wins. All mistakes are reported at once,
and a variable that begins with \`STOWAGE_\` and is not listed here is one of them. An empty variable counts as not set;
\`none\` takes a value away where the default is none. \`stowage settings\` prints the values in force.

| Variable | Flag | Default | Unit | What it sets | Expects |
|---|---|---|---|---|---|
${settingRows.map(([, setting]) => pageRow([code(setting.variable), code(flagOf(setting.variable)), code(setting.default), setting.unit, setting.sentence, setting.kind.expected])).join('\n')}
`
}

function pageRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<path>', '`<path>`')).join(' | ')} |`
}

function code(text: string): string {
  return `\`${text}\``
}
