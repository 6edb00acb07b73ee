/** Access keys. Secrets are sealed in their rows, and in clear only in this process' memory. */

import { type Bytes, equalBytes } from '../base/bytes.js'
import type { RandomBytes } from '../base/ids.js'
import type { Put } from '../meta/meta-store.js'
import { fail } from '../model/errors/index.js'
import { type AccessKeyInfo, KEYS_PER_USER_MAX } from '../model/identity.js'
import type { SignedPrincipal } from '../model/principal.js'
import { commitPlanned } from './changes.js'
import type { CoreDependencies } from './dependencies.js'
import {
  changeIdentities,
  invalidParameter,
  limitExceeded,
  noSuchEntity,
  requireRow,
  rowsOf,
} from './identity-changes.js'
import { keyUseCodec, keyUseKey, userCodec, userKey } from './identity-rows.js'
import type { IdentityManagement, KeyHolder } from './identity-store.js'
import type { Principals } from './principals.js'
import {
  accessKeyCodec,
  accessKeyKey,
  checkOf,
  kinds,
  putOf,
  rangeOf,
  readRow,
  rowOf,
  type StoredAccessKey,
  scanAll,
} from './rows.js'
import type { Sealing } from './sealing.js'

/** A key of the root of an account, from settings, seed or first start. */
export interface AccessKey {
  readonly id: string
  readonly secret: string
  readonly accountId: string
  readonly enabled: boolean
  readonly root: boolean
}

export interface AccessKeyStore
  extends Pick<
    IdentityManagement,
    'createKey' | 'keys' | 'findKeyInfo' | 'setKeyEnabled' | 'deleteKey' | 'principalOf'
  > {
  /** Undefined when there is no such key, or nobody that it stands for. */
  findKey(accessKeyId: string): Promise<KeyHolder | undefined>
  /** Puts the key, or leaves it when it is there already. A different secret replaces the old one. */
  ensureKey(key: AccessKey): Promise<'created' | 'present' | 'replaced'>
  /** The root keys of an account. */
  rootKeys(accountId: string): Promise<readonly AccessKey[]>
  /** Seals what an earlier release has stored in clear, and says how many secrets that were. */
  sealClearSecrets(): Promise<number>
}

const KEYS_REMEMBERED_MAX = 256
const SEALED_AT_ONCE_MAX = 100

export function createAccessKeys(dependencies: CoreDependencies, principals: Principals): AccessKeyStore {
  const { meta, sealing, clock, random } = dependencies
  const openKey = rememberOpened(sealing)
  const findKey = async (accessKeyId: string): Promise<KeyHolder | undefined> => {
    const entry = await meta.get(accessKeyKey(accessKeyId))
    if (entry === undefined) return undefined
    const key = openKey(accessKeyId, entry.value)
    const standing = await principals.standing(key.accountId, standingOf(key))
    if (standing === undefined) return undefined
    const { account, identity, policies } = standing
    const principal: SignedPrincipal = {
      kind: 'account',
      account,
      accessKeyId,
      identity,
      policies,
      session: undefined,
    }
    return { secret: key.secret, enabled: key.enabled, principal }
  }
  const storedKey = (accessKeyId: string) =>
    requireRow(dependencies, accessKeyCodec, accessKeyKey(accessKeyId), accessKeyId)
  const infoOf = async (key: StoredAccessKey): Promise<AccessKeyInfo> =>
    describe(key, (await readRow(meta, keyUseCodec, keyUseKey(key.id))).value)

  return {
    findKey,
    principalOf: async (accessKeyId) => (await findKey(accessKeyId))?.principal,
    createKey: async ({ accountId, userName }, given) => {
      const { id, secret } = given ?? newKeyPair(random)
      requireKeyPair(id, secret)
      const createdAt = clock.now()
      const key = { id, secret, accountId, userName, createdAt, enabled: true, root: userName === undefined }
      await changeIdentities(dependencies, 'CreateAccessKey', accountId, async () => {
        if (userName !== undefined) await requireRow(dependencies, userCodec, userKey(accountId, userName), userName)
        const row = await readRow(meta, accessKeyCodec, accessKeyKey(id))
        if (row.value !== undefined) fail('EntityAlreadyExists', {}, { message: `There is a key ${id} already.` })
        const own = (await keysOf(dependencies, accountId)).filter((other) => other.userName === userName)
        if (own.length >= KEYS_PER_USER_MAX) limitExceeded(`A user may have ${KEYS_PER_USER_MAX} access keys.`)
        return { checks: [checkOf(row)], puts: [putSealed(sealing, key)], result: undefined }
      })
      return { info: describe(key, undefined), secret }
    },
    keys: async (accountId) => {
      const keys = await keysOf(dependencies, accountId)
      const uses = await meta.getMany(keys.map(({ id }) => keyUseKey(id)))
      return keys.map((key, index) => describe(key, rowOf(keyUseCodec, keyUseKey(key.id), uses[index]).value))
    },
    findKeyInfo: async (accessKeyId) => {
      const { value } = await readRow(meta, accessKeyCodec, accessKeyKey(accessKeyId))
      return value === undefined ? undefined : infoOf(value)
    },
    setKeyEnabled: async (accessKeyId, enabled) => {
      const { accountId } = await storedKey(accessKeyId)
      const changed = await changeIdentities(dependencies, 'UpdateAccessKey', accountId, async () => {
        const row = await readRow(meta, accessKeyCodec, accessKeyKey(accessKeyId))
        if (row.value === undefined) return noSuchEntity('access-key', accessKeyId)
        const result = { ...row.value, enabled }
        const put = putSealed(sealing, { ...result, secret: secretOf(sealing, row.value) })
        return { checks: [checkOf(row)], puts: [put], result }
      })
      return infoOf(changed)
    },
    deleteKey: async (accessKeyId) => {
      const { accountId } = await storedKey(accessKeyId)
      await changeIdentities(dependencies, 'DeleteAccessKey', accountId, async () => {
        const row = await readRow(meta, accessKeyCodec, accessKeyKey(accessKeyId))
        if (row.value === undefined) return noSuchEntity('access-key', accessKeyId)
        return { checks: [checkOf(row)], removes: [row.key, keyUseKey(accessKeyId)], result: undefined }
      })
    },
    ensureKey: (key) =>
      commitPlanned(dependencies, 'CreateAccessKey', async () => {
        const row = await readRow(meta, accessKeyCodec, accessKeyKey(key.id))
        const present = row.value === undefined ? undefined : secretOf(sealing, row.value)
        const same = row.value?.accountId === key.accountId && row.value.userName === undefined
        if (present === key.secret && same) return { batch: {}, result: 'present' as const }
        const result = row.value === undefined ? ('created' as const) : ('replaced' as const)
        const put = putSealed(sealing, { ...key, userName: undefined, createdAt: clock.now() })
        return { batch: { checks: [checkOf(row)], puts: [put] }, result }
      }),
    rootKeys: async (accountId) =>
      (await keysOf(dependencies, accountId))
        .filter(({ root }) => root)
        .map((key) => ({ ...key, secret: secretOf(sealing, key) })),
    sealClearSecrets: () => sealClearSecrets(dependencies),
  }
}

