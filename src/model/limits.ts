/** What an operator allows an account or a bucket beyond or below the settings. What is not named follows those. */

export const LIMIT_NAMES = [
  'bucketsMax',
  'acceleratedBucketsMax',
  'requestsPerSecondMax',
  'sizeBytesMax',
  'objectsMax',
] as const
export type LimitName = (typeof LIMIT_NAMES)[number]

export type Limits = { readonly [N in LimitName]?: number } & {
  /** Transfer acceleration may not be switched on. */
  readonly accelerationLocked?: true
}

export const NO_LIMITS: Limits = {}

/** Those of them that a single bucket can have. */
export const BUCKET_LIMIT_NAMES = ['requestsPerSecondMax', 'sizeBytesMax', 'objectsMax'] as const

/** What is stored: bytes of versions and of parts, and versions that are objects. Delete markers take no room. */
export interface Usage {
  readonly sizeBytes: number
  readonly objects: number
}

export const NO_USAGE: Usage = { sizeBytes: 0, objects: 0 }

export function hasQuota({ sizeBytesMax, objectsMax }: Limits): boolean {
  return sizeBytesMax !== undefined || objectsMax !== undefined
}

/** `changed` over `limits`: undefined leaves a limit as it is, `default` takes it away. */
export type LimitChanges = { readonly [N in LimitName]?: number | 'default' | undefined } & {
  readonly accelerationLocked?: boolean | undefined
}

export function changedLimits(limits: Limits, changes: LimitChanges): Limits {
  const numbers = LIMIT_NAMES.flatMap((name) => {
    const value = changes[name] ?? limits[name]
    return value === undefined || value === 'default' ? [] : [[name, value] as const]
  })
  const locked = changes.accelerationLocked ?? limits.accelerationLocked
  return { ...Object.fromEntries(numbers), ...(locked === true ? { accelerationLocked: true } : {}) }
}
