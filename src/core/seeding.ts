/**
 * What a data directory must hold before the server is ready: the root account with a key, and what the seed file
 * lists. Everything here may run again, and by several processes at once, and ends in the same state.
 */

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Bytes } from '../base/bytes.js'
import { oneChunk } from '../base/streams.js'
import {
  type Seed,
  type SeedAccount,
  type SeedBucket,
  type SeedContent,
  type SeedObject,
  seedMistake,
} from '../config/seed.js'
import type { Bucket } from '../model/bucket.js'
import { contentTypeOfKey, DEFAULT_CONTENT_TYPE } from '../model/content-type.js'
import { isApiError } from '../model/errors/index.js'
import type { Account } from '../model/principal.js'
import { NO_TAGS } from '../model/tags.js'
import { NO_EXTRAS } from '../model/version-extras.js'
import { newKeyPair } from './access-keys.js'
import { NO_WRITE_CONDITIONS } from './conditions.js'
import type { Core } from './core.js'
import { type ObjectSource, trustedSource } from './object-source.js'
import { ensureIdentities } from './seeding-identities.js'

export interface RootKey {
  readonly account: Account
  readonly accessKeyId: string
  readonly secretKey: string
  /** Made just now: to be shown, once. */
  readonly generated: boolean
}

export interface RootOptions {
  readonly appId: string
  /** From settings: put in place whatever is there. */
  readonly given: { readonly id: string; readonly secret: string } | undefined
}

export async function ensureRoot(core: Core, { appId, given }: RootOptions): Promise<RootKey> {
  const { identities, dependencies } = core
  const account = await identities.ensureAccount({ appId, displayName: 'root' })
  if (given !== undefined) {
    await identities.ensureKey({ ...given, accountId: account.id, enabled: true, root: true })
    return { account, accessKeyId: given.id, secretKey: given.secret, generated: false }
  }
  const [present] = await identities.rootKeys(account.id)
  if (present !== undefined) return { account, accessKeyId: present.id, secretKey: present.secret, generated: false }
  const { id, secret } = newKeyPair(dependencies.random)
  await identities.ensureKey({ id, secret, accountId: account.id, enabled: true, root: true })
  return { account, accessKeyId: id, secretKey: secret, generated: true }
}

/** `regions`: those of the installation, home first. Throws SeedMistakes. */
export async function applySeed(core: Core, root: Account, regions: readonly string[], seed: Seed): Promise<void> {
  const accounts = new Map<string, Account>()
  for (const wanted of seed.accounts) accounts.set(wanted.name, await ensureAccount(core, wanted))
  const buckets = new Map<string, Bucket>()
  for (const bucket of seed.buckets) {
    const account = bucket.account === undefined ? root : (accounts.get(bucket.account) ?? root)
    buckets.set(bucket.name, await ensureBucket(core, account, regionOf(bucket, regions), bucket))
  }
  for (const object of seed.objects) {
    const bucket = buckets.get(object.bucket)
    if (bucket !== undefined) await ensureObject(core, bucket, object)
  }
}

async function ensureAccount({ identities }: Core, wanted: SeedAccount): Promise<Account> {
  const { name, appid, uin, canonicalId, email, keys } = wanted
  const account = await identities.ensureAccount({ appId: appid, displayName: name, uin, canonicalId, email })
  for (const { id, secret } of keys) {
    await identities.ensureKey({ id, secret: secret.reveal(), accountId: account.id, enabled: true, root: true })
  }
  await ensureIdentities(identities, account, wanted)
  return account
}

function regionOf(bucket: SeedBucket, regions: readonly string[]): string {
  const region = bucket.region ?? regions[0] ?? ''
  if (regions.includes(region)) return region
  throw seedMistake(bucket, `there is no region ${JSON.stringify(region)}; there are ${regions.join(', ')}`)
}

async function ensureBucket(core: Core, account: Account, region: string, wanted: SeedBucket): Promise<Bucket> {
  const { buckets } = core
  const create = { name: wanted.name, accountId: account.id, region, acl: wanted.acl }
  const bucket = (await buckets.find(wanted.name)) ?? (await createOrFind(core, create))
  if (wanted.versioning === undefined) return bucket
  const versioning = wanted.versioning === 'Enabled' ? 'enabled' : 'suspended'
  return bucket.versioning === versioning ? bucket : buckets.setVersioning(bucket, versioning)
}

async function createOrFind({ buckets }: Core, create: Parameters<Core['buckets']['create']>[0]): Promise<Bucket> {
  try {
    return await buckets.create(create)
  } catch (error) {
    const found = isApiError(error, 'BucketAlreadyOwnedByYou') ? await buckets.find(create.name) : undefined
    if (found === undefined) throw error
    return found
  }
}

/** Written when it is absent; what users have put there meanwhile stays theirs. */
async function ensureObject(core: Core, bucket: Bucket, wanted: SeedObject): Promise<void> {
  const { key } = wanted
  try {
    await core.objects.find({ bucket, key, reference: undefined })
    return
  } catch (error) {
    if (!isApiError(error, 'NoSuchKey')) throw error
  }
  await core.objects.put({
    bucket,
    key,
    accountId: bucket.accountId,
    acl: wanted.acl === 'default' ? undefined : wanted.acl,
    tags: NO_TAGS,
    extras: NO_EXTRAS,
    storageClass: 'STANDARD',
    conditions: NO_WRITE_CONDITIONS,
    headers: {
      contentType: wanted.contentType ?? contentTypeOfKey(key) ?? DEFAULT_CONTENT_TYPE,
      cacheControl: undefined,
      contentDisposition: undefined,
      contentEncoding: undefined,
      contentLanguage: undefined,
      expires: undefined,
      userMetadata: Object.entries(wanted.metadata),
    },
    source: await sourceOf(wanted.content),
  })
}

async function sourceOf(content: SeedContent): Promise<ObjectSource> {
  if (content.kind === 'bytes') return trustedSource(content.bytes.byteLength, () => oneChunk(content.bytes))
  const { size } = await stat(content.path)
  return trustedSource(size, () => fileChunks(content.path))
}

async function* fileChunks(path: string): AsyncGenerator<Bytes> {
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) yield Buffer.from(chunk)
}
