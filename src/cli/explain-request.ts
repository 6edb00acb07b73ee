/**
 * `stowage explain --request`: a recorded request taken through its signature step by step, for the person who holds
 * the key pair. It is the only place that prints the signature we expect; the secret itself is never printed.
 */

import type { Millis } from '../base/clock.js'
import { sha256Hex } from '../base/hmac.js'
import { cosSchemes, examineCos } from '../dialects/cos/signature.js'
import { createS3Schemes, examineS3 } from '../dialects/s3/signature.js'
import { examineS3V2, s3V2Schemes } from '../dialects/s3/signature-v2.js'
import { type ApiError, isApiError } from '../model/errors/index.js'
import { createAddressing } from '../wire/address.js'
import type { AuthFacts } from '../wire/authentication.js'
import type { CanonicalForm, Examination } from '../wire/diagnosis.js'
import { parseQuery } from '../wire/query.js'
import type { WireRequest } from '../wire/request.js'
import { readRecordedRequest } from './explain-request-text.js'

export interface ExplainRequestOptions {
  readonly accessKeyId: string
  readonly secretKey: string
  /** The time to hold the request against; without it the clock is left out. */
  readonly now?: Millis
  readonly region?: string
  /** The first canonical form as the client's own log has it, to be compared line by line. */
  readonly clientCanonical?: string
}

export function explainRequest(rawRequestText: string, options: ExplainRequestOptions): string {
  const recorded = readRecordedRequest(rawRequestText)
  if (recorded === undefined) return 'The text does not begin with a request line such as: GET /key HTTP/1.1\n'
  const { request, body } = recorded
  try {
    const facts: AuthFacts = {
      now: options.now ?? 0,
      query: parseQuery(request.rawQuery),
      region: options.region ?? 'us-east-1',
      regionAliases: [],
      signatureV2: true,
      ...addressOf(request),
    }
    const bodySha256 = body && sha256Hex(body)
    const found =
      examineCos(request, facts, options.secretKey) ??
      examineS3(request, facts, options.secretKey, bodySha256) ??
      examineS3V2(request, facts, options.secretKey)
    if (found === undefined) return UNSIGNED
    return [...describe(request, found, options), ...objections(request, facts, options)].join('\n').concat('\n')
  } catch (error) {
    if (!isApiError(error)) throw error
    return `The signature cannot be read: ${refusalOf(error)}\n`
  }
}

const UNSIGNED =
  'The request carries no signature: neither an Authorization header nor query parameters that begin one. The server takes it for anonymous.\n'

function describe(request: WireRequest, found: Examination, options: ExplainRequestOptions): readonly string[] {
  return [
    `Request    ${request.method} ${request.rawPath} for ${request.host === '' ? '(no host)' : request.host}`,
    `Signature  ${found.scheme}, key id ${found.accessKeyId}`,
    ...(found.accessKeyId === options.accessKeyId
      ? []
      : [`           The key pair given is another: its key id is ${options.accessKeyId}.`]),
    ...found.forms.flatMap(({ title, text }) => ['', title, ...indented(text)]),
    '',
    `Provided   ${found.signatureProvided}`,
    `Computed   ${found.signatureComputed}`,
    `Verdict    ${found.matches ? 'the signature matches' : 'the signature does not match'}`,
    ...(found.diagnosis === undefined ? [] : [`Diagnosis  ${found.diagnosis}`]),
    ...differences(found, options.clientCanonical),
  ]
}

function indented(text: string): readonly string[] {
  return text.split('\n').map((line) => `  | ${line}`)
}

/** Against what the client must have signed, and against what it says it signed. */
function differences({ forms, clientForms }: Examination, clientCanonical: string | undefined): readonly string[] {
  const [form] = forms
  if (form === undefined) return []
  const logged = clientCanonical?.replaceAll('\r\n', '\n')
  return [
    ...(clientForms === undefined ? [] : firstDifference(forms, clientForms, 'signed')),
    ...(logged === undefined ? [] : firstDifference([form], [{ title: form.title, text: logged }], 'logged')),
  ]
}

function firstDifference(
  ours: readonly CanonicalForm[],
  theirs: readonly CanonicalForm[],
  verb: string,
): readonly string[] {
  for (const [index, { title, text }] of ours.entries()) {
    const lines = text.split('\n')
    const others = (theirs[index]?.text ?? '').split('\n')
    const at = [...Array(Math.max(lines.length, others.length)).keys()].find((line) => lines[line] !== others[line])
    if (at === undefined) continue
    return [
      '',
      `First line that differs from what the client ${verb}: ${title}, line ${at + 1}`,
      `  - server  ${lines[at] ?? '(no such line)'}`,
      `  + client  ${others[at] ?? '(no such line)'}`,
    ]
  }
  return ['', `What the client ${verb} is the same, line by line: the difference lies in the key.`]
}

/** What the server says besides the signature: clock, scope, headers left unsigned. */
function objections(request: WireRequest, facts: AuthFacts, options: ExplainRequestOptions): readonly string[] {
  if (options.now === undefined) return []
  const scheme = [...cosSchemes, ...createS3Schemes(), ...s3V2Schemes].find(({ presents }) =>
    presents(request, facts.query),
  )
  try {
    scheme?.claim(request, facts).verify(options.secretKey)
    return []
  } catch (error) {
    if (!isApiError(error)) throw error
    return isApiError(error, 'SignatureDoesNotMatch') ? [] : ['', `The server answers: ${refusalOf(error)}`]
  }
}

function refusalOf({ condition, message, options }: ApiError): string {
  return `${condition}: ${message}${options.diagnosis === undefined ? '' : `\n           ${options.diagnosis}`}`
}

/** A host with a bucket in front, of the vendors or on this machine; the settings that say more are the server's. */
function addressOf({ host, rawPath }: WireRequest): Pick<AuthFacts, 'address'> {
  try {
    return { address: createAddressing({ ownSuffixes: ['localhost'] })(host, rawPath) }
  } catch (error) {
    if (isApiError(error)) return {}
    throw error
  }
}
