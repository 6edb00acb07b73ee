/** Websites: what a configuration may say and how it reads back, and what visitors of a website host get. */

import assert from 'node:assert/strict'
import {
  assertError,
  type Heard,
  inBothDialects,
  inCos,
  inS3,
  REGION,
  type Said,
  type Speaker,
} from '../../support/exchange.js'
import { raises } from '../../support/raises.js'

const site = (inner: string) => `<WebsiteConfiguration>${inner}</WebsiteConfiguration>`
const INDEX = '<IndexDocument><Suffix>index.html</Suffix></IndexDocument>'
const ERROR = '<ErrorDocument><Key>404.html</Key></ErrorDocument>'
const rules = (...each: readonly string[]) =>
  `<RoutingRules>${each.map((rule) => `<RoutingRule>${rule}</RoutingRule>`).join('')}</RoutingRules>`
const condition = (inner: string) => `<Condition>${inner}</Condition>`
const prefix = (value: string) => condition(`<KeyPrefixEquals>${value}</KeyPrefixEquals>`)
const code = (value: number) => condition(`<HttpErrorCodeReturnedEquals>${value}</HttpErrorCodeReturnedEquals>`)
const redirect = (inner: string) => `<Redirect>${inner}</Redirect>`
const withKey = redirect('<ReplaceKeyWith>k</ReplaceKeyWith>')

const ask = (speak: Speaker, method: string, body?: string): Promise<Heard> =>
  speak.say({ method, bucket: speak.bucket, query: { website: true }, ...(body === undefined ? {} : { body }) })

const hostOf = ({ dialect, bucket }: Speaker) =>
  dialect === 'cos' ? `${bucket}.cos-website.${REGION}.myqcloud.com` : `${bucket}.s3-website-${REGION}.amazonaws.com`

const visit = (speak: Speaker, path: string, said: Partial<Said> = {}): Promise<Heard> =>
  speak.say({ method: 'GET', host: hostOf(speak), path, as: 'anonymous', ...said })

const readable = ({ prefix: vendor }: Speaker) => ({ [`${vendor}acl`]: 'public-read' })

async function prepare(speak: Speaker, inner: string, keys: readonly string[] = []): Promise<void> {
  await speak.makeBucket()
  for (const key of ['index.html', 'docs/index.html', '404.html', 'about.html', ...keys])
    await speak.put(key, `content of ${key}`, { ...readable(speak), 'content-type': 'text/html' })
  const heard = await ask(speak, 'PUT', site(inner))
  assert.equal(heard.status, 200, heard.text)
}

function assertPage(heard: Heard, status: number, errorCode: string): void {
  assert.equal(heard.status, status, heard.text)
  assert.equal(heard.headers.get('content-type'), 'text/html; charset=utf-8')
  assert.ok(heard.text.includes(`<li>Code: ${errorCode}</li>`), heard.text)
  assert.match(heard.text, /<li>Message: [^<]+<\/li>/)
}

const sentTo = (heard: Heard) => [heard.status, heard.headers.get('location')]

for (const [what, inner, expected] of [
  ['a suffix with a slash', '<IndexDocument><Suffix>a/b</Suffix></IndexDocument>', 'InvalidArgument'],
  ['an empty suffix', '<IndexDocument><Suffix/></IndexDocument>', 'InvalidArgument'],
  ['nothing', '', 'InvalidArgument'],
  ['an error document without a key', `${INDEX}<ErrorDocument/>`, 'MalformedXML'],
  ['an empty key', `${INDEX}<ErrorDocument><Key/></ErrorDocument>`, 'InvalidArgument'],
  ['an empty list of rules', `${INDEX}<RoutingRules/>`, 'MalformedXML'],
  ['a rule without a redirect', INDEX + rules(prefix('a')), 'MalformedXML'],
  ['a redirect to nowhere', INDEX + rules(prefix('a') + redirect('')), 'MalformedXML'],
  ['an empty condition', INDEX + rules(condition('') + withKey), 'InvalidRequest'],
  ['a code that is no error', INDEX + rules(code(302) + withKey), 'InvalidRequest'],
  ['a code that is no number', INDEX + rules(code(Number.NaN) + withKey), 'MalformedXML'],
  [
    'both replacements',
    INDEX +
      rules(prefix('a') + redirect('<ReplaceKeyWith>k</ReplaceKeyWith><ReplaceKeyPrefixWith>p</ReplaceKeyPrefixWith>')),
    'InvalidRequest',
  ],
  ['another protocol', INDEX + rules(prefix('a') + redirect('<Protocol>ftp</Protocol>')), 'InvalidRequest'],
  ['too many rules', INDEX + rules(...Array.from({ length: 101 }, () => prefix('a') + withKey)), 'InvalidRequest'],
] as const) {
  inBothDialects(`${expected}: ${what}`, async (speak) => {
    await speak.makeBucket()
    assertError(await ask(speak, 'PUT', site(inner)), 400, expected)
    assertError(await ask(speak, 'GET'), 404, 'NoSuchWebsiteConfiguration')
  })
}

