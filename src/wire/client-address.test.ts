import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wireRequest } from '../../test/support/wire-request.js'
import { createClientAddresses } from './client-address.js'

interface Row {
  readonly what: string
  readonly trusted: readonly string[]
  readonly peer: string
  readonly headers?: Readonly<Record<string, string>>
  readonly address: string
  readonly secure?: boolean
}

const ROWS: readonly Row[] = [
  {
    what: 'nobody is believed by default',
    trusted: [],
    peer: '127.0.0.1',
    headers: { 'x-forwarded-for': '9.9.9.9', 'x-forwarded-proto': 'https' },
    address: '127.0.0.1',
  },
  {
    what: 'a stranger is not believed',
    trusted: ['10.0.0.0/8'],
    peer: '192.0.2.1',
    headers: { 'x-forwarded-for': '9.9.9.9', 'x-forwarded-proto': 'https' },
    address: '192.0.2.1',
  },
  {
    what: 'a listed proxy is believed',
    trusted: ['10.0.0.0/8'],
    peer: '10.1.2.3',
    headers: { 'x-forwarded-for': '9.9.9.9', 'x-forwarded-proto': 'https' },
    address: '9.9.9.9',
    secure: true,
  },
  {
    what: 'what the client wrote in front of its own address is not believed',
    trusted: ['10.0.0.0/8'],
    peer: '10.1.2.3',
    headers: { 'x-forwarded-for': '1.1.1.1, 9.9.9.9, 10.0.0.7' },
    address: '9.9.9.9',
  },
  {
    what: 'only proxies in the list: the nearest counts',
    trusted: ['10.0.0.0/8'],
    peer: '10.1.2.3',
    headers: { 'x-forwarded-for': '10.0.0.7' },
    address: '10.1.2.3',
  },
  {
    what: 'an address that is none ends the list',
    trusted: ['10.1.2.3'],
    peer: '10.1.2.3',
    headers: { 'x-forwarded-for': '9.9.9.9, unknown' },
    address: '10.1.2.3',
  },
  { what: 'a mapped IPv4 address is the IPv4 address', trusted: [], peer: '::ffff:192.0.2.7', address: '192.0.2.7' },
  {
    what: 'IPv6 proxies and clients, with brackets and ports',
    trusted: ['fd00::/8'],
    peer: 'fd00::1',
    headers: { 'x-forwarded-for': '[2001:db8::5]:4711' },
    address: '2001:db8::5',
  },
]

for (const { what, trusted, peer, headers = {}, address, secure = false } of ROWS) {
  test(what, () => {
    const request = { ...wireRequest({ method: 'GET', target: '/', host: 'localhost', headers }), remoteAddress: peer }
    assert.deepEqual(createClientAddresses(trusted)(request), { address, secure })
  })
}
