/**
 * The suspicions that both dialects share: method, host, path, query parameters and headers. Each generator varies
 * one thing of what was signed and leaves the rest alone; values shown are what the client sent or could have sent.
 */

import { type Pair, replaceValue, type SignedParts, sortPairs, type Trial, withoutName } from './diagnosis.js'
import { displayText, percentDecode, percentEncode, percentEncodePath } from './percent.js'
import type { QueryParameter, WireRequest } from './request.js'

/** How a dialect writes what was received. */
export interface CanonicalSpelling {
  method(upperCase: string): string
  path(decoded: string): string
  parameterName(decoded: string): string
  headerValue(latin1: string): string
  /** Where the client lists what it signed, for the sentences. */
  readonly headerListName: string
}

export interface Suspect<Parts extends SignedParts> {
  readonly request: WireRequest
  readonly query: readonly QueryParameter[]
  /** The decoded path of the request. */
  readonly path: string
  readonly parts: Parts
  readonly spelling: CanonicalSpelling
}

/** Names beyond these are not tried one by one, so that no request can buy more than its share of trials. */
const NAMES_TRIED_MAX = 12

const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS']

export function* methodTrials<P extends SignedParts>({ request, parts, spelling }: Suspect<P>): Iterable<Trial<P>> {
  for (const method of METHODS) {
    if (method === request.method) continue
    const sentence = `The signature was made for the method ${method}, but the request arrived as ${request.method}.`
    yield { sentence, parts: { ...parts, method: spelling.method(method) } }
  }
}

export function* hostTrials<P extends SignedParts>(suspect: Suspect<P>): Iterable<Trial<P>> {
  const { request, parts, spelling } = suspect
  if (!parts.headers.some(([name]) => name === 'host')) return
  const tried = new Set([request.host])
  for (const [host, reason] of hostsSuspected(request, suspect.path)) {
    if (host === '' || tried.has(host)) continue
    tried.add(host)
    const sentence = `The signature was made for the host "${host}", but the request arrived for "${request.host}": ${reason}.`
    yield { sentence, parts: { ...parts, headers: replaceValue(parts.headers, 'host', spelling.headerValue(host)) } }
  }
}

type Suspicion = readonly [value: string, reason: string]

const PORT = /:\d*$/
const PORTS = ['80', '443', '8080', '8443', '9000']
const LOOPBACKS = ['localhost', '127.0.0.1', '[::1]', '0.0.0.0', 'host.docker.internal']
const HOSTS_OF_PROXIES = ['x-forwarded-host', 'x-original-host', 'x-host', 'host']
const ENDPOINTS: readonly (readonly [RegExp, string])[] = [
  [/\.myqcloud\.com$/, '.tencentcos.cn'],
  [/\.tencentcos\.cn$/, '.myqcloud.com'],
  [/(^|\.)cos\./, '$1cos-internal.'],
  [/(^|\.)cos-internal\./, '$1cos.'],
  [/(^|\.)cos\.[^.]+\./, '$1cos.accelerate.'],
  [/(^|\.)s3\.[^.]+\.amazonaws\.com$/, '$1s3.amazonaws.com'],
  [/(^|\.)s3\.amazonaws\.com$/, '$1s3.us-east-1.amazonaws.com'],
]

/** Without the port, if there is one; an IPv6 address keeps its brackets. */
export function withoutPort(host: string): string {
  return host.replace(PORT, '')
}

function* hostsSuspected({ host, headers }: WireRequest, path: string): Iterable<Suspicion> {
  const name = withoutPort(host)
  const port = host.slice(name.length)
  const bucketInPath = path.split('/')[1] ?? ''
  for (const header of HOSTS_OF_PROXIES) {
    yield [headers.get(header) ?? '', 'a proxy on the way replaced the Host header']
  }
  yield [name, 'the port is missing in what was signed']
  yield [host.toLowerCase(), 'the letters differ in case']
  for (const other of PORTS) yield [`${name}:${other}`, 'the port differs']
  for (const loopback of LOOPBACKS) {
    yield [loopback + port, 'two names of the same machine are two hosts to a signature']
    yield [loopback, 'two names of the same machine are two hosts to a signature']
  }
  yield [host.replace(/^[^.]+\./, ''), 'the bucket is missing in front of the host that was signed']
  yield [`${bucketInPath}.${host}`, 'it was signed for a bucket in the host and sent with the bucket in the path']
  for (const [ending, other] of ENDPOINTS) yield [name.replace(ending, other) + port, 'the endpoints differ']
}

export function* pathTrials<P extends SignedParts>(suspect: Suspect<P>): Iterable<Trial<P>> {
  const { parts, spelling, path } = suspect
  const tried = new Set([parts.path])
  for (const [text, reason] of pathsSuspected(suspect.request, path)) {
    const canonical = spelling.path(text)
    if (tried.has(canonical)) continue
    tried.add(canonical)
    yield { sentence: pathSentence(reason), parts: { ...parts, path: canonical } }
  }
}

