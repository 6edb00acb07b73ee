/** What no single row of a seed can decide: names used twice, and names that name nothing. Pure. */

import type { SeedDocument, Where } from './seed-file.js'

export interface Contradiction {
  readonly where: Where
  readonly sentence: string
}

export function findContradictions({ accounts, buckets, objects }: SeedDocument): Contradiction[] {
  const accountNames = new Set(accounts.map(({ name }) => name))
  const bucketNames = new Set(buckets.map(({ name }) => name))
  return [
    ...repeated(
      'account',
      accounts.map(({ name }, row) => ({ name, where: ['accounts', row, 'name'] })),
    ),
    ...repeated(
      'appid',
      accounts.map(({ appid }, row) => ({ name: appid, where: ['accounts', row, 'appid'] })),
    ),
    ...repeated('key id', accounts.flatMap(keyIdsOf)),
    ...repeated('user number', accounts.flatMap(userNumbersOf)),
    ...accounts.flatMap(contradictionsWithin),
    ...repeated(
      'bucket',
      buckets.map(({ name }, row) => ({ name, where: ['buckets', row, 'name'] })),
    ),
    ...repeated(
      'object',
      objects.map(({ bucket, key }, row) => ({ name: `${bucket}/${key}`, where: ['objects', row, 'key'] })),
    ),
    ...buckets.flatMap(({ account }, row) =>
      account === undefined || accountNames.has(account)
        ? []
        : [{ where: ['buckets', row, 'account'], sentence: `there is no account ${quote(account)} in this file` }],
    ),
    ...objects.flatMap(({ bucket }, row) =>
      bucketNames.has(bucket)
        ? []
        : [{ where: ['objects', row, 'bucket'], sentence: `there is no bucket ${quote(bucket)} in this file` }],
    ),
  ]
}

interface Named {
  readonly name: string
  readonly where: Where
}

type AccountDocument = SeedDocument['accounts'][number]

function keyIdsOf({ keys, users }: AccountDocument, row: number): Named[] {
  const place = ['accounts', row]
  return [
    ...keys.map(({ id }, index) => ({ name: id, where: [...place, 'keys', index, 'id'] })),
    ...users.flatMap((user, userRow) =>
      user.keys.map(({ id }, index) => ({ name: id, where: [...place, 'users', userRow, 'keys', index, 'id'] })),
    ),
  ]
}

function userNumbersOf({ users }: AccountDocument, row: number): Named[] {
  return users.flatMap(({ number }, index) =>
    number === undefined ? [] : [{ name: number, where: ['accounts', row, 'users', index, 'number'] }],
  )
}

/** Names of policies, groups, users and roles are unique in their account, and what they name stands there as well. */
function contradictionsWithin({ policies, groups, users, roles }: AccountDocument, row: number): Contradiction[] {
  const named = { policies, groups, users, roles }
  const twice = KINDS.flatMap(([kind, word]) =>
    repeated(
      word,
      named[kind].map(({ name }, index) => ({ name, where: ['accounts', row, kind, index, 'name'] })),
    ),
  )
  const policyNames = new Set(policies.map(({ name }) => name))
  const groupNames = new Set(groups.map(({ name }) => name))
  const holders = { groups, users, roles }
  return [
    ...twice,
    ...HOLDERS.flatMap((kind) =>
      holders[kind].flatMap((holder, index) =>
        missing('policy', holder.policies, policyNames, ['accounts', row, kind, index, 'policies']),
      ),
    ),
    ...users.flatMap((user, index) =>
      missing('group', user.groups, groupNames, ['accounts', row, 'users', index, 'groups']),
    ),
  ]
}

const KINDS = [
  ['policies', 'policy'],
  ['groups', 'group'],
  ['users', 'user'],
  ['roles', 'role'],
] as const

const HOLDERS = ['groups', 'users', 'roles'] as const

function missing(what: string, names: readonly string[], known: ReadonlySet<string>, where: Where): Contradiction[] {
  return names.flatMap((name, index) =>
    known.has(name)
      ? []
      : [{ where: [...where, index], sentence: `this account has no ${what} ${quote(name)} in this file` }],
  )
}

function repeated(what: string, rows: readonly Named[]): Contradiction[] {
  const seen = new Set<string>()
  return rows.flatMap(({ name, where }) => {
    if (seen.has(name)) return [{ where, sentence: `${what} ${quote(name)} appears twice` }]
    seen.add(name)
    return []
  })
}

function quote(name: string): string {
  return JSON.stringify(name)
}
