/** Keys of the key service. Those of other accounts are hidden from all but the operator. */

import type { KeyRingManagement, KmsKeyInfo } from '../../core/key-ring-management.js'
import { fail } from '../../model/errors/index.js'
import { DELETION_DAYS } from '../../model/kms-key.js'
import { accountNamed, type Call, type HandlersOf, type JsonObject, quote } from '../action.js'
import { refuseParameter } from '../parameters.js'
import { shownTime } from '../shown.js'

export const kmsKeyHandlers: HandlersOf<'kms-key'> = {
  'kms-key list': async (call, { account }) => {
    const { id } = await accountNamed(call, account)
    return (await ringOf(call).list(id)).map(shownKmsKey)
  },
  'kms-key show': async (call, { key }) => shownKmsKey(await keyNamed(call, key)),
  'kms-key create': async (call, { description = '', region, account }) => {
    const { id: accountId } = await accountNamed(call, account)
    return shownKmsKey(await ringOf(call).create({ accountId, region: regionNamed(call, region) }, description))
  },
  'kms-key rotate': (call, { key }) => change(call, key, (ring, id) => ring.rotate(id)),
  'kms-key enable': (call, { key }) => change(call, key, (ring, id) => ring.enable(id)),
  'kms-key disable': (call, { key }) => change(call, key, (ring, id) => ring.disable(id)),
  'kms-key schedule-deletion': (call, { key, days = DELETION_DAYS.max }) =>
    change(call, key, (ring, id) => ring.scheduleDeletion(id, days)),
  'kms-key cancel-deletion': (call, { key }) => change(call, key, (ring, id) => ring.cancelDeletion(id)),
}

function ringOf({ core }: Call): KeyRingManagement {
  const message = 'The keys of this server are managed where its key service is.'
  return core.keyRing ?? fail('NotImplemented', {}, { message })
}

async function keyNamed(call: Call, id: string): Promise<KmsKeyInfo> {
  const key = await ringOf(call).find(id)
  if (key !== undefined && (call.caller.operator || key.accountId === call.caller.account.id)) return key
  return fail('NoSuchEntity', {}, { message: `There is no encryption key ${quote(id)}.` })
}

async function change(
  call: Call,
  name: string,
  to: (ring: KeyRingManagement, id: string) => Promise<KmsKeyInfo>,
): Promise<JsonObject> {
  const { id } = await keyNamed(call, name)
  return shownKmsKey(await to(ringOf(call), id))
}

function regionNamed({ regions }: Call, name: string | undefined): string {
  const [home = ''] = regions
  if (name === undefined || regions.includes(name)) return name ?? home
  return refuseParameter('region', `There is no region ${name}. There are: ${regions.join(', ')}.`)
}

function shownKmsKey(key: KmsKeyInfo): JsonObject {
  const { id, region, description, state, createdAt, currentVersion, deletionAt, isDefault } = key
  const facts = { key: id, region, description, state, default: isDefault, version: currentVersion }
  return { ...facts, createdAt: shownTime(createdAt), deletionAt: shownTime(deletionAt) }
}