/** One sentence for every way in which a path may be written otherwise. */
export function pathSentence(reason: string): string {
  return `The path was signed in another form than the one that arrived: ${reason}.`
}

function* pathsSuspected({ rawPath, host }: WireRequest, path: string): Iterable<Suspicion> {
  const bucketInHost = host.split('.')[0] ?? ''
  yield [path.replaceAll('+', ' '), 'a + was signed as a space; in a path + is a plus sign and a space is %20']
  yield [path.replaceAll(' ', '+'), 'a space was signed as +; in a path a space is %20']
  yield [`/${bucketInHost}${path}`, 'it was signed with the bucket in front, which stands in the host already']
  yield [path.replace(/^\/[^/]+/, '') || '/', 'it was signed without the bucket with which the path begins']
  yield [percentDecode(path) ?? path, 'it was signed decoded once more than it was sent']
  yield [rawPath, 'it was percent-encoded once more than it should be']
  yield [percentEncodePath(path), 'it was percent-encoded once more than it should be']
  yield [normalised(path), 'it was normalised (//, . or ..) before it was signed; object keys are never normalised']
  yield [path.replace(/\/+/g, '/'), 'its repeated slashes were joined before it was signed; object keys keep them']
  yield [path.replace(/\/$/, ''), 'the slash at its end was not signed']
  yield [`${path}/`, 'it was signed with a slash at its end']
  yield [path.slice(1), 'the slash at its beginning was not signed']
  yield [path.toLowerCase(), 'it was signed in lower case']
}

function normalised(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '.' && segment !== '') kept.push(segment)
  }
  return `/${kept.join('/')}${path.endsWith('/') && kept.length > 0 ? '/' : ''}`
}

const VALUE_SPELLINGS: readonly (readonly [write: (text: string) => string, reason: string])[] = [
  [(text) => percentEncode(text.replaceAll(' ', '+')), 'with + where the server read a space: a plus is sent as %2B'],
  [(text) => percentEncode(text).replaceAll('%20', '+'), 'with + for a space instead of %20'],
  [(text) => text, 'without percent-encoding'],
  [(text) => percentEncode(percentEncode(text)), 'encoded twice'],
  [encodeURIComponent, "with ! ' ( ) * left unencoded"],
  [(text) => percentEncode(text).replaceAll('%2F', '/'), 'with / left unencoded'],
  [(text) => lowerEscapes(percentEncode(text)), 'with escapes in lower-case hexadecimal'],
]

export function lowerEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase())
}

export function* parameterTrials<P extends SignedParts>(suspect: Suspect<P>): Iterable<Trial<P>> {
  const { parts, query, spelling } = suspect
  const { parameters } = parts
  if (parameters.length > 0) yield* spellingTrials(parts)
  for (const name of namesOf(parameters)) {
    const sentence = `The query parameter "${displayName(name)}" arrived, but it was not part of what was signed.`
    yield { sentence, parts: { ...parts, parameters: withoutName(parameters, name) } }
    const emptied = `The query parameter "${displayName(name)}" was signed with an empty value, but arrived with one.`
    yield { sentence: emptied, parts: { ...parts, parameters: replaceValue(parameters, name, '') } }
  }
  if (parameters.length > 1) {
    const sentence = 'No query parameter was part of what was signed, but the request carries some.'
    yield { sentence, parts: { ...parts, parameters: [] } }
    const order = query.map(({ name }) => spelling.parameterName(name))
    const unsorted = parameters.toSorted((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]))
    const unsortedSentence = 'The query parameters were signed in the order of the URL; they must be sorted by name.'
    yield { sentence: unsortedSentence, parts: { ...parts, parameters: unsorted } }
  }
}

function* spellingTrials<P extends SignedParts>(parts: P): Iterable<Trial<P>> {
  for (const [write, reason] of VALUE_SPELLINGS) {
    const parameters = parts.parameters.map(([name, value]): Pair => [name, write(percentDecode(value) ?? value)])
    if (parameters.every((pair, index) => pair[1] === parts.parameters[index]?.[1])) continue
    yield { sentence: `The values of the query parameters were signed ${reason}.`, parts: { ...parts, parameters } }
  }
}

export function* headerTrials<P extends SignedParts>(suspect: Suspect<P>): Iterable<Trial<P>> {
  const { request, parts, spelling } = suspect
  for (const name of namesOf(parts.headers)) {
    if (name === 'host') continue
    const received = request.headers.get(name)
    const tried = new Set(parts.headers.filter((pair) => pair[0] === name).map((pair) => pair[1]))
    for (const value of valuesSuspected(name, received ?? '')) {
      const canonical = spelling.headerValue(value)
      if (tried.has(canonical)) continue
      tried.add(canonical)
      const sentence = headerSentence(name, value, received)
      yield { sentence, parts: { ...parts, headers: replaceValue(parts.headers, name, canonical) } }
    }
    const sentence = `The header ${name} is listed in ${spelling.headerListName}, but was not part of what was signed.`
    yield { sentence, parts: { ...parts, headers: withoutName(parts.headers, name) } }
  }
  yield* unlistedHeaderTrials(suspect)
}

