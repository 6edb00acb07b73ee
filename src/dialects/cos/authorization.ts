/**
 * Reading a COS signature out of a request (cos-auth-and-bucket.md 2.1) and checking its times (2.4). Whatever is
 * present but is not a signature is InvalidSecurity: no other error leaves this file for a string that does not parse.
 */

import type { Millis } from '../../base/clock.js'
import { fail } from '../../model/errors/index.js'
import { percentDecode } from '../../wire/percent.js'

export const SKEW_SECONDS_MAX = 900

export interface CosAuthorization {
  readonly accessKeyId: string
  readonly signTime: TimeWindow
  readonly keyTime: TimeWindow
  /** As listed, one layer of escapes taken off. */
  readonly headerList: string
  readonly parameterList: string
  readonly signature: string
}

export interface TimeWindow {
  /** `start;end` as it was signed. */
  readonly text: string
  readonly startSeconds: number
  readonly endSeconds: number
}

/** The seven items of a signature; `undefined` for one that is absent. */
export type ItemReader = (name: string) => string | undefined

/** Of `k=v` items joined by `&`, in any order; the first of repeated ones wins. */
export function itemsOf(text: string): ItemReader {
  const items = new Map<string, string>()
  for (const item of text.trim().split('&')) {
    const equals = item.indexOf('=')
    const name = (equals === -1 ? item : item.slice(0, equals)).trim()
    if (!items.has(name)) items.set(name, equals === -1 ? '' : item.slice(equals + 1).trim())
  }
  return (name) => items.get(name)
}

export function readAuthorization(read: ItemReader, now: Millis): CosAuthorization {
  const refuse = (message: string): never => fail('InvalidSecurity', { ServerTime: serverTime(now) }, { message })
  const item = (name: string): string => {
    const value = read(name) ?? refuse(`The signature lacks ${name}.`)
    return percentDecode(value) ?? refuse(`The value of ${name} in the signature cannot be decoded.`)
  }
  const filled = (name: string): string => item(name) || refuse(`The value of ${name} in the signature is empty.`)
  const window = (name: string): TimeWindow =>
    parseWindow(item(name)) ??
    refuse(`The value of ${name} must be two Unix times in seconds, start;end, with the start not after the end.`)

  if (filled('q-sign-algorithm') !== 'sha1') refuse('The value of q-sign-algorithm must be sha1.')
  return {
    accessKeyId: filled('q-ak'),
    signTime: window('q-sign-time'),
    keyTime: window('q-key-time'),
    headerList: item('q-header-list'),
    parameterList: item('q-url-param-list'),
    signature: filled('q-signature'),
  }
}

const WINDOW = /^(\d{1,15});(\d{1,15})$/

/** Undefined unless it is `start;end`. */
export function parseWindow(text: string): TimeWindow | undefined {
  const match = WINDOW.exec(text)
  const startSeconds = Number(match?.[1])
  const endSeconds = Number(match?.[2])
  return startSeconds <= endSeconds ? { text, startSeconds, endSeconds } : undefined
}

/** The end is exact; a start in the future is tolerated up to the skew (2.4). */
export function checkTimes({ signTime, keyTime }: CosAuthorization, now: Millis): void {
  checkWindow(signTime, now)
  checkWindow(keyTime, now)
}

export function checkWindow({ startSeconds, endSeconds }: TimeWindow, now: Millis): void {
  const nowSeconds = Math.floor(now / 1000)
  if (nowSeconds > endSeconds) {
    fail('RequestExpired', { ServerTime: serverTime(now) }, { diagnosis: expiry(endSeconds, now) })
  }
  if (startSeconds - nowSeconds > SKEW_SECONDS_MAX) {
    fail('RequestTimeTooSkewed', {
      RequestTime: isoSeconds(startSeconds) ?? startSeconds,
      ServerTime: serverTime(now),
      MaxAllowedSkewMilliseconds: SKEW_SECONDS_MAX * 1000,
    })
  }
}

function expiry(endSeconds: number, now: Millis): string {
  const end = isoSeconds(endSeconds) ?? `second ${endSeconds}`
  return `The signature was valid until ${end}, and the server's clock says ${serverTime(now)}: sign again, or correct the clock of the client.`
}

export function serverTime(now: Millis): string {
  return isoSeconds(Math.floor(now / 1000)) ?? ''
}

const LAST_SECONDS_OF_A_DATE = 8.64e12

/** Undefined beyond the years that a date can hold. */
function isoSeconds(seconds: number): string | undefined {
  if (seconds > LAST_SECONDS_OF_A_DATE) return undefined
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
