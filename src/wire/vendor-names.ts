/**
 * Names of headers under the prefix of each vendor, put together once: a text that is put together for a look-up is
 * hashed anew each time, and a request is asked for many names that it does not have.
 */

import type { Dialect } from './dialect.js'

export type VendorNames = Readonly<Record<Dialect['vendorPrefix'], string>>

export function vendorNames(suffix: string): VendorNames {
  return { 'x-cos-': `x-cos-${suffix}`, 'x-amz-': `x-amz-${suffix}` }
}