const NEVER_SIGNED = new Set(['authorization', 'host', 'content-length', 'connection', 'user-agent', 'accept'])

function* unlistedHeaderTrials<P extends SignedParts>({ request, parts, spelling }: Suspect<P>): Iterable<Trial<P>> {
  const listed = new Set(parts.headers.map(([name]) => name))
  const unlisted = [...request.headers].filter(([name]) => !listed.has(name) && !NEVER_SIGNED.has(name))
  const host: readonly Pair[] = listed.has('host') ? [] : [['host', request.host]]
  for (const [name, value] of [...host, ...unlisted].slice(0, NAMES_TRIED_MAX)) {
    const headers = sortPairs([...parts.headers, [name, spelling.headerValue(value)]])
    const sentence = `The header ${name} was part of what was signed, but is not listed in ${spelling.headerListName}.`
    yield { sentence, parts: { ...parts, headers } }
  }
}

function headerSentence(name: string, signed: string, received: string | undefined): string {
  const was = signed === '' ? 'empty' : `as "${displayText(signed)}"`
  if (received === undefined) return `The header ${name} was signed ${was}, but did not arrive: it was lost on the way.`
  return `The header ${name} was signed ${was}, but arrived as "${displayText(received)}": it was altered on the way.`
}

/** What libraries and proxies are known to add, drop or rewrite. */
const USUAL_VALUES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'content-type',
    [
      'application/octet-stream',
      'application/x-www-form-urlencoded',
      'application/x-www-form-urlencoded; charset=utf-8',
      'application/xml',
      'application/json',
      'text/plain',
      'text/plain;charset=UTF-8',
    ],
  ],
  ['content-length', ['0']],
  ['accept-encoding', ['identity', 'gzip', 'gzip, deflate', 'gzip, deflate, br', 'gzip,gzip', '*']],
  ['accept', ['*/*']],
  ['content-encoding', ['aws-chunked', 'gzip']],
  ['expect', ['100-continue']],
  ['connection', ['keep-alive', 'Keep-Alive', 'close']],
  ['transfer-encoding', ['chunked']],
  ['cache-control', ['no-cache']],
])

function* valuesSuspected(name: string, value: string): Iterable<string> {
  yield ''
  yield* USUAL_VALUES.get(name) ?? []
  if (value === '') return
  yield value.toLowerCase()
  yield value.replace(/[ \t]+/g, ' ')
  yield value.replaceAll(/, ?/g, ', ')
  yield value.replaceAll(/, ?/g, ',')
  yield value.replace(/;.*$/, '')
  if (name === 'content-type') yield* ['; charset=utf-8', '; charset=UTF-8', ';charset=UTF-8'].map((end) => value + end)
  if (name === 'content-encoding') yield `aws-chunked,${value}`
  if (name.startsWith('if-')) yield* [value.replace(/^W\//, ''), value.replaceAll('"', ''), `"${value}"`]
  yield percentDecode(value) ?? ''
  yield Buffer.from(value, 'utf8').toString('latin1')
  yield Buffer.from(displayText(value), 'latin1').toString('latin1')
}

function namesOf(pairs: readonly Pair[]): readonly string[] {
  return [...new Set(pairs.map(([name]) => name))].slice(0, NAMES_TRIED_MAX)
}

function displayName(name: string): string {
  return percentDecode(name) ?? name
}

/** Ways in which a secret is spoiled between the page that shows it and the program that uses it. */
const SECRETS_SUSPECTED: readonly (readonly [
  spoil: (secret: string, accessKeyId: string) => string,
  reason: string,
])[] = [
  [(secret) => `${secret}\n`, 'with a line break at its end'],
  [(secret) => `${secret}\r\n`, 'with a line break at its end'],
  [(secret) => `${secret}\r`, 'with a line break at its end'],
  [(secret) => `${secret} `, 'with a space at its end'],
  [(secret) => ` ${secret}`, 'with a space in front'],
  [(secret) => secret.trim(), 'without the white space that is part of it'],
  [(secret) => `"${secret}"`, 'inside quotation marks'],
  [(secret) => `'${secret}'`, 'inside quotation marks'],
  [percentEncode, 'percent-encoded'],
  [(secret) => secret.replaceAll('+', ' '), 'with its + turned into spaces'],
  [() => '', 'empty'],
  [(_, accessKeyId) => accessKeyId, 'replaced by the key id'],
  [(secret) => secret.toLowerCase(), 'in lower case'],
]

/** `spoiled` says how the parts are signed with another secret than the right one. */
export function* secretTrials<P>(
  accessKeyId: string,
  spoiled: (spoil: (secret: string) => string) => P,
): Iterable<Trial<P>> {
  for (const [spoil, reason] of SECRETS_SUSPECTED) {
    const sentence = `The key id is right, but the secret key was used ${reason}.`
    yield { sentence, parts: spoiled((secret) => spoil(secret, accessKeyId)) }
  }
}
