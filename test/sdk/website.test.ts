/** Websites, referer rules and domains through the official SDKs, each reading what the other has set. */

import assert from 'node:assert/strict'
import { request } from 'node:http'
import test, { after, before } from 'node:test'
import {
  DeleteBucketWebsiteCommand,
  GetBucketWebsiteCommand,
  HeadObjectCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type COS from 'cos-nodejs-sdk-v5'
import { startServer, type TestServer } from '../../src/testing.js'
import { cosThroughProxy, failureOf, REGION, s3PathStyle } from './clients.js'

const Bucket = 'site-1250000000'
const at = { Bucket, Region: REGION }
const SITE_HOST = `${Bucket}.cos-website.${REGION}.myqcloud.com`

let server: TestServer
let cos: COS
let s3: S3Client

before(async () => {
  server = await startServer({ memory: true })
  cos = cosThroughProxy(server)
  s3 = s3PathStyle(server)
  await cos.putBucket(at)
  await cos.putObject({ ...at, Key: 'index.html', Body: 'hello', ACL: 'public-read' })
})
after(async () => {
  s3.destroy()
  await server.close()
})

interface Visited {
  readonly status: number | undefined
  readonly location: string | undefined
  readonly text: string
}

/** As a browser would, by a name that some resolver leads here. */
function visit(host: string, path: string, referer?: string): Promise<Visited> {
  const headers = referer === undefined ? { host } : { host, referer }
  return new Promise((resolve, reject) => {
    const sent = request({ host: server.host, port: server.port, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          location: response.headers.location,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

test('a website: set by one SDK, read and removed by the other', async () => {
  assert.deepEqual((await cos.getBucketWebsite(at)).WebsiteConfiguration, {}, 'the SDK takes none for an empty one')
  // The SDK's types name wrong values for a prefix.
  const configuration: COS.WebsiteConfiguration = JSON.parse(
    JSON.stringify({
      IndexDocument: { Suffix: 'index.html' },
      ErrorDocument: { Key: 'error.html' },
      RoutingRules: [
        { Condition: { KeyPrefixEquals: 'old/' }, Redirect: { Protocol: 'https', ReplaceKeyPrefixWith: 'new/' } },
      ],
    }),
  )
  assert.equal((await cos.putBucketWebsite({ ...at, WebsiteConfiguration: configuration })).statusCode, 200)
  const read = await s3.send(new GetBucketWebsiteCommand({ Bucket }))
  assert.deepEqual(
    { IndexDocument: read.IndexDocument, ErrorDocument: read.ErrorDocument, RoutingRules: read.RoutingRules },
    configuration,
  )
  const { WebsiteConfiguration: shown } = await cos.getBucketWebsite(at)
  assert.equal(shown.IndexDocument?.Suffix, 'index.html')
  assert.equal((await visit(SITE_HOST, '/')).text, 'hello')
  assert.deepEqual(await visit(SITE_HOST, '/old/a'), { status: 302, location: `https://${SITE_HOST}/new/a`, text: '' })
  await s3.send(new DeleteBucketWebsiteCommand({ Bucket }))
  const absent = await failureOf(s3.send(new GetBucketWebsiteCommand({ Bucket })), S3ServiceException)
  assert.equal(absent.name, 'NoSuchWebsiteConfiguration')
  await s3.send(
    new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: { IndexDocument: { Suffix: 'index.html' } } }),
  )
  const WebsiteRedirectLocation = '/index.html'
  await s3.send(new PutObjectCommand({ Bucket, Key: 'gone', ACL: 'public-read', WebsiteRedirectLocation }))
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'gone' }))
  assert.equal(head.WebsiteRedirectLocation, WebsiteRedirectLocation)
  assert.equal((await visit(SITE_HOST, '/gone')).location, `http://${SITE_HOST}/index.html`)
  assert.equal((await cos.deleteBucketWebsite(at)).statusCode, 204)
})

test('a referer rule holds strange pages off', async () => {
  const rule: COS.RefererConfiguration = {
    Status: 'Enabled',
    RefererType: 'White-List',
    DomainList: { Domains: ['*.example.com'] },
    EmptyReferConfiguration: 'Allow',
  }
  assert.equal((await cos.putBucketReferer({ ...at, RefererConfiguration: rule })).statusCode, 200)
  const { RefererConfiguration: shown } = await cos.getBucketReferer(at)
  assert.equal(shown.RefererType, 'White-List')
  const host = `${Bucket}.cos.${REGION}.myqcloud.com`
  assert.equal((await visit(host, '/index.html')).status, 200)
  assert.equal((await visit(host, '/index.html', 'http://www.example.com/')).status, 200)
  const denied = await visit(host, '/index.html', 'http://www.example.org/')
  assert.match(denied.text, /You are denied by bucket referer rule/)
  await cos.putBucketReferer({ ...at, RefererConfiguration: { ...rule, Status: 'Disabled' } })
  assert.equal((await visit(host, '/index.html', 'http://www.example.org/')).status, 200)
})

test('a domain of somebody leads to the bucket', async () => {
  const DomainRule = [{ Status: 'ENABLED', Name: 'img.example.org', Type: 'REST' }] as const
  assert.equal((await cos.putBucketDomain({ ...at, DomainRule: [...DomainRule] })).statusCode, 200)
  const shown = await cos.getBucketDomain(at)
  assert.equal(shown.DomainRule[0]?.Name, 'img.example.org')
  assert.equal((await visit('img.example.org', '/index.html')).text, 'hello')
  const own = cosThroughProxy(server, { Domain: 'img.example.org' })
  assert.equal((await own.getObject({ ...at, Key: 'index.html' })).Body.toString(), 'hello')
  assert.equal((await cos.deleteBucketDomain(at)).statusCode, 204)
})