inCos(raises('WebsiteURLInvalid', 'a target that is an address and not a key'), async (speak) => {
  await speak.makeBucket()
  for (const target of ['https://example.org/a', '//example.org'])
    assertError(
      await ask(
        speak,
        'PUT',
        site(INDEX + rules(prefix('a') + redirect(`<ReplaceKeyWith>${target}</ReplaceKeyWith>`))),
      ),
      400,
      'WebsiteURLInvalid',
    )
  const toServerError = INDEX + rules(code(500) + withKey)
  assertError(await ask(speak, 'PUT', site(toServerError)), 400, 'InvalidRequest')
})

inS3('S3: everything is redirected to a host, and nothing else stands beside that', async (speak) => {
  await speak.makeBucket()
  const all = (inner: string) => `<RedirectAllRequestsTo>${inner}</RedirectAllRequestsTo>`
  const host = '<HostName>www.example.org</HostName>'
  assertError(await ask(speak, 'PUT', site(INDEX + all(host))), 400, 'InvalidArgument')
  assertError(await ask(speak, 'PUT', site(all('<Protocol>https</Protocol>'))), 400, 'MalformedXML')
  assertError(await ask(speak, 'PUT', site(all('<HostName>a/b</HostName>'))), 400, 'InvalidArgument')
  const code200 = redirect('<HttpRedirectCode>200</HttpRedirectCode>')
  assertError(await ask(speak, 'PUT', site(INDEX + rules(code200))), 400, 'InvalidRequest')
  assert.equal((await ask(speak, 'PUT', site(all(`${host}<Protocol>https</Protocol>`)))).status, 200)
  assert.deepEqual(sentTo(await visit(speak, '/a%20b', { query: 'c=d' })), [301, 'https://www.example.org/a%20b?c=d'])
  assert.equal((await ask(speak, 'PUT', site(all(host)))).status, 200)
  assert.deepEqual(sentTo(await visit(speak, '/')), [301, 'http://www.example.org/'])
})

inCos('COS: everything is redirected to https, and whoever comes by it is not', async (speak) => {
  await prepare(speak, `${INDEX}<RedirectAllRequestsTo><Protocol>https</Protocol></RedirectAllRequestsTo>`)
  assert.deepEqual(sentTo(await visit(speak, '/a', { query: 'b' })), [301, `https://${hostOf(speak)}/a?b`])
  const body = { sizeBytes: undefined, chunked: false, bytes: () => assert.fail('no body') }
  const secure = await speak.send({
    method: 'GET',
    rawPath: '/',
    rawQuery: '',
    host: hostOf(speak),
    headers: new Map([['host', hostOf(speak)]]),
    secure: true,
    remoteAddress: '127.0.0.1',
    receivedAt: 0,
    body,
  })
  assert.equal(secure.status, 200)
})

inBothDialects(
  raises('NoSuchWebsiteConfiguration', 'until one is set, and after it is deleted; it reads back as it was set'),
  async (speak) => {
    await speak.makeBucket()
    assertError(await ask(speak, 'GET'), 404, 'NoSuchWebsiteConfiguration', { BucketName: speak.bucket })
    assertPage(await visit(speak, '/'), 404, 'NoSuchWebsiteConfiguration')
    const inner =
      INDEX +
      (speak.dialect === 'cos' ? '<AutoAddressing><Status>Enabled</Status></AutoAddressing>' : '') +
      (speak.dialect === 'cos'
        ? '<ErrorDocument><Key>404.html</Key><OriginalHttpStatus>Disabled</OriginalHttpStatus></ErrorDocument>'
        : ERROR) +
      rules(
        code(404) + redirect('<Protocol>https</Protocol><ReplaceKeyWith>k</ReplaceKeyWith>'),
        prefix('d/') + redirect('<ReplaceKeyPrefixWith>e/</ReplaceKeyPrefixWith>'),
      )
    assert.equal((await ask(speak, 'PUT', site(inner))).status, 200)
    const shown =
      speak.dialect === 'cos' ? inner.replaceAll('</Redirect>', '<URLRedirect>Enabled</URLRedirect></Redirect>') : inner
    const { text } = await ask(speak, 'GET')
    assert.ok(text.includes(`${shown}</WebsiteConfiguration>`), text)
    for (let times = 0; times < 2; times++) assert.equal((await ask(speak, 'DELETE')).status, 204)
    assertError(await ask(speak, 'GET'), 404, 'NoSuchWebsiteConfiguration')
  },
)

