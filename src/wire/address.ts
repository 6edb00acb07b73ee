/**
 * Host and path to bucket, key and region (cos-auth-and-bucket.md 1.1, S3's endpoint forms, own suffixes). The path is
 * split and decoded here, once, and never normalised: `..` and `//` are ordinary parts of a key.
 */

import { putBounded } from '../base/bounded-map.js'
import { fail } from '../model/errors/index.js'
import type { Regions } from '../model/regions.js'
import type { DialectName } from './dialect.js'
import { decodePath } from './query.js'

export interface Address {
  /** Undefined on the service itself. */
  readonly bucketName: string | undefined
  /** Undefined or empty: the bucket. */
  readonly key: string | undefined
  /** That the host names, by its name where it is one of ours; undefined when it names none. */
  readonly region: string | undefined
  /** The dialect that this form of host belongs to; undefined for bare endpoints and own suffixes. */
  readonly dialect: DialectName | undefined
  readonly pathStyle: boolean
  /** Hosts with rules of their own. */
  readonly entrance: 'storage' | 'website' | 'accelerate' | 'control' | 'sts'
}

interface HostFacts {
  /** Set on virtual hosts: the label or labels before the endpoint. */
  readonly bucketName: string | undefined
  readonly region: string | undefined
  readonly dialect: DialectName | undefined
  readonly entrance: Address['entrance']
}

export const COS_SUFFIXES = ['myqcloud.com', 'tencentcos.cn']
export const S3_SUFFIXES = ['amazonaws.com', 'amazonaws.com.cn']
export const COS_API_SUFFIX = 'tencentcloudapi.com'

const PLAIN: HostFacts = { bucketName: undefined, region: undefined, dialect: undefined, entrance: 'storage' }

/** What the labels before a suffix may look like; the first that fits wins. */
const FORMS: readonly {
  readonly dialect: DialectName
  readonly pattern: RegExp
  /** Not under own suffixes, where the same labels are a bucket's name. */
  readonly vendorOnly?: boolean
  /** Its region may be an alias: AWS tools have a default of their own. */
  readonly aliased?: boolean
  /** Before the region of a host that moves, where the older form has no word for the service. */
  readonly service?: string
  readonly facts: (groups: Groups) => Partial<HostFacts>
}[] = [
  { dialect: 'cos', pattern: /^service\.cos$/, facts: () => ({}) },
  {
    dialect: 'cos',
    pattern: /^[0-9]+\.cos-control\.(?<region>[a-z0-9-]+)$/,
    facts: ({ region }) => ({ region, entrance: 'control' }),
  },
  {
    dialect: 'cos',
    pattern: /^(?:(?<bucket>.+)\.)?(?<kind>cos|cos-internal|cosv6|cos-cdc|cos-cdz|cos-website)\.(?<region>[a-z0-9-]+)$/,
    facts: ({ bucket, kind, region }) =>
      region === 'accelerate'
        ? { bucketName: bucket, entrance: 'accelerate' }
        : { bucketName: bucket, region, entrance: kind === 'cos-website' ? 'website' : 'storage' },
  },
  {
    dialect: 's3',
    pattern: /^(?:(?<bucket>.+)\.)?s3-accelerate(?:\.dualstack)?$/,
    facts: ({ bucket }) => ({ bucketName: bucket, entrance: 'accelerate' }),
  },
  {
    dialect: 's3',
    aliased: true,
    pattern: /^(?<bucket>.+)\.s3-website[.-](?<region>[a-z0-9-]+)$/,
    facts: ({ bucket, region }) => ({ bucketName: bucket, region, entrance: 'website' }),
  },
  {
    dialect: 's3',
    aliased: true,
    pattern: /^(?:(?<bucket>.+)\.)?s3(?:\.dualstack)?(?:\.(?<region>[a-z0-9-]+))?$/,
    facts: ({ bucket, region }) => ({ bucketName: bucket, region }),
  },
  {
    dialect: 's3',
    aliased: true,
    pattern: /^(?:(?<bucket>.+)\.)?s3-(?<region>[a-z0-9-]+)$/,
    vendorOnly: true,
    // The older name of the endpoint that belongs to no region.
    facts: ({ bucket, region }) => ({ bucketName: bucket, region: region === 'external-1' ? undefined : region }),
  },
  {
    dialect: 'cos',
    pattern: /^(?<bucket>.+-[0-9]+)\.(?<region>cn-south|cn-south-2|cn-north|cn-east|cn-southwest|sg)$/,
    vendorOnly: true,
    service: 'cos.',
    facts: ({ bucket, region }) => ({ bucketName: bucket, region }),
  },
]

/**
 * Where temporary keys are asked for. Regions of these hosts are not those of buckets: all of them answer the same. Under
 * an own suffix the label is taken from buckets, so that one named `sts` is reached by its path only.
 */
const STS_LABELS: Readonly<Record<DialectName | 'own', RegExp>> = {
  cos: /^sts(?:\.[a-z0-9-]+)*$/,
  s3: /^sts(?:-fips)?(?:\.[a-z0-9-]+)?$/,
  own: /^sts$/,
}

type Groups = Readonly<Record<string, string | undefined>>

