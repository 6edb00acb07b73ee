/**
 * Forms in COS (cos-auth-and-bucket.md 2.7, cos-object.md 6): a signature over the policy in four fields, or, on older
 * pages, a whole Authorization string in the field `Signature`. What may stand in a form is for the policy to say only
 * where it says something: fields that no condition mentions are fine.
 */

import { createHash } from 'node:crypto'
import type { Millis } from '../../base/clock.js'
import { equalSecrets, hmacSha1Hex } from '../../base/hmac.js'
import { fail } from '../../model/errors/index.js'
import type { AuthFacts, FormClaim, FormFields, FormScheme } from '../../wire/authentication.js'
import { secretTrials } from '../../wire/diagnosis-trials.js'
import type { FormDialect } from '../../wire/dialect.js'
import type { WireRequest } from '../../wire/request.js'
import { checkWindow, parseWindow, serverTime } from './authorization.js'
import { cosSchemes } from './signature.js'

const SIGNATURE_FIELDS = ['policy', 'q-sign-algorithm', 'q-ak', 'q-key-time', 'q-signature'] as const

/** Without these the policy alone may be there, of either dialect. */
const OWN_FIELDS = SIGNATURE_FIELDS.filter((name) => name !== 'policy')

const overPolicy: FormScheme = {
  kind: 'cos-form',
  presents: (fields) => OWN_FIELDS.some((name) => fields.has(name)),
  claim: (_request, fields, facts) => {
    const [policy, algorithm, accessKeyId, keyTimeText, signature] = readFields(fields, facts.now)
    if (algorithm !== 'sha1') refuse('The value of q-sign-algorithm must be sha1.', facts.now)
    const keyTime =
      parseWindow(keyTimeText) ??
      refuse(
        'The value of q-key-time must be two Unix times in seconds, start;end, with the start not after the end.',
        facts.now,
      )
    return {
      accessKeyId,
      securityToken: fields.get('x-cos-security-token') || undefined,
      overPolicy: true,
      verify: (secretKey) => verify({ policy, keyTime: keyTime.text, accessKeyId, signature }, secretKey, facts.now),
      checkTimes: () => checkWindow(keyTime, facts.now),
    }
  },
}

type SignatureTexts = readonly [policy: string, algorithm: string, key: string, keyTime: string, signature: string]

function readFields(fields: FormFields, now: Millis): SignatureTexts {
  const read = (name: (typeof SIGNATURE_FIELDS)[number]) => fields.get(name) || refuse(`The form lacks ${name}.`, now)
  return [read('policy'), read('q-sign-algorithm'), read('q-ak'), read('q-key-time'), read('q-signature')]
}

function refuse(message: string, now: Millis): never {
  return fail('InvalidSecurity', { ServerTime: serverTime(now) }, { message })
}

interface SignedPolicy {
  readonly policy: string
  readonly keyTime: string
  readonly accessKeyId: string
  readonly signature: string
}

/** No framing around the digest, unlike the signature of a request. */
export function formSignature(stringToSign: string, keyTime: string, secretKey: string): string {
  return hmacSha1Hex(hmacSha1Hex(secretKey, keyTime), stringToSign)
}

/** Of the document, which is what the field decodes to. */
export function formStringToSign(policy: string): string {
  return createHash('sha1').update(Buffer.from(policy, 'base64')).digest('hex')
}

function verify(signed: SignedPolicy, secretKey: string, now: Millis): void {
  const { policy, keyTime, signature } = signed
  const StringToSign = formStringToSign(policy)
  if (equalSecrets(formSignature(StringToSign, keyTime, secretKey), signature)) return
  fail(
    'SignatureDoesNotMatch',
    { StringToSign, ServerTime: serverTime(now) },
    { diagnosis: diagnosis(signed, secretKey) },
  )
}

