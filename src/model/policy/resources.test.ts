/** Which buckets and objects a resource names, in both grammars. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from './policy.js'
import { camResource, iamResource, type ResourceReader } from './resources.js'

const BUCKET = 'photos-1250000000'
const OWNER = { appId: '1250000000', uin: '100000000001' }

const bucket: Resource = {
  bucketName: BUCKET,
  region: 'ap-guangzhou',
  owner: OWNER,
  key: undefined,
  versioned: false,
}
const object = (key: string): Resource => ({ ...bucket, key })
const service: Resource = { ...bucket, bucketName: undefined }
const uploads = (listedPrefix: string): Resource => ({ ...bucket, listedPrefix })

type Row = readonly [written: string, resource: Resource, expected: boolean | undefined]

function check(read: ResourceReader, rows: readonly Row[]): void {
  for (const [written, resource, expected] of rows) {
    const match = read(written)
    const row = `${written} of ${JSON.stringify(resource)}`
    assert.equal(match?.(resource, { values: () => undefined }), expected, row)
  }
}

test('Amazon’s ARNs', () => {
  check(iamResource, [
    ['*', service, true],
    [`arn:aws:s3:::${BUCKET}`, bucket, true],
    [`arn:aws:s3:::${BUCKET}`, object('a'), false],
    [`arn:aws:s3:::${BUCKET}/*`, bucket, false],
    [`arn:aws:s3:::${BUCKET}/*`, object('a/b'), true],
    [`arn:aws-cn:s3:::${BUCKET}/a*`, object('b'), false],
    [`arn:aws:s3:::${BUCKET}*`, bucket, true],
    ['arn:aws:s3:::*', object('a'), true],
    [`arn:aws:s3:::${BUCKET}/a`, uploads('a'), false],
    ['arn:aws:sqs:::queue', bucket, false],
    [BUCKET, bucket, undefined],
    ['arn:aws:s3:::', bucket, undefined],
  ])
})

test('COS’s names: the bucket bare or with a slash, regions, owners, and the older form', () => {
  check(camResource, [
    ['*', service, true],
    [`qcs::cos:ap-guangzhou:uid/1250000000:${BUCKET}`, bucket, true],
    [`qcs::cos:ap-guangzhou:uid/1250000000:${BUCKET}`, object('a'), false],
    [`qcs::cos:ap-guangzhou:uid/1250000000:${BUCKET}/`, bucket, true],
    [`qcs::cos:ap-guangzhou:uid/1250000000:${BUCKET}/*`, bucket, true],
    [`qcs::cos:ap-guangzhou:uid/1250000000:${BUCKET}/a*`, bucket, false],
    [`qcs::cos:ap-guangzhou:uid/1250000000:${BUCKET}/a*`, object('ab'), true],
    [`qcs::cos:ap-guangzhou:uid/1250000000:${BUCKET}/a*`, uploads('ab'), true],
    [`qcs::cos:ap-guangzhou:uid/1250000000:${BUCKET}/a*`, uploads('b'), false],
    [`qcs::cos:ap-beijing:uid/1250000000:${BUCKET}/*`, object('a'), false],
    [`qcs::cos::uid/1250000001:${BUCKET}/*`, object('a'), false],
    [`qcs::cos::uin/100000000001:${BUCKET}/*`, object('a'), true],
    [`qcs::cos::uin/100000000002:${BUCKET}/*`, object('a'), false],
    ['qcs::cos:*:*:*', object('a'), true],
    ['qcs::cos:ap-guangzhou:uid/1250000000:prefix//1250000000/photos/a/*', object('a/b'), true],
    ['qcs::cos:ap-guangzhou:uid/1250000000:prefix//1250000000/photos/a/*', object('b'), false],
    ['qcs::cvm:::instance/1', bucket, false],
    ['qcs::cos:ap-guangzhou:uid/1250000000:', bucket, undefined],
    [`${BUCKET}/*`, bucket, undefined],
  ])
})