inBothDialects(
  raises('MaxMessageLengthExceeded', 'a configuration above its cap, before it is read'),
  async (speak) => {
    await speak.makeBucket()
    const heard = await ask(speak, 'PUT', site(INDEX + ' '.repeat(64 * 1024)))
    assertError(heard, 400, 'MaxMessageLengthExceeded', { MaxMessageLengthBytes: '65536' })
    assert.equal(heard.bodyRead, false)
  },
)

inBothDialects('index documents, ranges, conditions and HEAD, for anybody', async (speak) => {
  await prepare(speak, INDEX)
  for (const [path, key] of [
    ['/', 'index.html'],
    ['/docs/', 'docs/index.html'],
    ['/about.html', 'about.html'],
  ] as const) {
    const heard = await visit(speak, path, { query: 'versionId=nonsense&acl' })
    assert.deepEqual([heard.status, heard.text], [200, `content of ${key}`])
    assert.equal(heard.headers.get('content-type'), 'text/html')
  }
  const head = await visit(speak, '/', { method: 'HEAD' })
  assert.deepEqual([head.status, head.sizeBytes, head.text], [200, 'content of index.html'.length, ''])
  const part = await visit(speak, '/', { headers: { range: 'bytes=0-6' } })
  assert.deepEqual([part.status, part.text], [206, 'content'])
  const etag = head.headers.get('etag') ?? ''
  assert.equal((await visit(speak, '/', { headers: { 'if-none-match': etag } })).status, 304)
  assertPage(await visit(speak, '/', { headers: { range: 'bytes=900-' } }), 416, 'InvalidRange')
})

inBothDialects(
  raises('NoSuchKey', 'what is not there, to whoever may list; AccessDenied to everybody else'),
  async (speak) => {
    await prepare(speak, INDEX)
    await speak.put('private.html')
    assertPage(await visit(speak, '/private.html'), 403, 'AccessDenied')
    assertPage(await visit(speak, '/%3Cscript%3E'), 403, 'AccessDenied')
    const head = await visit(speak, '/absent', { method: 'HEAD' })
    assert.deepEqual([head.status, head.text], [403, ''])
    await speak.say({ method: 'PUT', bucket: speak.bucket, query: { acl: true }, headers: readable(speak) })
    const absent = await visit(speak, '/%3Cscript%3E')
    assertPage(absent, 404, 'NoSuchKey')
    assert.ok(absent.text.includes('<li>Key: &lt;script&gt;</li>'), absent.text)
  },
)

