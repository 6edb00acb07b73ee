/**
 * How the text of a setting becomes a value. Each kind says what it expects in words that end the sentence
 * "expected …", so that the person who mistyped can mend it without a manual. Pure.
 */

import { isIP } from 'node:net'
import { masterKeyFrom } from '../base/master-key.js'
import { type Secret, secret } from '../base/secret.js'
import { addressRange } from '../model/policy/address-range.js'
import type { RegionSetting } from '../model/regions.js'

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false }

export interface Kind<T> {
  readonly expected: string
  /** A text of this kind is never repeated in a message. */
  readonly confidential?: boolean
  parse(text: string): Parsed<T>
}

/** Where a listener binds. `host` carries no brackets. Port 0 asks the system for a free one. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

export type MetaEngine =
  | { readonly engine: 'memory' }
  /** Without a path: inside the data directory. */
  | { readonly engine: 'lmdb'; readonly path: string | undefined }

export type BlobEngine =
  | { readonly engine: 'memory' }
  /** Without a path: inside the data directory. */
  | { readonly engine: 'files'; readonly path: string | undefined }

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

export interface LogStyle {
  readonly level: LogLevel
  /** `auto`: text for a terminal, JSON otherwise. */
  readonly format: 'auto' | 'json' | 'text'
}

const NOT_OK = { ok: false } as const

function ok<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

export const address: Kind<ListenAddress> = {
  expected: 'host:port, such as 127.0.0.1:9000, localhost:0 or [::1]:9000',
  parse(text) {
    const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
    const bracketed = match?.[1]
    const host = bracketed ?? match?.[2]
    const port = Number(match?.[3])
    if (host === undefined || !(port <= 65_535)) return NOT_OK
    const valid = bracketed === undefined ? isIP(host) === 4 || isHostName(host) : isIP(host) === 6
    return valid ? ok({ host, port }) : NOT_OK
  },
}

