/** Host and path to bucket, key and region: every form of host that the pages name, and what stands near them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isApiError } from '../model/errors/index.js'
import { createRegions } from '../model/regions.js'
import { type Address, createAddressing, createHostMover } from './address.js'

const B = 'examplebucket-1250000000'
const addressing = createAddressing({ ownSuffixes: ['localhost', 'example.com', 'objects.example.com'] })

const PLAIN: Address = {
  bucketName: undefined,
  key: undefined,
  region: undefined,
  dialect: undefined,
  pathStyle: true,
  entrance: 'storage',
}
/** What follows from a host alone, asked for `/`. */
const virtual = (facts: Partial<Address>): Address => ({ ...PLAIN, key: '', pathStyle: false, ...facts })

test('a path that is no path, or names no bucket, is InvalidURI', () => {
  for (const path of ['//', '//key', '/%2F', '/%zz', '/b/%', '/b/%ff', '/b/%c3%28', '/b/%00', '/%00', '/b/a\u0080']) {
    assert.throws(
      () => addressing('127.0.0.1', path),
      (error) => isApiError(error, 'InvalidURI'),
      path,
    )
  }
  for (const path of ['/%zz', '/%ff', '/a%00']) {
    assert.throws(
      () => addressing(`${B}.localhost`, path),
      (error) => isApiError(error, 'InvalidURI'),
      path,
    )
  }
})

test('the hosts of COS', () => {
  const cases: readonly (readonly [string, Address])[] = [
    [`${B}.cos.ap-beijing.myqcloud.com`, virtual({ bucketName: B, region: 'ap-beijing', dialect: 'cos' })],
    [`${B}.cos.ap-beijing.tencentcos.cn`, virtual({ bucketName: B, region: 'ap-beijing', dialect: 'cos' })],
    [`${B}.cos-internal.ap-beijing.tencentcos.cn`, virtual({ bucketName: B, region: 'ap-beijing', dialect: 'cos' })],
    ['service.cos.myqcloud.com', { ...PLAIN, dialect: 'cos' }],
    ['service.cos.tencentcos.cn', { ...PLAIN, dialect: 'cos' }],
    ['cos.ap-beijing.myqcloud.com', { ...PLAIN, region: 'ap-beijing', dialect: 'cos' }],
    [`${B}.cos.accelerate.myqcloud.com`, virtual({ bucketName: B, dialect: 'cos', entrance: 'accelerate' })],
    [`${B}.cos-internal.accelerate.tencentcos.cn`, virtual({ bucketName: B, dialect: 'cos', entrance: 'accelerate' })],
    [
      `${B}.cos-website.ap-beijing.myqcloud.com`,
      virtual({ bucketName: B, region: 'ap-beijing', dialect: 'cos', entrance: 'website' }),
    ],
    [
      '100000000001.cos-control.ap-beijing.myqcloud.com',
      { ...PLAIN, region: 'ap-beijing', dialect: 'cos', entrance: 'control' },
    ],
    ...['cosv6', 'cos-cdc', 'cos-cdz'].map((kind): [string, Address] => [
      `${B}.${kind}.ap-beijing.myqcloud.com`,
      virtual({ bucketName: B, region: 'ap-beijing', dialect: 'cos' }),
    ]),
    ...['cn-south', 'cn-south-2', 'cn-north', 'cn-east', 'cn-southwest', 'sg'].map((region): [string, Address] => [
      `${B}.${region}.myqcloud.com`,
      virtual({ bucketName: B, region, dialect: 'cos' }),
    ]),
  ]
  for (const [host, expected] of cases) assert.deepEqual(addressing(host, '/'), expected, host)
})

