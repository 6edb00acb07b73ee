/** The error catalogue: what can go wrong, as one typed table, and the way to raise a row of it. */

export type { RaiseArguments, RaiseOptions } from './api-error.js'
export { ApiError, apiError, asApiError, fail, isApiError } from './api-error.js'
export type { Condition, ConditionTaking, DetailsOf, DetailValue, PlainCondition } from './catalogue.js'
export { catalogue, isCondition, subjects } from './catalogue.js'
export type { Advice } from './description.js'
export { adviceIn } from './description.js'
export { queryFaultOf, querySpellingOfError } from './query-spelling.js'
export type { DialectSpelling, ErrorRow, Fault, Variant } from './row.js'
export type { Spelling } from './spelling.js'
export { elementsOf, goesBy, namesOf, spellingOf, spellingOfError } from './spelling.js'
