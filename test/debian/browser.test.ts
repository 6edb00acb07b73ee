/**
 * Pages in Chromium that speak to production host names of COS, from another origin: the vendor's SDK for browsers with
 * temporary keys, a form that a person fills in, and a URL that was signed elsewhere. Names are resolved by the browser's
 * own rules, so nothing leaves the machine.
 */

import assert from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { GetFederationTokenCommand, STSClient } from '@aws-sdk/client-sts'
import type COS from 'cos-nodejs-sdk-v5'
import { type Browser, chromium, type Page } from 'playwright-core'
import { startServer, type TestServer } from '../../src/testing.js'
import { cosSignatureFields } from '../../src/tries/form.js'
import { cosThroughProxy, REGION } from '../sdk/clients.js'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js'

const AT = { Bucket: 'examplebucket-1250000000', Region: REGION }
const HOST = `${AT.Bucket}.cos.${REGION}.myqcloud.com`
const ORIGIN = 'http://app.example'
const STRANGE_ORIGIN = 'http://elsewhere.example'
const PAGE_MS_MAX = 60_000
const LARGE_BYTES = 5 * 1024 * 1024 + 11

/** What the pages offer to `evaluate`: each answer is plain data, errors included. */
const SCRIPT = `
const at = ${JSON.stringify(AT)}
let keys
const cos = new COS({
  Protocol: 'http:',
  ChunkRetryTimes: 0,
  getAuthorization: (options, callback) => callback(keys),
})
const told = (promise) => promise.then(
  ({ statusCode, headers = {}, ETag, Body }) =>
    ({ statusCode, etag: ETag || headers.etag, requestId: headers['x-cos-request-id'], body: typeof Body === 'string' ? Body : undefined }),
  ({ statusCode, code, error = {} }) =>
    ({ statusCode, code: code || error.Code, message: error.Message, requestId: error.RequestId }),
)
window.use = (given) => { keys = given }
window.put = (Key, Body) => told(cos.putObject({ ...at, Key, Body }))
window.get = (Key) => told(cos.getObject({ ...at, Key }))
window.head = (Key) => told(cos.headObject({ ...at, Key }))
window.remove = (Key) => told(cos.deleteObject({ ...at, Key }))
window.slices = (Key, bytes) =>
  told(cos.sliceUploadFile({
    ...at, Key, ChunkSize: 1024 * 1024, AsyncLimit: 3,
    Body: new Blob([Uint8Array.from({ length: bytes }, (_, index) => index % 251)]),
  }))
window.plain = (url, options) =>
  fetch(url, options).then(
    async (response) => ({ status: response.status, text: await response.text(), etag: response.headers.get('etag') }),
    ({ name }) => ({ failed: name }),
  )
`

interface Told {
  readonly statusCode?: number
  readonly code?: string
  readonly message?: string
  readonly requestId?: string
  readonly etag?: string
  readonly body?: string
}

interface Fetched {
  readonly status?: number
  readonly text?: string
  readonly etag?: string | null
  readonly failed?: string
}

