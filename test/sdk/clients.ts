/**
 * The official clients, unmodified, pointed at a server under test. The COS SDK knows no path style and `*.localhost`
 * has no address in many resolvers, so it comes by one of two ways: as a proxy for the production host names, or by its
 * `Ip` option, which keeps the host name in the Host header and connects elsewhere.
 */

import assert from 'node:assert/strict'
import { Agent, type IncomingMessage, request } from 'node:http'
import type { LookupFunction } from 'node:net'
import { join } from 'node:path'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import COS from 'cos-nodejs-sdk-v5'
import { startServer, type TestServer } from '../../src/testing.js'

export const REGION = 'ap-guangzhou'

/** What a client has to know. */
export type Reachable = Pick<TestServer, 'endpoint' | 'credentials'>

/** Production host names through `Proxy`: nothing else of a program has to change. */
export function cosThroughProxy(server: Reachable, options: COS.COSOptions = {}): COS {
  return new COS({
    SecretId: server.credentials.secretId,
    SecretKey: server.credentials.secretKey,
    Protocol: 'http:',
    Proxy: server.endpoint,
    ...options,
  })
}

/** Own suffix by `Domain`; `Ip` takes the place of a name service that knows `*.localhost`. */
export function cosAtOwnDomain(server: TestServer, options: COS.COSOptions = {}): COS {
  return new COS({
    SecretId: server.credentials.secretId,
    SecretKey: server.credentials.secretKey,
    Protocol: 'http:',
    Domain: `{Bucket}.cos.{Region}.localhost:${server.port}`,
    ServiceDomain: `http://service.cos.localhost:${server.port}`,
    Ip: `127.0.0.1:${server.port}`,
    ...options,
  })
}

/** Production host names by `Ip` alone: no proxy, no domain. */
export function cosByAddress(server: TestServer): COS {
  return cosAtOwnDomain(server, { Domain: '', ServiceDomain: '' })
}

/** Host names without a region, and the bare endpoint for the list of buckets. */
export function cosAtShortDomain(server: TestServer): COS {
  return cosAtOwnDomain(server, { Domain: `{Bucket}.localhost:${server.port}`, ServiceDomain: server.endpoint })
}

/** The engines that a user meets: everything in memory, and LMDB with files in a directory. */
export const ENGINES = [
  { engine: 'in memory', start: (_directory: string) => startServer({ memory: true }) },
  { engine: 'on disk', start: (directory: string) => startServer({ data: join(directory, 'data') }) },
] as const

export function s3PathStyle(server: Reachable, config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint: server.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: {
      accessKeyId: server.credentials.secretId,
      secretAccessKey: server.credentials.secretKey,
    },
    ...config,
  })
}

/** `<bucket>.localhost`, looked up here because not every resolver knows `*.localhost`. */
export function s3VirtualHost(server: TestServer, config: S3ClientConfig = {}): S3Client {
  const lookup: LookupFunction = (_host, options, answer) =>
    options.all === true ? answer(null, [{ address: '127.0.0.1', family: 4 }]) : answer(null, '127.0.0.1', 4)
  const httpAgent = new Agent({ keepAlive: true, lookup })
  return s3PathStyle(server, {
    endpoint: `http://localhost:${server.port}`,
    forcePathStyle: false,
    requestHandler: { httpAgent },
    ...config,
  })
}

/** The error that a call ends in. */
export async function failureOf<T>(call: Promise<unknown>, type: new (...given: never[]) => T): Promise<T> {
  try {
    await call
  } catch (error) {
    assert.ok(error instanceof type, `expected ${type.name}, got ${String(error)}`)
    return error
  }
  return assert.fail(`expected ${type.name}, but the call succeeded`)
}

export async function cosFailureOf(call: Promise<unknown>): Promise<COS.CosSdkError> {
  try {
    await call
  } catch (error) {
    assert.ok(isCosError(error), `expected an error of the COS SDK, got ${String(error)}`)
    return error
  }
  return assert.fail('expected an error of the COS SDK, but the call succeeded')
}

function isCosError(error: unknown): error is COS.CosSdkError {
  return typeof error === 'object' && error !== null && 'statusCode' in error
}

export interface PlainAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** A client without any SDK: follows nothing, adds nothing, and connects to the server whatever host the URL names. */
export function fetchPlainly(
  server: TestServer,
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<PlainAnswer> {
  const { host, pathname } = new URL(url)
  const path = url.slice(url.indexOf(pathname, url.indexOf(host) + host.length))
  const { method = 'GET', headers = {}, body = '' } = options
  const length = method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: server.host, port: server.port, method, path, headers: { ...length, ...headers, host }, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Bytes that differ from part to part and from test to test, without a random source. */
export function patterned(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(sizeBytes)
  let state = seed
  for (let at = 0; at < sizeBytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}
