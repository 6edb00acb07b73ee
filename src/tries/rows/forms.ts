/** Rows about uploads by HTML forms. */

import { filePart, signCosPolicy, signS3Policy } from '../form.js'
import type { Stage, Try } from '../try.js'
import { fields, form, makeBucket, onBucket } from './steps.js'

const INLINE_BYTES_MAX = 2 ** 20

/** A policy that says nothing, rightly signed. */
function signedEmptyPolicy({ clock, owner, region, pick }: Stage) {
  const now = clock.now()
  const seconds = Math.floor(now / 1_000)
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const scope = [timestamp.slice(0, 8), region, 's3', 'aws4_request']
  return pick({
    cos: () => signCosPolicy('{}', `${seconds - 60};${seconds + 3_600}`, owner),
    s3: () => ({
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': [owner.id, ...scope].join('/'),
      'x-amz-date': timestamp,
      ...signS3Policy('{}', scope, owner),
    }),
  })()
}

export const formTries: readonly Try[] = [
  {
    row: 7,
    condition: 'CredentialsNotSupported',
    when: {
      en: 'A form that carries its own signature comes with an Authorization header as well.',
      zh: '表单自带签名，同时又带有 Authorization 头部。',
    },
    prepare: makeBucket,
    raise: (stage) => {
      const parts = [...fields({ key: 'key', ...signedEmptyPolicy(stage) }), filePart('hello')]
      return stage.ask(form(stage, parts, { as: stage.owner }))
    },
  },
  {
    row: 14,
    condition: 'IncorrectNumberOfFilesInPostRequest',
    when: { en: 'The form has no file.', zh: '表单没有文件。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(form(stage, fields({ key: 'key' }))),
  },
  {
    row: 15,
    condition: 'InlineDataTooLarge',
    when: {
      en: 'The file comes as a text field without a file name, one byte above 1 MiB.',
      zh: '文件以没有文件名的文本字段提交，比 1 MiB 多一字节。',
    },
    prepare: async (stage) => {
      await stage.must(onBucket(stage, 'PUT', { headers: { [`${stage.prefix}acl`]: 'public-read-write' } }))
    },
    raise: (stage) => stage.ask(form(stage, fields({ key: 'key', file: 'x'.repeat(INLINE_BYTES_MAX + 1) }))),
  },
  {
    row: 29,
    condition: 'InvalidPolicyDocument',
    when: { en: 'The policy is signed and says nothing.', zh: '策略已签名，但没有任何内容。' },
    prepare: makeBucket,
    raise: (stage) =>
      stage.ask(form(stage, [...fields({ key: 'key', ...signedEmptyPolicy(stage) }), filePart('hello')])),
  },
  {
    row: 46,
    condition: 'MalformedPOSTRequest',
    when: { en: 'The type of the body names no boundary.', zh: '请求体类型没有给出边界。' },
    prepare: makeBucket,
    raise: (stage) =>
      stage.ask(form(stage, fields({ key: 'key' }), { headers: { 'content-type': 'multipart/form-data' } })),
  },
  {
    row: 49,
    condition: 'MaxPostPreDataLengthExceededError',
    when: { en: 'A field before the file has 21 KiB.', zh: '文件之前的字段长达 21 KiB。' },
    prepare: makeBucket,
    raise: (stage) =>
      stage.ask(form(stage, [...fields({ key: 'key', field: 'x'.repeat(21 * 1024) }), filePart('hello')])),
  },
  {
    row: 69,
    condition: 'RequestIsNotMultiPartContent',
    when: { en: 'A POST on a bucket brings plain text.', zh: '对存储桶 POST 纯文本。' },
    prepare: makeBucket,
    raise: (stage) =>
      stage.ask(onBucket(stage, 'POST', { as: 'anonymous', headers: { 'content-type': 'text/plain' }, body: 'hello' })),
  },
  {
    row: 81,
    condition: 'UserKeyMustBeSpecified',
    when: { en: 'The form has a file and no key.', zh: '表单有文件而没有 key。' },
    prepare: makeBucket,
    raise: (stage) => stage.ask(form(stage, [filePart('hello')])),
  },
]