/** What clients do otherwise, each tried. */
function diagnosis({ policy, keyTime, accessKeyId, signature }: SignedPolicy, secretKey: string): string {
  const stringToSign = formStringToSign(policy)
  const made = (text: string, secret: string = secretKey) =>
    equalSecrets(formSignature(text, keyTime, secret), signature)
  const digestOf = (text: string) => createHash('sha1').update(text, 'latin1').digest('hex')
  if (made(digestOf(policy))) return 'The Base64 of the policy was signed; the document itself is signed.'
  if (made(Buffer.from(policy, 'base64').toString('latin1'))) {
    return 'The policy itself was signed; its SHA-1 in hexadecimal is signed.'
  }
  if (made(`sha1\n${keyTime}\n${stringToSign}\n`)) {
    return 'The policy was signed as a request is; a form signs the SHA-1 of the policy and nothing around it.'
  }
  if (equalSecrets(hmacSha1Hex(secretKey, stringToSign), signature)) {
    return 'The secret key itself signed the policy; the key is the HMAC-SHA1 of q-key-time, in hexadecimal.'
  }
  for (const { sentence, parts } of secretTrials(accessKeyId, (spoil) => spoil(secretKey))) {
    if (made(stringToSign, parts)) return sentence
  }
  return `The signature is over another policy or another q-key-time than the form has, or the secret key is not the one that belongs to ${accessKeyId}.`
}

const AUTHORIZATION = /(^|&)\s*q-(sign-algorithm|ak|signature)=/

/** As the demo pages sign: method `post`, path `/`, whatever the form's address is (cos-object.md 6.1). */
const wholeAuthorization: FormScheme = {
  kind: 'cos-form-authorization',
  presents: (fields) => AUTHORIZATION.test(fields.get('signature') ?? ''),
  claim: (request, fields, facts) => headerClaim(request, fields, facts),
}

function headerClaim(request: WireRequest, fields: FormFields, facts: AuthFacts): FormClaim {
  const headers = new Map([...request.headers, ['authorization', fields.get('signature') ?? '']])
  const signed = { ...request, rawPath: '/', headers }
  const scheme = cosSchemes.find((candidate) => candidate.presents(signed, facts.query))
  if (scheme === undefined) return refuse('The field Signature is not a signature.', facts.now)
  const claim = scheme.claim(signed, facts)
  return {
    accessKeyId: claim.accessKeyId,
    securityToken: fields.get('x-cos-security-token') || undefined,
    overPolicy: false,
    verify: (secretKey) => void claim.verify(secretKey),
    checkTimes: () => undefined,
  }
}

/** The match types of cos-object.md 6.2: of these a beginning will do. */
const BY_PREFIX = new Set([
  'key',
  'acl',
  'cache-control',
  'content-type',
  'content-disposition',
  'content-encoding',
  'expires',
  'success_action_redirect',
])
const EXACT = new Set(['bucket', 'success_action_status', 'q-sign-algorithm', 'q-ak', 'q-sign-time'])

export const cosForm: FormDialect = {
  schemes: [overPolicy, wholeAuthorization],
  filenameStandsIn: (name) => name === 'key',
  tagsField: undefined,
  headerNames: new Map([
    ['acl', 'x-cos-acl'],
    ['callback', 'x-cos-callback'],
  ]),
  rules: {
    conditionsRequired: ['q-sign-algorithm', 'q-ak', 'q-sign-time'],
    conditionFields: new Map([['q-sign-time', 'q-key-time']]),
    exactOnly: (name) =>
      EXACT.has(name) || (name.startsWith('x-cos-') && !name.startsWith('x-cos-meta-') && !BY_PREFIX.has(name)),
    uncovered: () => true,
    texts: {
      malformed: (sentence) => `The policy of the form is not valid: ${sentence}`,
      withoutConditions: 'You must provide condition if you specify a policy in post object request.',
      expired: (expiresAt, now) =>
        `You post object request has been expired, expiration time: ${Math.floor(expiresAt / 1000)} but the time now : ${Math.floor(now / 1000)}`,
      unmet: ({ name, value }) => `Condition key ${name} doesn't match the value ${value}`,
      uncovered: (names) => `No condition mentions ${names.join(', ')}`,
      size: "Condition key content-length-range doesn't match the value",
    },
  },
}