inBothDialects('the error document keeps the status, and a missing one is named', async (speak) => {
  await prepare(speak, INDEX + ERROR)
  const heard = await visit(speak, '/absent', { headers: { range: 'bytes=0-1', 'if-none-match': '*' } })
  assert.deepEqual([heard.status, heard.text], [403, 'content of 404.html'])
  await speak.say({ method: 'DELETE', bucket: speak.bucket, key: '404.html' })
  const bare = await visit(speak, '/absent')
  assertPage(bare, 403, 'AccessDenied')
  assert.match(bare.text, /Diagnosis: The website's error document could not be read either/)
})

inCos('COS: an error document may be shown with 200', async (speak) => {
  await prepare(
    speak,
    `${INDEX}<ErrorDocument><Key>404.html</Key><OriginalHttpStatus>Disabled</OriginalHttpStatus></ErrorDocument>`,
  )
  const heard = await visit(speak, '/absent')
  assert.deepEqual([heard.status, heard.text], [200, 'content of 404.html'])
  assert.equal(heard.headers.get('x-cos-trace-id'), undefined)
})

inCos('COS: an error document in the place of an error can be traced like it', async (speak) => {
  await prepare(speak, INDEX + ERROR)
  const heard = await visit(speak, '/absent')
  assert.deepEqual([heard.status, heard.text], [403, 'content of 404.html'])
  assert.match(heard.headers.get('x-cos-trace-id') ?? '', /./)
})

inS3('S3: a folder is sent to its slash', async (speak) => {
  await prepare(speak, INDEX, ['\u00e4 b/index.html'])
  assert.deepEqual(sentTo(await visit(speak, '/docs')), [302, '/docs/'])
  assert.deepEqual(sentTo(await visit(speak, '/%C3%A4%20b')), [302, '/%C3%A4%20b/'])
  assertPage(await visit(speak, '/about'), 403, 'AccessDenied')
})

inCos('COS: pages are found without their ending only where the configuration says so', async (speak) => {
  await prepare(speak, INDEX)
  for (const path of ['/docs', '/about']) assertPage(await visit(speak, path), 403, 'AccessDenied')
  await ask(speak, 'PUT', site(`${INDEX}<AutoAddressing><Status>Enabled</Status></AutoAddressing>`))
  assert.equal((await visit(speak, '/about')).text, 'content of about.html')
  assert.deepEqual(sentTo(await visit(speak, '/docs')), [302, '/docs/'])
})

inBothDialects('routing rules: by prefix before anything is read, by error code afterwards', async (speak) => {
  const status = speak.dialect === 'cos' ? 302 : 301
  const own = `http://${hostOf(speak)}`
  await prepare(
    speak,
    INDEX +
      rules(
        prefix('old/') + redirect('<ReplaceKeyPrefixWith>docs/</ReplaceKeyPrefixWith>'),
        code(403) + redirect('<Protocol>https</Protocol><ReplaceKeyWith>a b</ReplaceKeyWith>'),
      ),
  )
  assert.deepEqual(sentTo(await visit(speak, '/old/x%3Fy')), [status, `${own}/docs/x%3Fy`])
  assert.deepEqual(sentTo(await visit(speak, '/absent')), [status, `https://${hostOf(speak)}/a%20b`])
  assert.deepEqual(sentTo(await visit(speak, '/absent', { method: 'HEAD' })), [
    status,
    `https://${hostOf(speak)}/a%20b`,
  ])
  assert.equal((await visit(speak, '/docs/')).status, 200)
})

inS3('S3: routing rules name host and status', async (speak) => {
  const target = redirect(
    '<Protocol>https</Protocol><HostName>www.example.org</HostName><HttpRedirectCode>307</HttpRedirectCode>',
  )
  await prepare(speak, INDEX + rules(target))
  assert.deepEqual(sentTo(await visit(speak, '/a')), [307, 'https://www.example.org/a'])
})

inCos('COS: a rule may show the other object in the place of a redirect', async (speak) => {
  const shown = redirect('<ReplaceKeyWith>about.html</ReplaceKeyWith><URLRedirect>Disabled</URLRedirect>')
  const emptied = redirect('<ReplaceKeyPrefixWith/><URLRedirect>Disabled</URLRedirect>')
  await prepare(speak, INDEX + rules(prefix('who') + shown, prefix('home') + emptied))
  assert.equal((await visit(speak, '/who')).text, 'content of about.html')
  assert.equal((await visit(speak, '/home')).text, 'content of index.html')
})

inBothDialects(
  raises('InvalidRedirectLocation', 'an object that sends its readers elsewhere, by path or by address'),
  async (speak) => {
    await prepare(speak, INDEX)
    const name = `${speak.prefix}website-redirect-location`
    const put = (location: string) =>
      speak.say({
        method: 'PUT',
        bucket: speak.bucket,
        key: 'gone',
        body: 'x',
        headers: { ...readable(speak), [name]: location },
      })
    for (const wrong of ['elsewhere', 'ftp://a.b/', 'https:///a', `/${'a'.repeat(3000)}`, '/a b'])
      assertError(await put(wrong), 400, 'InvalidRedirectLocation')
    for (const [given, target] of [
      ['/about.html', `http://${hostOf(speak)}/about.html`],
      ['https://example.org/x?y', 'https://example.org/x?y'],
    ] as const) {
      assert.equal((await put(given)).status, 200)
      const stored = await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'gone' })
      assert.equal(stored.headers.get(name), given)
      assert.deepEqual(sentTo(await visit(speak, '/gone')), [301, target])
    }
  },
)

