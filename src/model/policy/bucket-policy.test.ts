/** Which policies are public, by Amazon's "The meaning of public", and which resources lie in a bucket. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBucketPolicy, isPublicPolicy } from './bucket-policy.js'
import { parsePolicy } from './parse.js'

const STATEMENT = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' }

const policyOf = (change: object) =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: [{ ...STATEMENT, ...change }] }), 'bucket')

const account = { AWS: 'arn:aws:iam::100000000001:root' }

test('public is what everybody gets and no condition ties to callers or addresses', () => {
  const rows: readonly (readonly [change: object, expected: boolean])[] = [
    [{}, true],
    [{ Effect: 'Deny' }, false],
    [{ Principal: account }, false],
    [{ Principal: undefined, NotPrincipal: account }, true],
    [{ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, false],
    [{ Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '0.0.0.0/0'] } } }, true],
    [{ Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/1' } } }, true],
    [{ Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, true],
    [{ Condition: { IpAddressIfExists: { 'aws:SourceIp': '10.0.0.0/8' } } }, true],
    [{ Condition: { StringEquals: { 'aws:PrincipalAccount': '100000000001' } } }, false],
    [{ Condition: { StringEquals: { 'aws:username': 'ann' } } }, true],
    [{ Condition: { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::1:user/*' } } }, true],
    [{ Condition: { 'ForAllValues:StringEquals': { 'aws:PrincipalAccount': '100000000001' } } }, true],
    [{ Condition: { NumericGreaterThan: { 'aws:PrincipalAccount': '1' } } }, true],
    [{ Condition: { StringEquals: { 'aws:Referer': 'https://example.com/' } } }, true],
  ]
  for (const [change, expected] of rows)
    assert.equal(isPublicPolicy(policyOf(change)), expected, JSON.stringify(change))
})

test('a policy speaks of its own bucket only', () => {
  const inside = (Resource: string) => checkBucketPolicy(policyOf({ Resource }), { name: 'photos', appId: undefined })
  for (const path of ['photos', 'photos/*', 'photos*', 'photos/a/b']) inside(`arn:aws:s3:::${path}`)
  for (const path of ['photos2', 'other/*', '*', 'phot*', 'photos-2/*'])
    assert.throws(() => inside(`arn:aws:s3:::${path}`), { condition: 'MalformedPolicy' }, path)
})

test('in the grammar of COS: the bucket with its APPID, or the older form, and no other bucket or APPID', () => {
  const inside = (path: string) => {
    const statement = { effect: 'allow', principal: '*', action: '*', resource: `qcs::cos:ap-guangzhou::${path}` }
    const document = parsePolicy(JSON.stringify({ version: '2.0', statement }), 'bucket')
    checkBucketPolicy(document, { name: 'photos-1250000000', appId: '1250000000' })
  }
  const bucket = 'photos-1250000000'
  for (const path of ['*', bucket, `${bucket}/a`, `${bucket}*`, 'prefix//1250000000/photos/*']) inside(path)
  for (const path of ['photos', `${bucket}0`, 'photos-1250000001/*', 'prefix//1250000001/photos/*', 'photos-*'])
    assert.throws(() => inside(path), { condition: 'MalformedPolicy' }, path)
})
