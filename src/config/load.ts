/**
 * From an environment to settings. All mistakes are reported at once, each on a line of its own that names the
 * variable; the text of a secret is never among them.
 */

import { NONE, type Setting, type Settings, settingsTable } from './settings.js'

/** Variable names to texts. An empty text counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>

export class SettingsMistakes extends Error {
  override readonly name = 'SettingsMistakes'
  readonly mistakes: readonly string[]
  constructor(mistakes: readonly string[]) {
    super(`${mistakes.length === 1 ? 'a setting is' : `${mistakes.length} settings are`} wrong\n${mistakes.join('\n')}`)
    this.mistakes = mistakes
  }
}

/** Throws SettingsMistakes. Reads only variables that begin with `STOWAGE_`. */
export function loadSettings(environment: Environment): Settings {
  const mistakes: string[] = unknownVariables(environment)
  const values = new Map<string, unknown>()
  for (const [name, setting] of settingRows) {
    const text = environment[setting.variable]?.trim() || setting.default
    const parsed = setting.kind.parse(text)
    if (parsed.ok) values.set(name, parsed.value)
    else mistakes.push(mistakeOf(setting, text))
  }
  if (mistakes.length > 0) throw new SettingsMistakes(mistakes)
  // Every row of the table was parsed by its own kind, which is what the type says.
  const settings = Object.fromEntries(values) as Settings
  const contradictions = RELATIONS.flatMap((relation) => relation(settings) ?? [])
  if (contradictions.length > 0) throw new SettingsMistakes(contradictions)
  return settings
}

export const settingRows: readonly (readonly [name: string, setting: Setting<unknown>])[] =
  Object.entries(settingsTable)

/** What no single setting can decide. */
const RELATIONS: readonly ((settings: Settings) => string | undefined)[] = [
  ({ secretId, secretKey }) =>
    (secretId === undefined) === (secretKey === undefined)
      ? undefined
      : 'STOWAGE_SECRET_ID, STOWAGE_SECRET_KEY: set both, or none to have them generated',
  ({ tlsListen, tlsCert, tlsKey }) => {
    const given = [tlsListen, tlsCert, tlsKey].filter((value) => value !== undefined).length
    return given === 0 || given === 3
      ? undefined
      : 'STOWAGE_TLS_LISTEN, STOWAGE_TLS_CERT, STOWAGE_TLS_KEY: set all three, or none'
  },
  ({ region, regions }) => {
    const names = [region, ...regions.map(({ name }) => name)]
    const clash = regions.find(({ name, label }) => name === region || (label !== undefined && names.includes(label)))
    return clash === undefined
      ? undefined
      : `STOWAGE_REGIONS: ${clash.name === region ? clash.name : clash.label} is a region already`
  },
  ({ workers, meta, blob }) =>
    workers !== 1 && (meta.engine === 'memory' || blob.engine === 'memory')
      ? 'STOWAGE_WORKERS: several processes cannot share a store in memory; use 1, or lmdb: and files:'
      : undefined,
  ({ meta, blob }) =>
    meta.engine !== 'memory' && blob.engine === 'memory'
      ? 'STOWAGE_BLOB: metadata that outlives the process would name bytes that do not; use memory: for both'
      : undefined,
]

function mistakeOf(setting: Setting<unknown>, text: string): string {
  const found = setting.kind.confidential ? '' : `, found ${JSON.stringify(shorten(text))}`
  return `${setting.variable}: expected ${setting.kind.expected}${found}`
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`
}

function unknownVariables(environment: Environment): string[] {
  const known = settingRows.map(([, setting]) => setting.variable)
  return Object.keys(environment)
    .filter((variable) => variable.startsWith('STOWAGE_') && !known.includes(variable))
    .map((variable) => `${variable}: no such setting; the nearest is ${nearest(variable, known)}`)
}

/** The candidate with the fewest insertions, removals and replacements to `word`. `candidates` is not empty. */
export function nearest(word: string, candidates: readonly string[]): string {
  const ranked = candidates.map((candidate) => ({ candidate, steps: editSteps(word, candidate) }))
  return ranked.reduce((best, next) => (next.steps < best.steps ? next : best)).candidate
}

function editSteps(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}

/** One line per setting with the value in force, for `stowage settings`. Secrets show as set or not set. */
export function describeSettings(environment: Environment): string {
  const lines = settingRows.map(([, setting]) => {
    const text = environment[setting.variable]?.trim() ?? ''
    const shown = text === '' ? setting.default : setting.kind.confidential && text !== NONE ? '(set)' : text
    const origin = text === '' ? 'default' : 'set'
    return { left: `${setting.variable}=${shown}`, right: `${origin.padEnd(8)} ${setting.sentence}` }
  })
  const width = Math.max(...lines.map(({ left }) => left.length))
  return lines.map(({ left, right }) => `${left.padEnd(width)}  ${right}\n`).join('')
}
