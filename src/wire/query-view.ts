/** The decoded query of one request, looked up by name. The first of repeated names wins. */

import type { QueryParameter } from './request.js'

export interface QueryView {
  readonly parameters: readonly QueryParameter[]
  has(name: string): boolean
  get(name: string): string | undefined
}

/** Clients and pages spell these in several ways (cos-object.md 1.1); every other name is case-sensitive. */
const ANY_CASE: ReadonlyMap<string, string> = new Map([['versionid', 'versionId']])

const NO_PARAMETERS: QueryView = { parameters: [], has: () => false, get: () => undefined }

export function queryView(parameters: readonly QueryParameter[]): QueryView {
  if (parameters.length === 0) return NO_PARAMETERS
  const byName = new Map<string, string>()
  for (const { name, value } of parameters) {
    const canonical = ANY_CASE.get(name.toLowerCase()) ?? name
    if (!byName.has(canonical)) byName.set(canonical, value)
  }
  return { parameters, has: (name) => byName.has(name), get: (name) => byName.get(name) }
}