export interface AddressOptions {
  /** Suffixes of this installation, such as `localhost` or `objects.example.com`. */
  readonly ownSuffixes: readonly string[]
  /** By whose names and labels regions are told; without it they stay as they were written. */
  readonly regions?: Regions
}

/** Parsed hosts are remembered, up to this many. */
export const HOSTS_REMEMBERED_MAX = 1_000

export function createAddressing(options: AddressOptions): (host: string, rawPath: string) => Address {
  const suffixes = suffixesOf(options)
  const remembered = new Map<string, HostFacts>()
  return (host, rawPath) => {
    let facts = remembered.get(host)
    if (facts === undefined) {
      facts = readHost(host, suffixes, options)
      putBounded(remembered, HOSTS_REMEMBERED_MAX, host, facts)
    }
    if (facts.entrance === 'sts') return { ...facts, key: undefined, pathStyle: true }
    return facts.bucketName === undefined ? pathStyle(facts, rawPath) : virtualHost(facts, rawPath)
  }
}

/** Without its port, in lower case. */
export function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')
}

/** Tells host names under no suffix of the vendors or of this installation. */
export function createForeignHosts(options: Pick<AddressOptions, 'ownSuffixes'>): (name: string) => boolean {
  const suffixes = suffixesOf(options)
  return (name) => suffixIn(name, suffixes) === undefined
}

function suffixIn(name: string, suffixes: readonly string[]): string | undefined {
  return suffixes.find((each) => name === each || name.endsWith(`.${each}`))
}

/** The longest first. */
function suffixesOf({ ownSuffixes }: Pick<AddressOptions, 'ownSuffixes'>): readonly string[] {
  return [...ownSuffixes, ...COS_SUFFIXES, ...S3_SUFFIXES, COS_API_SUFFIX].sort((a, b) => b.length - a.length)
}

/** Undefined for a host that is no more than a suffix, or has none. */
function splitHost(host: string, suffixes: readonly string[]) {
  const name = hostName(host)
  const suffix = suffixIn(name, suffixes)
  if (suffix === undefined || name === suffix) return undefined
  return { suffix, labels: name.slice(0, -suffix.length - 1) }
}

/** The same host in another region, with the port that it came with; undefined for one that names no region. */
export function createHostMover(options: AddressOptions): (host: string, region: string) => string | undefined {
  const suffixes = suffixesOf(options)
  return (host, region) => {
    const split = splitHost(host, suffixes)
    if (split === undefined) return undefined
    const { suffix, labels } = split
    const own = options.ownSuffixes.includes(suffix)
    for (const { pattern, vendorOnly, service = '' } of FORMS) {
      if (own && vendorOnly === true) continue
      const named = pattern.exec(labels)?.groups?.['region']
      if (named === undefined) continue
      // In every form the region stands last.
      const label = own ? (options.regions?.labelOf(region) ?? region) : region
      return `${labels.slice(0, -named.length)}${service}${label}.${suffix}${/:\d+$/.exec(host)?.[0] ?? ''}`
    }
    return undefined
  }
}

function readHost(host: string, suffixes: readonly string[], { ownSuffixes, regions }: AddressOptions): HostFacts {
  const split = splitHost(host, suffixes)
  if (split === undefined) return PLAIN
  const { suffix, labels } = split
  const own = ownSuffixes.includes(suffix)
  const vendor: DialectName = S3_SUFFIXES.includes(suffix) ? 's3' : 'cos'
  if (!COS_SUFFIXES.includes(suffix) && STS_LABELS[own ? 'own' : vendor].test(labels)) {
    return { ...PLAIN, dialect: own ? undefined : vendor, entrance: 'sts' }
  }
  for (const { dialect, pattern, facts, vendorOnly, aliased } of FORMS) {
    if (own && vendorOnly === true) continue
    const groups = pattern.exec(labels)?.groups
    if (groups === undefined && !pattern.test(labels)) continue
    const found = { ...PLAIN, dialect, ...facts(groups ?? {}) }
    const { region } = found
    if (region === undefined || regions === undefined) return found
    const known = regions.labelled(region) ?? (aliased === true ? regions.named(region) : undefined)
    return { ...found, region: known ?? region }
  }
  if (own) return { ...PLAIN, bucketName: labels }
  // A vendor's host of a kind that is not here, such as image processing: no region of ours, and never a path style.
  return { ...PLAIN, dialect: vendor, region: labels }
}

/** Member by member: a copy of all that there is costs each request. */
function virtualHost({ bucketName, region, dialect, entrance }: HostFacts, rawPath: string): Address {
  return { bucketName, key: decodePath(rawPath).slice(1), region, dialect, pathStyle: false, entrance }
}

/** Decoded before it is divided, because `%2F` is a `/` everywhere (cos-object.md 1.2). */
function pathStyle(facts: HostFacts, rawPath: string): Address {
  if (rawPath === '/') return { ...facts, key: undefined, pathStyle: true }
  const path = decodePath(rawPath)
  const slash = path.indexOf('/', 1)
  const bucketName = slash === -1 ? path.slice(1) : path.slice(1, slash)
  if (bucketName === '') fail('InvalidURI', { URI: rawPath })
  const key = slash === -1 ? undefined : path.slice(slash + 1)
  const { region, dialect, entrance } = facts
  return { bucketName, key, region, dialect, pathStyle: true, entrance }
}