/** `host:port` with brackets where IPv6 needs them, as it stands in a URL. */
export function formatAddress({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Labels of letters, digits and hyphens. All digits and dots would be a mistyped IPv4 address. */
function isHostName(text: string): boolean {
  return text.length <= 253 && !/^[\d.]+$/.test(text) && text.split('.').every((label) => LABEL.test(label))
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i

export const hostSuffixes: Kind<readonly string[]> = {
  expected: 'host names separated by commas, such as localhost,storage.example.com',
  parse(text) {
    const names = text.split(',').map((name) => name.trim().toLowerCase())
    return names.every(isHostName) ? ok([...new Set(names)]) : NOT_OK
  },
}

export const regionName: Kind<string> = {
  expected: 'a region name of lower-case letters, digits and hyphens, such as ap-guangzhou',
  parse: matching(/^[a-z0-9][a-z0-9-]{0,62}$/),
}

export const regionNames: Kind<readonly string[]> = {
  expected: 'region names separated by commas, such as us-east-1,us-west-2',
  parse(text) {
    const names = text.split(',').map((name) => name.trim())
    return names.every((name) => regionName.parse(name).ok) ? ok([...new Set(names)]) : NOT_OK
  },
}

/** `all`, or those named. */
export const regionChoice: Kind<readonly string[] | 'all'> = {
  expected: 'all, none, or region names separated by commas',
  parse(text) {
    if (text === 'all') return ok('all')
    return text === 'none' ? ok([]) : regionNames.parse(text)
  },
}

/** They stand where a region could in hosts, or in this setting. */
const HOST_WORDS = ['accelerate', 'dualstack', 'none']

/** `none` for an empty list: most installations have one region. */
export const regionsWithLabels: Kind<readonly RegionSetting[]> = {
  expected: 'region names separated by commas, each with its label or without, such as ap-beijing,ap-tokyo=tk, or none',
  parse(text) {
    if (text === 'none') return ok([])
    const regions = text.split(',').map((part): RegionSetting => {
      const [name = '', label, ...rest] = part.trim().split('=')
      return { name: rest.length === 0 ? name : '', label }
    })
    const words = regions.flatMap(({ name, label }) => [name, ...(label === undefined ? [] : [label])])
    const distinct = new Set(words).size === words.length
    const usable = (word: string) => regionName.parse(word).ok && !HOST_WORDS.includes(word)
    return distinct && words.every(usable) ? ok(regions) : NOT_OK
  },
}

/** Addresses and networks, to be believed in what they forward. */
export const addressRanges: Kind<readonly string[]> = {
  expected: 'addresses or networks separated by commas, such as 10.0.0.0/8,fd00::1',
  parse(text) {
    const ranges = text.split(',').map((range) => range.trim())
    return ranges.every((range) => addressRange(range) !== undefined) ? ok([...new Set(ranges)]) : NOT_OK
  },
}

export const appid: Kind<string> = {
  expected: 'an APPID of 5 to 20 digits, such as 1250000000',
  parse: matching(/^[1-9]\d{4,19}$/),
}

/** No character that separates the fields of a signature or a credential scope. */
export const accessKeyId: Kind<string> = {
  expected: 'a key id of 3 to 128 letters, digits, dots, hyphens and underscores',
  parse: matching(/^[\w.-]{3,128}$/),
}

export const secretKey: Kind<Secret> = {
  expected: 'a secret of 8 to 128 printable ASCII characters without spaces',
  confidential: true,
  parse: (text) => (/^[\x21-\x7e]{8,128}$/.test(text) ? ok(secret(text)) : NOT_OK),
}

export const webAddress: Kind<string> = {
  expected: 'an http or https URL of at most 1,024 characters',
  parse: (text) => (/^https?:\/\/[\x21-\x7e]{1,1016}$/.test(text) && URL.canParse(text) ? ok(text) : NOT_OK),
}

/** A server and nothing of it: paths are those of the requests. */
export const originAddress: Kind<string> = {
  expected: 'an http or https URL without a path, such as https://storage.example.com:9443',
  parse(text) {
    const url = webAddress.parse(text).ok ? new URL(text) : undefined
    const bare =
      url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
    return bare ? ok(url.origin) : NOT_OK
  },
}

export const masterKey: Kind<Secret> = {
  expected: 'base64 of 32 bytes, such as `openssl rand -base64 32` prints',
  confidential: true,
  parse(text) {
    const key = masterKeyFrom(text)
    return key === undefined ? NOT_OK : ok(key)
  },
}

export const path: Kind<string> = {
  expected: 'a path without NUL characters',
  parse: (text) => (text.includes('\0') ? NOT_OK : ok(text)),
}

export const workers: Kind<number | 'auto'> = {
  expected: 'a whole number from 1 to 256, or auto',
  parse: (text) => (text === 'auto' ? ok(text) : wholeNumber(1, 256).parse(text)),
}

export const metaEngine: Kind<MetaEngine> = {
  expected: 'memory:, lmdb: or lmdb:<path>',
  parse(text) {
    if (text === 'memory:') return ok({ engine: 'memory' })
    return engineWithPath(text, 'lmdb')
  },
}

export const blobEngine: Kind<BlobEngine> = {
  expected: 'memory:, files: or files:<path>',
  parse(text) {
    if (text === 'memory:') return ok({ engine: 'memory' })
    return engineWithPath(text, 'files')
  },
}

function engineWithPath<N extends string>(text: string, engine: N): Parsed<{ engine: N; path: string | undefined }> {
  if (!text.startsWith(`${engine}:`) || text.includes('\0')) return NOT_OK
  const where = text.slice(engine.length + 1)
  return ok({ engine, path: where === '' ? undefined : where })
}

export const logStyle: Kind<LogStyle> = {
  expected: 'error, warn, info or debug, alone or followed by :json or :text',
  parse(text) {
    const [first = '', second = 'auto', ...rest] = text.split(':')
    const level = LOG_LEVELS.find((known) => known === first)
    const format = LOG_FORMATS.find((known) => known === second)
    return level && format && rest.length === 0 ? ok({ level, format }) : NOT_OK
  },
}

const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const
const LOG_FORMATS = ['auto', 'json', 'text'] as const

export function oneOf<const W extends string>(...words: readonly W[]): Kind<W> {
  return {
    expected: words.join(' or '),
    parse(text) {
      const word = words.find((candidate) => candidate === text)
      return word === undefined ? NOT_OK : ok(word)
    },
  }
}

/** Both ends inclusive. */
export function wholeNumber(min: number, max: number): Kind<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    parse(text) {
      const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
      return value >= min && value <= max ? ok(value) : NOT_OK
    },
  }
}

function matching(pattern: RegExp): (text: string) => Parsed<string> {
  return (text) => (pattern.test(text) ? ok(text) : NOT_OK)
}
