/** The start-up text: a generated secret once, a configured one never. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { type WelcomeFacts, welcomeText } from './welcome.js'

const facts: WelcomeFacts = {
  endpoint: 'http://127.0.0.1:41234',
  secureEndpoint: undefined,
  adminEndpoint: 'http://127.0.0.1:9001',
  region: 'ap-guangzhou',
  furtherRegions: [],
  dataDirectory: '/srv/stowage',
  appid: '1250000000',
  secretId: 'AKIDEXAMPLE',
  generatedSecretKey: undefined,
}

test('a configured secret is not shown; the snippets read it from the environment', () => {
  const text = welcomeText(facts)
  assert.match(text, /SecretKey: process\.env\.STOWAGE_SECRET_KEY,/)
  assert.match(text, /AWS_SECRET_ACCESS_KEY="\$STOWAGE_SECRET_KEY"/)
  assert.doesNotMatch(text, /only this once/)
})

test('a generated secret is shown with its warning and stands in the snippets', () => {
  const text = welcomeText({ ...facts, generatedSecretKey: 'generatedSecret' })
  assert.match(text, /SecretKey +generatedSecret\n/)
  assert.match(text, /SecretKey: 'generatedSecret',/)
  assert.match(text, /AWS_SECRET_ACCESS_KEY=generatedSecret\n/)
  assert.match(text, /shown only this once/)
})

test('snippets use the port that was bound and a bucket name that both dialects take', () => {
  const text = welcomeText(facts)
  assert.match(text, /Proxy: 'http:\/\/127\.0\.0\.1:41234'/)
  assert.match(text, /--endpoint-url http:\/\/127\.0\.0\.1:41234 mb s3:\/\/example-1250000000\n/)
  assert.match(text, /Bucket: 'example-1250000000', Region: 'ap-guangzhou'/)
})

test('further regions are named where there are any', () => {
  assert.doesNotMatch(welcomeText(facts), /Further regions/)
  const text = welcomeText({ ...facts, furtherRegions: ['ap-beijing', 'ap-tokyo'] })
  assert.match(text, /Further regions +ap-beijing, ap-tokyo\n/)
})

test('a store in memory says that it will be gone', () => {
  assert.match(welcomeText({ ...facts, dataDirectory: undefined }), /Data +in memory, gone when this process ends\n/)
  assert.match(welcomeText({ ...facts, secureEndpoint: 'https://127.0.0.1:9443' }), /TLS endpoint +https:/)
})