test('the hosts of S3', () => {
  const bucket = virtual({ bucketName: 'my.bucket', dialect: 's3' })
  const service: Address = { ...PLAIN, dialect: 's3' }
  const west = 'us-west-2'
  const cases: readonly (readonly [string, Address])[] = [
    ['s3.amazonaws.com', service],
    ['s3-external-1.amazonaws.com', service],
    ['s3.us-west-2.amazonaws.com', { ...service, region: west }],
    ['s3-us-west-2.amazonaws.com', { ...service, region: west }],
    ['s3.dualstack.us-west-2.amazonaws.com', { ...service, region: west }],
    ['s3.cn-north-1.amazonaws.com.cn', { ...service, region: 'cn-north-1' }],
    ['my.bucket.s3.amazonaws.com', bucket],
    ['my.bucket.s3-external-1.amazonaws.com', bucket],
    ['my.bucket.s3.us-west-2.amazonaws.com', { ...bucket, region: west }],
    ['my.bucket.s3-us-west-2.amazonaws.com', { ...bucket, region: west }],
    ['my.bucket.s3.dualstack.us-west-2.amazonaws.com', { ...bucket, region: west }],
    ['my.bucket.s3.cn-north-1.amazonaws.com.cn', { ...bucket, region: 'cn-north-1' }],
    ['my.bucket.s3-accelerate.amazonaws.com', { ...bucket, entrance: 'accelerate' }],
    ['my.bucket.s3-accelerate.dualstack.amazonaws.com', { ...bucket, entrance: 'accelerate' }],
    ['s3-accelerate.amazonaws.com', { ...service, entrance: 'accelerate' }],
    ['my.bucket.s3-website-us-west-2.amazonaws.com', { ...bucket, region: west, entrance: 'website' }],
    ['my.bucket.s3-website.eu-central-1.amazonaws.com', { ...bucket, region: 'eu-central-1', entrance: 'website' }],
    ['s3.my.s3.us-west-2.amazonaws.com', virtual({ bucketName: 's3.my', region: west, dialect: 's3' })],
  ]
  for (const [host, expected] of cases) assert.deepEqual(addressing(host, '/'), expected, host)
})

const regions = createRegions({
  region: 'ap-guangzhou',
  regions: [
    { name: 'ap-beijing', label: 'bj' },
    { name: 'sg', label: undefined },
  ],
  regionAliases: ['us-east-1'],
})

test('regions are known by name and label, and in hosts of S3 by alias; others stay as they were written', () => {
  const inRegions = createAddressing({ ownSuffixes: ['localhost'], regions })
  const cases: readonly (readonly [string, string | undefined])[] = [
    [`${B}.cos.ap-beijing.myqcloud.com`, 'ap-beijing'],
    [`${B}.cos.bj.localhost`, 'ap-beijing'],
    [`${B}.s3.bj.localhost:9000`, 'ap-beijing'],
    [`${B}.s3.us-east-1.amazonaws.com`, 'ap-guangzhou'],
    [`${B}.s3.us-east-1.localhost`, 'ap-guangzhou'],
    [`${B}.s3-us-east-1.amazonaws.com`, 'ap-guangzhou'],
    [`${B}.s3-website-us-east-1.amazonaws.com`, 'ap-guangzhou'],
    [`${B}.cos.us-east-1.myqcloud.com`, 'us-east-1'],
    [`${B}.s3.us-west-2.amazonaws.com`, 'us-west-2'],
    [`${B}.sg.myqcloud.com`, 'sg'],
    [`${B}.localhost`, undefined],
    [`${B}.s3.amazonaws.com`, undefined],
    ['localhost:9000', undefined],
  ]
  for (const [host, region] of cases) assert.equal(inRegions(host, '/').region, region, host)
})