export function newKeyPair(random: RandomBytes): { readonly id: string; readonly secret: string } {
  return {
    id: `AKID${random(24).toString('base64url').replaceAll(/[-_]/g, 'x')}`,
    secret: newSecret(random),
  }
}

/** 32 letters and digits. */
export function newSecret(random: RandomBytes): string {
  return random(24).toString('base64url').replaceAll(/[-_]/g, 'y')
}

/** Whom a key stands for, by name. */
export function standingOf({ userName }: Pick<StoredAccessKey, 'userName'>) {
  return userName === undefined ? ({ kind: 'root' } as const) : ({ kind: 'user', name: userName } as const)
}

async function keysOf(dependencies: CoreDependencies, accountId: string): Promise<readonly StoredAccessKey[]> {
  const all = await rowsOf(dependencies, accessKeyCodec, Buffer.of(kinds.accessKey))
  return all.filter((key) => key.accountId === accountId)
}

function describe(
  { id, accountId, userName, enabled, createdAt }: Omit<StoredAccessKey, 'secret'>,
  lastUsedAt: number | undefined,
): AccessKeyInfo {
  return { id, accountId, userName, enabled, createdAt, lastUsedAt }
}

/** The same rules as in settings and seed. */
function requireKeyPair(id: string, secret: string): void {
  if (!/^[\w.-]{3,128}$/.test(id)) {
    invalidParameter('AccessKeyId', 'A key id has 3 to 128 letters, digits, dots, hyphens and underscores.')
  }
  if (!/^[\x21-\x7e]{8,128}$/.test(secret)) {
    invalidParameter('SecretAccessKey', 'A secret has 8 to 128 printable ASCII characters without spaces.')
  }
}

/**
 * Every signed request needs its key, and unsealing costs more than reading the row. What was opened is kept with the
 * bytes of its row: the same bytes are the same secret, so there is nothing to invalidate.
 */
function rememberOpened(sealing: Sealing): (accessKeyId: string, value: Bytes) => OpenedKey {
  const opened = new Map<string, { readonly value: Bytes; readonly key: OpenedKey }>()
  return (accessKeyId, value) => {
    const known = opened.get(accessKeyId)
    if (known !== undefined && equalBytes(known.value, value)) return known.key
    const stored = accessKeyCodec.decode(value)
    const key = { ...stored, secret: secretOf(sealing, stored) }
    if (opened.size >= KEYS_REMEMBERED_MAX) opened.clear()
    opened.set(accessKeyId, { value: Buffer.from(value), key })
    return key
  }
}

type OpenedKey = Omit<StoredAccessKey, 'secret'> & { readonly secret: string }

function secretOf(sealing: Sealing, { id, secret }: StoredAccessKey): string {
  return secret.kind === 'clear' ? secret.text : sealing.unseal(secret.text, accessKeyKey(id))
}

function putSealed(sealing: Sealing, key: OpenedKey): Put {
  const rowKey = accessKeyKey(key.id)
  return putOf(accessKeyCodec, rowKey, { ...key, secret: { kind: 'sealed', text: sealing.seal(key.secret, rowKey) } })
}

async function sealClearSecrets(dependencies: CoreDependencies): Promise<number> {
  const { meta, sealing } = dependencies
  const sealSecret = (id: string) =>
    commitPlanned(dependencies, 'CreateAccessKey', async () => {
      const row = await readRow(meta, accessKeyCodec, accessKeyKey(id))
      if (row.value?.secret.kind !== 'clear') return { batch: {}, result: 0 }
      const put = putSealed(sealing, { ...row.value, secret: row.value.secret.text })
      return { batch: { checks: [checkOf(row)], puts: [put] }, result: 1 }
    })
  let count = 0
  let waiting: string[] = []
  const sealWaiting = async () => {
    for (const sealed of await Promise.all(waiting.map(sealSecret))) count += sealed
    waiting = []
  }
  for await (const { value } of scanAll(meta, rangeOf(Buffer.of(kinds.accessKey)))) {
    const { id, secret } = accessKeyCodec.decode(value)
    if (secret.kind === 'clear') waiting.push(id)
    if (waiting.length === SEALED_AT_ONCE_MAX) await sealWaiting()
  }
  await sealWaiting()
  return count
}