inBothDialects('a redirect comes with a new version only: by upload in parts, and not by copy', async (speak) => {
  await prepare(speak, INDEX)
  const name = `${speak.prefix}website-redirect-location`
  const at = { bucket: speak.bucket, key: 'parts' }
  const started = await speak.say({ ...at, method: 'POST', query: { uploads: true }, headers: { [name]: '/there' } })
  const [, uploadId = ''] = /<UploadId>([^<]*)</.exec(started.text) ?? []
  const part = await speak.say({ ...at, method: 'PUT', query: { partNumber: 1, uploadId }, body: 'x' })
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.get('etag')}</ETag></Part></CompleteMultipartUpload>`
  assert.equal((await speak.say({ ...at, method: 'POST', query: { uploadId }, body })).status, 200)
  assert.equal((await speak.say({ ...at, method: 'HEAD' })).headers.get(name), '/there')
  const source = speak.dialect === 'cos' ? `${speak.host(speak.bucket)}/parts` : `/${speak.bucket}/parts`
  const copy = { method: 'PUT', bucket: speak.bucket, key: 'copy', headers: { [`${speak.prefix}copy-source`]: source } }
  assert.equal((await speak.say(copy)).status, 200)
  assert.equal((await speak.say({ method: 'HEAD', bucket: speak.bucket, key: 'copy' })).headers.get(name), undefined)
})

inS3('S3: a website that only redirects never lists its bucket, not even where everybody is sent to', async (speak) => {
  await speak.makeBucket(speak.bucket, { 'x-amz-acl': 'public-read' })
  const all = `<RedirectAllRequestsTo><HostName>${hostOf(speak)}</HostName></RedirectAllRequestsTo>`
  assert.equal((await ask(speak, 'PUT', site(all))).status, 200)
  assertPage(await visit(speak, '/'), 404, 'NoSuchKey')
})

inBothDialects('the suffix of the installation has website hosts too', async (speak) => {
  await prepare(speak, INDEX)
  for (const host of [
    `${speak.bucket}.cos-website.${REGION}.localhost:9000`,
    `${speak.bucket}.s3-website.${REGION}.localhost`,
  ])
    assert.equal((await visit(speak, '/', { host })).text, 'content of index.html', host)
})

inBothDialects(
  raises('InvalidAddressingHeader', 'a signed request, and only one signed for storage'),
  async (speak) => {
    await prepare(speak, INDEX)
    assertPage(await visit(speak, '/', { as: 'owner' }), 400, 'InvalidAddressingHeader')
    for (const query of [
      'q-sign-algorithm=sha1&q-ak=a&q-signature=b',
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a',
      'AWSAccessKeyId=a&Signature=b&Expires=1',
    ])
      assertPage(await visit(speak, '/', { query }), 400, 'InvalidAddressingHeader')
    assert.equal((await visit(speak, '/', { headers: { authorization: 'Basic dTpw' } })).status, 200)
    assert.equal((await visit(speak, '/', { query: 'Signature=1&sign=2' })).status, 200)
  },
)

inBothDialects(raises('MethodNotAllowed', 'whatever is neither GET nor HEAD'), async (speak) => {
  await prepare(speak, INDEX)
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const heard = await visit(speak, '/', { method })
    assertPage(heard, 405, 'MethodNotAllowed')
    assert.equal(heard.headers.get('allow'), 'GET, HEAD')
  }
})

inBothDialects(raises('NoSuchBucket', 'the website of no bucket'), async (speak) => {
  assertPage(await visit(speak, '/'), 404, 'NoSuchBucket')
})

inBothDialects('pages of other origins read what the rules of the bucket say', async (speak) => {
  await prepare(speak, INDEX)
  const body =
    '<CORSConfiguration><CORSRule><AllowedOrigin>http://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>'
  await speak.say({ method: 'PUT', bucket: speak.bucket, query: { cors: true }, body })
  const headers = { origin: 'http://a.example', 'access-control-request-method': 'GET' }
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/absent'],
    ['OPTIONS', '/'],
  ] as const) {
    const heard = await visit(speak, path, { method, headers })
    assert.equal(heard.headers.get('access-control-allow-origin'), 'http://a.example', `${method} ${path}`)
  }
})