test('a host moves to another region and keeps its form, its suffix and its port', () => {
  const move = createHostMover({ ownSuffixes: ['localhost', 'ap-guangzhou.example.com'], regions })
  const cases: readonly (readonly [string, string | undefined])[] = [
    [`${B}.cos.ap-guangzhou.myqcloud.com`, `${B}.cos.ap-beijing.myqcloud.com`],
    [`${B}.cos-internal.ap-guangzhou.tencentcos.cn`, `${B}.cos-internal.ap-beijing.tencentcos.cn`],
    ['cos.ap-guangzhou.localhost:9000', 'cos.bj.localhost:9000'],
    [`${B}.cos.ap-guangzhou.ap-guangzhou.example.com`, `${B}.cos.bj.ap-guangzhou.example.com`],
    [`ap-guangzhou.s3.ap-guangzhou.amazonaws.com`, 'ap-guangzhou.s3.ap-beijing.amazonaws.com'],
    [`${B}.S3.us-east-1.amazonaws.com.:80`, `${B}.s3.ap-beijing.amazonaws.com:80`],
    [`${B}.s3-us-east-1.amazonaws.com`, `${B}.s3-ap-beijing.amazonaws.com`],
    [`${B}.sg.myqcloud.com`, `${B}.cos.ap-beijing.myqcloud.com`],
    [`${B}.localhost:9000`, undefined],
    ['127.0.0.1:9000', undefined],
  ]
  for (const [host, expected] of cases) assert.equal(move(host, 'ap-beijing'), expected, host)
})

test('own suffixes take a bucket before them, and the forms of both vendors', () => {
  const cases: readonly (readonly [string, Address])[] = [
    ['localhost', PLAIN],
    [`${B}.localhost`, virtual({ bucketName: B })],
    ['my.bucket.localhost', virtual({ bucketName: 'my.bucket' })],
    ['cos.ap-beijing.localhost', { ...PLAIN, region: 'ap-beijing', dialect: 'cos' }],
    [`${B}.cos.ap-beijing.localhost`, virtual({ bucketName: B, region: 'ap-beijing', dialect: 'cos' })],
    ['service.cos.localhost', { ...PLAIN, dialect: 'cos' }],
    ['s3.localhost', { ...PLAIN, dialect: 's3' }],
    [`${B}.s3.ap-beijing.localhost`, virtual({ bucketName: B, region: 'ap-beijing', dialect: 's3' })],
    ['s3-backups.localhost', virtual({ bucketName: 's3-backups' })],
    ['photos-1.sg.localhost', virtual({ bucketName: 'photos-1.sg' })],
    ['cos-logs.localhost', virtual({ bucketName: 'cos-logs' })],
  ]
  for (const [host, expected] of cases) assert.deepEqual(addressing(host, '/'), expected, host)
})

test('of several suffixes the longest counts, whatever their order', () => {
  assert.deepEqual(addressing('b.objects.example.com', '/'), virtual({ bucketName: 'b' }))
  assert.deepEqual(addressing('objects.example.com', '/'), PLAIN)
  assert.deepEqual(addressing('b.example.com', '/'), virtual({ bucketName: 'b' }))
})

test('any other host is an endpoint with the bucket in the path', () => {
  const hosts = ['', '127.0.0.1', '[::1]', 'stowage', 'stowage.internal', 'notlocalhost', '192.168.0.7', 'xexample.com']
  for (const host of hosts) {
    for (const port of ['', ':9000']) assert.deepEqual(addressing(host + port, '/'), PLAIN, host + port)
  }
  assert.deepEqual(addressing('10.0.0.1:9000', `/${B}/a/b`), { ...PLAIN, bucketName: B, key: 'a/b' })
})

test('a host of a vendor that is of no known kind has no region of ours and is no endpoint', () => {
  for (const host of [`${B}.ci.ap-beijing.myqcloud.com`, `${B}.pic.ap-beijing.myqcloud.com`, 'www.myqcloud.com']) {
    const { dialect, region } = addressing(host, '/')
    assert.deepEqual([dialect, region === undefined], ['cos', false], host)
  }
  const { dialect, region } = addressing('ec2.us-west-2.amazonaws.com', '/')
  assert.deepEqual([dialect, region === undefined], ['s3', false])
})

