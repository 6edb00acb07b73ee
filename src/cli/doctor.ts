/** `stowage doctor`: inspects a stopped data directory and says what it found, to people or as JSON. */

import { loadDigests } from '../base/digests.js'
import { type Inspection, inspectStores } from '../core/inspection.js'
import type { Finding, Stores } from '../core/survey.js'

export interface Diagnosis {
  /** No damage. What a crash leaves and upkeep removes is no damage. */
  readonly healthy: boolean
  /** Ends with a line break. */
  readonly report: string
}

export async function runDoctor(stores: Stores, { json }: { readonly json: boolean }): Promise<Diagnosis> {
  const inspection = await inspectStores(stores, await loadDigests())
  const report = json ? `${JSON.stringify(inspection, undefined, 2)}\n` : textOf(inspection)
  return { healthy: inspection.healthy, report }
}

function textOf({ healthy, counts, damageCount, noteCount, findings }: Inspection): string {
  const looked = Object.entries(counts).map(([name, count]) => `${count} ${name}`)
  return [
    `Looked at ${looked.length === 0 ? 'an empty store' : looked.join(', ')}.`,
    ...sectionOf('Damage', damageCount, findings, 'damage'),
    ...sectionOf('Notes', noteCount, findings, 'note'),
    healthy ? 'Healthy: all of it fits together.' : 'Damaged: keep a copy of the data before anything else.',
    '',
  ].join('\n')
}

function sectionOf(
  title: string,
  count: number,
  findings: readonly Finding[],
  severity: Finding['severity'],
): readonly string[] {
  if (count === 0) return []
  const shown = findings.filter((finding) => finding.severity === severity)
  const rest = count - shown.length
  return [
    `${title}: ${count}`,
    ...shown.map(({ kind, name, sentence }) => `  ${kind} ${name}: ${sentence}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ]
}
