/**
 * What the server says about itself: log lines and measurements. Everything takes a `Log` and a `Metrics`, nothing
 * takes pino or prom-client. Whatever a caller hands to a log, credentials do not come out of it.
 */

import pino from 'pino'
import type { Clock } from './clock.js'
import { REDACTED } from './secret.js'

export type LogFields = Readonly<Record<string, unknown>>

export interface Log {
  error(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  /** The same log with fields that stand on each of its lines. */
  with(fields: LogFields): Log
}

export interface LogOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly format: 'json' | 'text'
  readonly clock: Clock
  /** Receives whole lines with their line break. */
  readonly write: (line: string) => void
}

export function createLog({ level, format, clock, write }: LogOptions): Log {
  const destination = { write: format === 'json' ? write : (line: string) => write(textLine(line)) }
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: (fields) => cleanFields(fields) },
    },
    destination,
  )
  return logOver(logger)
}

function logOver(logger: pino.Logger): Log {
  return {
    error: (message, fields = {}) => logger.error(fields, cleanText(message)),
    warn: (message, fields = {}) => logger.warn(fields, cleanText(message)),
    info: (message, fields = {}) => logger.info(fields, cleanText(message)),
    debug: (message, fields = {}) => logger.debug(fields, cleanText(message)),
    with: (fields) => logOver(logger.child(cleanFields(fields))),
  }
}

export const silentLog: Log = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  with: () => silentLog,
}

const CONFIDENTIAL_NAME = /authorization|secret|token|signature|signing-?key|password|cookie/i
/** Credentials that stand inside longer text: presigned URLs, raw headers, SigV4 and COS signatures. */
const CONFIDENTIAL_TEXT =
  /((?:q-signature|x-amz-signature|x-(?:cos|amz)-security-token|signature|sign)=)[^&\s,"']+|((?:authorization|x-(?:cos|amz)-security-token):\s*)[^\r\n]+/gi
const DEPTH_MAX = 6
const ITEMS_MAX = 100
const TEXT_LENGTH_MAX = 8_192

function cleanText(text: string): string {
  const shown = text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX)}…`
  return shown.replace(CONFIDENTIAL_TEXT, (_, parameter = '', header = '') => `${parameter}${header}${REDACTED}`)
}

function cleanFields(fields: LogFields): Record<string, unknown> {
  return cleanEntries(Object.entries(fields), 0)
}

function cleanEntries(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, unknown> {
  return Object.fromEntries(
    entries
      .slice(0, ITEMS_MAX)
      .map(([name, value]) => [name, CONFIDENTIAL_NAME.test(name) && value ? REDACTED : clean(value, depth)]),
  )
}

/** A bounded copy without credentials, ready for JSON. */
function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEPTH_MAX) return '…'
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  if (value instanceof Error) return cleanError(value, depth + 1)
  if ('toJSON' in value && typeof value.toJSON === 'function') return clean(value.toJSON(), depth + 1)
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => cleanItem(item, depth + 1))
  return cleanEntries(Object.entries(value), depth + 1)
}

/** Headers travel as `[name, value]` pairs: the name decides there as well. */
function cleanItem(item: unknown, depth: number): unknown {
  const isPair = Array.isArray(item) && item.length === 2 && typeof item[0] === 'string'
  return isPair && CONFIDENTIAL_NAME.test(item[0]) ? [item[0], REDACTED] : clean(item, depth)
}

function cleanError(error: Error, depth: number): Record<string, unknown> {
  const own = Object.entries(error).filter(([name]) => !['name', 'message', 'stack', 'cause'].includes(name))
  return {
    name: error.name,
    message: cleanText(error.message),
    ...cleanEntries(own, depth),
    stack: cleanText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: clean(error.cause, depth) }),
  }
}

/** `12:00:01.123 WARN message name=value`: one line for a person, whatever the fields hold. */
function textLine(line: string): string {
  const { time = '', level = '', message = '', ...fields } = parseLine(line)
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${fieldText(value)}`)
  return `${String(time).slice(11, 23)} ${String(level).toUpperCase().padEnd(5)} ${oneLine(String(message))}${rest.join('')}\n`
}

function parseLine(line: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(line)
  return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : { message: line }
}

function fieldText(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : oneLine(JSON.stringify(value))
}

/** Control characters in a message could forge a second line or drive a terminal. */
function oneLine(text: string): string {
  return text.replace(
    /[\x00-\x1f\x7f-\x9f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

export interface RequestMeasurement {
  /** A name of the operation table, or `Unknown` when routing failed. Never text from the client. */
  readonly operation: string
  readonly dialect: string
  readonly status: number
  /** SOAP fault class of the error that was answered. */
  readonly fault: 'Client' | 'Server' | undefined
  readonly durationMs: number
  readonly receivedBytes: number
  readonly sentBytes: number
}

export interface StoreCallMeasurement {
  readonly store: 'meta' | 'blob'
  /** A method of the store's contract. */
  readonly call: string
  readonly outcome: 'ok' | 'conflict' | 'failed'
  readonly durationMs: number
}

export interface JobRunMeasurement {
  readonly job: string
  readonly outcome: 'ok' | 'failed'
  readonly durationMs: number
}

export interface AccessRecordsMeasurement {
  /** `dropped`: could not be delivered, and more of them waited than are kept. `lost`: could not be stored. */
  readonly outcome: 'delivered' | 'dropped' | 'lost'
  readonly count: number
}

export interface Metrics {
  request(measurement: RequestMeasurement): void
  storeCall(measurement: StoreCallMeasurement): void
  jobRun(measurement: JobRunMeasurement): void
  /** Records of access logs. */
  accessRecords(measurement: AccessRecordsMeasurement): void
  /** Open client connections of this process, now. */
  connections(count: number): void
}

export const silentMetrics: Metrics = {
  request: () => {},
  storeCall: () => {},
  jobRun: () => {},
  accessRecords: () => {},
  connections: () => {},
}