/** Serves the pages, whatever they are called. */
async function servePages(pages: ReadonlyMap<string, string>): Promise<Server> {
  const sdk = await readFile(
    join(dirname(createRequire(import.meta.url).resolve('cos-js-sdk-v5/package.json')), 'dist', 'cos-js-sdk-v5.min.js'),
  )
  const head = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">'
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', ORIGIN).pathname
    if (path === '/cos.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(sdk)
      return
    }
    const page = pages.get(path) ?? `<script src="/cos.js"></script><script>${SCRIPT}</script>`
    response.writeHead(200, { 'content-type': 'text/html' }).end(head + page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : assert.fail('the pages are not served')
}

async function chromiumPath(): Promise<string> {
  for (const folder of String(process.env['PATH']).split(delimiter)) {
    const path = join(folder, 'chromium')
    if ((await stat(path).catch(() => undefined))?.isFile()) return path
  }
  return assert.fail('chromium is not installed')
}

describe('pages in Chromium', () => {
  let server: TestServer
  let pageServer: Server
  let browser: Browser
  let directory: TemporaryDirectory
  const pages = new Map<string, string>()

  before(async () => {
    server = await startServer({ memory: true })
    directory = await temporaryDirectory()
    pageServer = await servePages(pages)
    const rules = [`MAP *.myqcloud.com 127.0.0.1:${server.port}`, `MAP *.example 127.0.0.1:${portOf(pageServer)}`]
    browser = await chromium.launch({
      executablePath: await chromiumPath(),
      args: ['--no-sandbox', '--no-proxy-server', `--host-resolver-rules=${rules.join(',')}`],
      timeout: PAGE_MS_MAX,
    })
    const cos = cosThroughProxy(server)
    await cos.putBucket(AT)
    const rule = {
      AllowedOrigin: [ORIGIN],
      AllowedMethod: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'],
      AllowedHeader: ['*'],
      ExposeHeader: ['ETag', 'x-cos-request-id'],
      MaxAgeSeconds: 60,
    }
    await cos.putBucketCors({ ...AT, CORSRules: [rule] })
  })
  after(async () => {
    await browser.close()
    pageServer.closeAllConnections()
    pageServer.close()
    await server.close()
    await directory[Symbol.asyncDispose]()
  })

  const open = async (origin: string, path = '/'): Promise<Page> => {
    const page = await browser.newPage()
    page.setDefaultTimeout(PAGE_MS_MAX)
    await page.goto(origin + path)
    return page
  }
  const call = async <Answer>(page: Page, name: string, ...values: readonly unknown[]): Promise<Answer> =>
    page.evaluate(`window.${name}(${values.map((value) => JSON.stringify(value)).join(', ')})`)
  const temporaryKeys = async (prefix: string) => {
    const { secretId, secretKey } = server.credentials
    const client = new STSClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: secretId, secretAccessKey: secretKey },
      maxAttempts: 1,
    })
    const statement = [
      { effect: 'allow', action: 'name/cos:*', resource: `qcs::cos:${REGION}:uid/1250000000:${AT.Bucket}/${prefix}*` },
    ]
    const Policy = JSON.stringify({ version: '2.0', statement })
    const { Credentials } = await client.send(new GetFederationTokenCommand({ Name: 'page', Policy }))
    assert.ok(Credentials)
    return {
      TmpSecretId: Credentials.AccessKeyId,
      TmpSecretKey: Credentials.SecretAccessKey,
      SecurityToken: Credentials.SessionToken,
      StartTime: Math.floor(Date.now() / 1000) - 5,
      ExpiredTime: Math.floor(Number(Credentials.Expiration) / 1000),
    }
  }

  test('cos-js-sdk-v5 with temporary keys writes, reads, uploads in slices and reads every error', async () => {
    const page = await open(ORIGIN)
    await call(page, 'use', await temporaryKeys('page/'))
    const put = await call<Told>(page, 'put', 'page/签 名+(1).txt', 'from a page')
    assert.equal(put.statusCode, 200, JSON.stringify(put))
    assert.match(put.etag ?? '', /^"[0-9a-f]{32}"$/)
    assert.ok(put.requestId, 'the page sees the headers that the rule exposes')
    const got = await call<Told>(page, 'get', 'page/签 名+(1).txt')
    assert.deepEqual([got.statusCode, got.body, got.etag], [200, 'from a page', put.etag])
    assert.equal((await call<Told>(page, 'head', 'page/签 名+(1).txt')).statusCode, 200)

    const sliced = await call<Told>(page, 'slices', 'page/large', LARGE_BYTES)
    assert.equal(sliced.statusCode, 200, JSON.stringify(sliced))
    const { Body } = await cosThroughProxy(server).getObject({ ...AT, Key: 'page/large' })
    assert.ok(Body.equals(Uint8Array.from({ length: LARGE_BYTES }, (_, index) => index % 251)))

    const beyond = await call<Told>(page, 'put', 'other/a', 'x')
    assert.deepEqual([beyond.statusCode, beyond.code], [403, 'AccessDenied'])
    assert.ok(beyond.requestId)
    assert.equal((await call<Told>(page, 'remove', 'page/large')).statusCode, 204)
    await page.close()
  })

  test('a page of an origin that no rule names gets nothing, whatever its keys are', async () => {
    const page = await open(STRANGE_ORIGIN)
    await call(page, 'use', await temporaryKeys(''))
    const put = await call<Told>(page, 'put', 'strange', 'x')
    assert.notEqual(put.statusCode, 200)
    assert.notEqual(put.code, undefined)
    const absent = await cosThroughProxy(server)
      .headObject({ ...AT, Key: 'strange' })
      .catch((error: { readonly statusCode?: number }) => error.statusCode)
    assert.equal(absent, 404)
    await page.close()
  })

  test('a URL that was signed elsewhere is fetched, and a refusal can be read', async () => {
    const cos = cosThroughProxy(server)
    await cos.putObject({ ...AT, Key: 'signed', Body: 'signed elsewhere' })
    const page = await open(ORIGIN)
    const url = cos.getObjectUrl({ ...AT, Key: 'signed', Sign: true, Protocol: 'http:' }, () => {})
    const fetched = await call<Fetched>(page, 'plain', url)
    assert.deepEqual([fetched.status, fetched.text], [200, 'signed elsewhere'])
    assert.match(fetched.etag ?? '', /^"/)
    const refused = await call<Fetched>(page, 'plain', `http://${HOST}/signed`)
    assert.equal(refused.status, 403)
    assert.match(refused.text ?? '', /<Code>AccessDenied<\/Code>/)
    assert.deepEqual(await call<Fetched>(page, 'plain', url, { headers: { 'x-anything': '1' } }), fetched)
    const method = await call<Fetched>(page, 'plain', url, { method: 'PATCH' })
    assert.deepEqual(method, { failed: 'TypeError' }, 'no rule allows the method')
    await page.close()
  })

  test('a website: its index, a page that is not there, a redirect, and what a page of it fetches', async () => {
    const cos = cosThroughProxy(server)
    const bucket = { Bucket: 'site-1250000000', Region: REGION }
    const site = `http://${bucket.Bucket}.cos-website.${REGION}.myqcloud.com`
    await cos.putBucket(bucket)
    for (const [Key, Body] of [
      ['index.html', `<title>start</title><script>${SCRIPT.slice(SCRIPT.indexOf('window.plain'))}</script>`],
      ['new/index.html', '<title>moved here</title>'],
      ['lost.html', '<title>lost</title>'],
    ] as const)
      await cos.putObject({ ...bucket, Key, Body, ACL: 'public-read', ContentType: 'text/html' })
    const configuration: COS.WebsiteConfiguration = JSON.parse(
      JSON.stringify({
        IndexDocument: { Suffix: 'index.html' },
        ErrorDocument: { Key: 'lost.html' },
        RoutingRules: [{ Condition: { KeyPrefixEquals: 'old/' }, Redirect: { ReplaceKeyPrefixWith: 'new/' } }],
      }),
    )
    await cos.putBucketWebsite({ ...bucket, WebsiteConfiguration: configuration })
    const page = await browser.newPage()
    page.setDefaultTimeout(PAGE_MS_MAX)
    const absent = await page.goto(`${site}/absent`)
    assert.deepEqual([absent?.status(), await page.title()], [403, 'lost'])
    await page.goto(`${site}/old/`)
    assert.deepEqual([page.url(), await page.title()], [`${site}/new/`, 'moved here'])
    const start = await page.goto(`${site}/`)
    assert.deepEqual([start?.status(), await page.title()], [200, 'start'])

    const rule = { AllowedOrigin: [site], AllowedMethod: ['GET'], AllowedHeader: ['*'], ExposeHeader: ['ETag'] }
    const shared = `http://${bucket.Bucket}.cos.${REGION}.myqcloud.com/shared`
    await cos.putObject({ ...bucket, Key: 'shared', Body: 'across', ACL: 'public-read' })
    assert.deepEqual(await call<Fetched>(page, 'plain', shared), { failed: 'TypeError' })
    await cos.putBucketCors({ ...bucket, CORSRules: [rule] })
    const fetched = await call<Fetched>(page, 'plain', shared)
    assert.deepEqual([fetched.status, fetched.text], [200, 'across'])
    await page.close()
  })

  test('a form that a person fills in uploads the file and comes back to the page', async () => {
    const back = `${ORIGIN}/done`
    const { secretId, secretKey } = server.credentials
    const signature = cosSignatureFields({
      credentials: { id: secretId, secret: secretKey },
      now: Date.now(),
      conditions: [
        ['starts-with', '$key', 'forms/'],
        ['content-length-range', 1, 1024],
        { bucket: AT.Bucket },
        { success_action_redirect: back },
      ],
    })
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the variable of the forms, none of ours
    const fields = { key: 'forms/${filename}', success_action_redirect: back, ...signature }
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
    )
    const form = `<form method="post" enctype="multipart/form-data" action="http://${HOST}/">${inputs.join('')}<input type="file" name="file"><button>Upload</button></form>`
    pages.set('/form', form)
    pages.set('/done', '<p>done')
    const page = await open(ORIGIN, '/form')
    const file = join(directory.path, 'Grüße 你好.txt')
    await writeFile(file, 'chosen by a person')
    await page.setInputFiles('input[type=file]', file)
    await Promise.all([page.waitForURL(/\/done\?/), page.click('button')])
    const { searchParams } = new URL(page.url())
    assert.deepEqual([searchParams.get('bucket'), searchParams.get('key')], [AT.Bucket, 'forms/Grüße 你好.txt'])
    const { Body } = await cosThroughProxy(server).getObject({ ...AT, Key: 'forms/Grüße 你好.txt' })
    assert.equal(Body.toString(), 'chosen by a person')

    await page.goto(`${ORIGIN}/form`)
    await writeFile(file, Buffer.alloc(2_000))
    await page.setInputFiles('input[type=file]', file)
    await Promise.all([page.waitForURL(`http://${HOST}/`), page.click('button')])
    assert.match(await page.content(), /EntityTooLarge/)
    await page.close()
  })
})
