/**
 * `npm run bench [-- a b c d e f] [--quick]`: starts what it needs, measures, prints one table. The client and what the
 * server is held against run in processes of their own. Figures are for reading: the exit code is 0 whatever they are.
 */

import { cpus } from 'node:os'
import type { ClientJobs } from './client.js'
import { openWorkshop } from './jobs.js'
import { measureMillion } from './million.js'
import { measurePolicies } from './policies.js'
import type { ReferenceJobs } from './reference.js'
import { type Finding, table } from './report.js'
import { type Bench, measureTraffic } from './traffic.js'

const SECTIONS = ['a', 'b', 'c', 'd', 'e', 'f']

const parameters = process.argv.slice(2)
const chosen = parameters.filter((parameter) => SECTIONS.includes(parameter))
const unknown = parameters.filter((parameter) => parameter !== '--quick' && !SECTIONS.includes(parameter))
if (unknown.length > 0) {
  process.stderr.write(`Unknown: ${unknown.join(' ')}. Sections are ${SECTIONS.join(' ')}; --quick measures less.\n`)
  process.exit(2)
}

const sections = new Set(chosen.length === 0 ? SECTIONS : chosen)
const findings: Finding[] = []
{
  await using client = openWorkshop<ClientJobs>(new URL('./client.js', import.meta.url))
  await using reference = openWorkshop<ReferenceJobs>(new URL('./reference.js', import.meta.url))
  const progress = (sentence: string) => process.stderr.write(`${sentence}\n`)
  const bench: Bench = { client, reference, quick: parameters.includes('--quick'), progress }
  if (['a', 'b', 'c'].some((section) => sections.has(section)))
    findings.push(...(await measureTraffic(bench, sections)))
  if (sections.has('f')) findings.push(...(await measurePolicies(bench)))
  if (['d', 'e'].some((section) => sections.has(section))) findings.push(...(await measureMillion(bench, sections)))
}
const [cpu] = cpus()
process.stdout.write(
  `Node ${process.versions.node}, ${cpus().length} x ${cpu?.model ?? 'unknown'}\n\n${table(findings)}\n`,
)