test('case, a port and a final dot do not matter in a host', () => {
  const expected = virtual({ bucketName: B, region: 'ap-beijing', dialect: 'cos' })
  const host = `${B}.cos.ap-beijing.myqcloud.com`
  for (const form of [`${host}:80`, `${host}:`, `${host}.`, `${host}.:8080`, host.toUpperCase()]) {
    assert.deepEqual(addressing(form, '/'), expected, form)
  }
})

test('the path of a virtual host is the key, decoded once and never cleaned', () => {
  const keys: readonly (readonly [string, string])[] = [
    ['/', ''],
    ['/a', 'a'],
    ['//a', '/a'],
    ['/a//b/', 'a//b/'],
    ['/..', '..'],
    ['/../../etc/passwd', '../../etc/passwd'],
    ['/%2e%2e/a', '../a'],
    ['/a%2Fb', 'a/b'],
    ['/a%252Fb', 'a%2Fb'],
    ['/a+b%20c', 'a+b c'],
    ['/%E4%B8%AD%F0%9F%98%80', '中😀'],
    ['/\u00e4\u00b8\u00ad', '中'],
    ['/%00'.replace('%00', '%01'), '\u0001'],
    ['/.', '.'],
  ]
  for (const [path, key] of keys) assert.equal(addressing(`${B}.localhost`, path).key, key, path)
})

test('in path style the first part is the bucket, also where its slash is escaped', () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['/b', 'b', undefined],
    ['/b/', 'b', ''],
    ['/b//', 'b', '/'],
    ['/b//a', 'b', '/a'],
    ['/b/a%2Fb', 'b', 'a/b'],
    ['/b%2Fa', 'b', 'a'],
    ['/%62/a', 'b', 'a'],
    ['/b/../c', 'b', '../c'],
    ['/../c', '..', 'c'],
    ['/B_ad', 'B_ad', undefined],
  ]
  for (const [path, bucketName, key] of cases) {
    assert.deepEqual(addressing('127.0.0.1:9000', path), { ...PLAIN, bucketName, key }, path)
    assert.deepEqual(addressing('s3.amazonaws.com', path), { ...PLAIN, dialect: 's3', bucketName, key }, path)
  }
})

test('many hosts are not remembered for ever, and answers do not depend on what was asked before', () => {
  const own = createAddressing({ ownSuffixes: ['localhost'] })
  for (let at = 0; at < 3000; at++) assert.equal(own(`b${at}.localhost`, '/').bucketName, `b${at}`)
  assert.equal(own('b1.localhost', '/k').key, 'k')
})

test('the hosts of temporary keys: whatever their region and path, there are no buckets behind them', () => {
  const sts: Address = { ...PLAIN, entrance: 'sts' }
  const cases: readonly (readonly [string, Address])[] = [
    ['sts.tencentcloudapi.com', { ...sts, dialect: 'cos' }],
    ['STS.tencentcloudapi.com:443', { ...sts, dialect: 'cos' }],
    ['sts.ap-guangzhou.tencentcloudapi.com', { ...sts, dialect: 'cos' }],
    ['sts.internal.tencentcloudapi.com', { ...sts, dialect: 'cos' }],
    ['sts.amazonaws.com', { ...sts, dialect: 's3' }],
    ['sts.eu-west-1.amazonaws.com', { ...sts, dialect: 's3' }],
    ['sts.cn-north-1.amazonaws.com.cn', { ...sts, dialect: 's3' }],
    ['sts.localhost:9000', sts],
    ['sts.objects.example.com', sts],
    ['sts.eu-west-1.example.com', virtual({ bucketName: 'sts.eu-west-1' })],
    ['cvm.tencentcloudapi.com', { ...PLAIN, dialect: 'cos', region: 'cvm' }],
    ['tencentcloudapi.com', PLAIN],
  ]
  for (const [host, address] of cases) assert.deepEqual(addressing(host, '/'), address, host)
  assert.deepEqual(addressing('sts.amazonaws.com', '/some/path'), { ...sts, dialect: 's3' })
})
