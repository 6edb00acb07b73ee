/** How a dialect spells a condition: the row, with what that dialect says otherwise laid over it. */

import type { ApiError } from './api-error.js'
import type { Condition } from './catalogue.js'
import { catalogue } from './catalogue.js'
import type { DialectSpelling } from './row.js'

export interface Spelling {
  readonly code: string
  readonly status: number
  readonly message: string
}

export function spellingOf(condition: Condition, dialect: DialectSpelling): Spelling {
  const row = catalogue[condition]
  const variant = row[dialect]
  return {
    code: variant?.code ?? row.code ?? condition,
    status: variant?.status ?? row.status,
    message: variant?.message ?? row.message,
  }
}

/** What people may call it: by its own name, or by its code in either dialect. */
export function namesOf(condition: Condition): readonly string[] {
  return [condition, spellingOf(condition, 'cos').code, spellingOf(condition, 's3').code]
}

/** Letter case does not matter, nor space around it. */
export function goesBy(condition: Condition, name: string): boolean {
  const wanted = name.trim().toLowerCase()
  return namesOf(condition).some((each) => each.toLowerCase() === wanted)
}

/** The names of all extra elements that a body of either dialect may have, in the order of the row. */
export function elementsOf(condition: Condition): readonly string[] {
  const row = catalogue[condition]
  const names = row.details.flatMap((detail) => {
    const name = detail.replace(/\?$/, '')
    return [row.cos?.names?.[name] ?? name, row.s3?.names?.[name] ?? name]
  })
  return [...new Set(names)].filter((name) => name !== '')
}

/** With the text that the raise put in the place of the row's. */
export function spellingOfError(error: ApiError, dialect: DialectSpelling): Spelling {
  const spelling = spellingOf(error.condition, dialect)
  return error.options.message === undefined ? spelling : { ...spelling, message: error.options.message }
}
