import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fuzzing } from '../../test/support/fuzz.js'
import type { Bytes } from '../base/bytes.js'
import { isApiError } from '../model/errors/index.js'
import { receiveForm } from './form.js'
import { boundaryOf } from './form-multipart.js'

/** The same cases in every run. */
const SEED = 20_260_102
const RUNS = 2_000
const BOUNDARY = 'xYz'

interface Read {
  readonly fields: readonly (readonly [string, string])[]
  readonly filename: string | undefined
  readonly file: string
}

type Outcome = Read | string

async function* chunked(body: Buffer, sizes: readonly number[]): AsyncGenerator<Bytes> {
  let at = 0
  for (let index = 0; at < body.byteLength; index++) {
    const size = sizes.length === 0 ? body.byteLength : Math.max(1, sizes[index % sizes.length] ?? 1)
    yield body.subarray(at, at + size)
    at += size
  }
}

/** What the form says, or the condition that it is refused with. Any other failure is a defect. */
async function outcomeOf(body: Buffer, sizes: readonly number[]): Promise<Outcome> {
  try {
    const form = await receiveForm(chunked(body, sizes), BOUNDARY)
    const chunks: Bytes[] = []
    for await (const chunk of form.fileBytes()) chunks.push(Uint8Array.from(chunk))
    await form.close()
    return { fields: [...form.fields], filename: form.filename, file: Buffer.concat(chunks).toString('latin1') }
  } catch (error) {
    if (isApiError(error)) return error.condition
    throw error
  }
}

/** The other reader: the whole text, split at the delimiter. Knows well-formed bodies only; undefined for all others. */
function readWhole(body: Buffer): Read | undefined {
  const [preamble, ...segments] = `\r\n${body.toString('latin1')}`.split(`\r\n--${BOUNDARY}`)
  const last = segments.findIndex((segment) => segment.startsWith('--'))
  if (preamble === undefined || last === -1) return undefined
  const parts = segments.slice(0, last).map((segment) => /^[ \t]*\r\n(.*?)\r\n\r\n(.*)$/s.exec(segment))
  const read: { fields: [string, string][]; filename: string | undefined; file: string | undefined } = {
    fields: [],
    filename: undefined,
    file: undefined,
  }
  for (const part of parts) {
    const [, head = '', content = ''] = part ?? []
    const name = parameterOf(head, 'name')?.toLowerCase()
    if (name === undefined || name === '') return undefined
    if (name === 'file') {
      if (read.file !== undefined) return undefined
      read.file = content
      read.filename = parameterOf(head, 'filename')?.replace(/^.*[/\\]/s, '')
    } else if (read.file === undefined) read.fields.push([name, content])
  }
  const { fields, filename, file } = read
  return file === undefined ? undefined : { fields, filename, file }
}

/** In quotes, or without any. */
function parameterOf(head: string, name: string): string | undefined {
  const [, quoted, token] = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;"]*))`).exec(head) ?? []
  return quoted ?? token
}

/** Text made of what the syntax is made of. */
const token = fc.constantFrom(
  '\r',
  '\n',
  '\r\n',
  '-',
  '--',
  BOUNDARY,
  `--${BOUNDARY}`,
  'xY',
  'a',
  ' ',
  '\0',
  'ÿ',
  ';',
  '"',
)
const tricky = fc
  .array(token, { maxLength: 30 })
  .map((pieces) => pieces.join(''))
  .filter((text) => !`\r\n${text}\r\n`.includes(`\r\n--${BOUNDARY}`))
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 })
const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 5 })

function bodyOf(fields: readonly (readonly [string, string])[], filename: string | undefined, file: string): Buffer {
  const part = (name: string, value: string, more = '') =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`
  const named = filename === undefined ? '' : `; filename="${filename}"`
  const text = fields.map(([name, value]) => part(name, value)).join('') + part('file', file, named)
  return Buffer.from(`${text}--${BOUNDARY}--\r\n`, 'latin1')
}

const form = fc
  .record({
    names: names.filter((each) => !each.includes('file') && !each.includes('key')),
    values: fc.array(tricky, { minLength: 5, maxLength: 5 }),
    filename: fc.option(fc.constantFrom('a.txt', '', 'dir/b'), { nil: undefined }),
    file: tricky,
  })
  .map(({ names: given, values, filename, file }) => {
    const fields = [['key', 'k'] as const, ...given.map((name, at) => [name, values[at] ?? ''] as const)]
    return { fields, filename, file, body: bodyOf(fields, filename, file) }
  })

test('every form is read as it was written, wherever its bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(form, sizes, async ({ fields, filename, file, body }, cuts) => {
      const read = await outcomeOf(body, cuts)
      assert.deepEqual(read, { fields, filename: filename?.replace('dir/', ''), file })
    }),
    fuzzing(SEED, RUNS),
  )
})

test('a form that was altered is refused, or read as another reader reads it, in the same way however it is cut', async () => {
  const edits = fc.array(
    fc.record({ at: fc.nat(), remove: fc.nat({ max: 12 }), insert: fc.array(token, { maxLength: 3 }) }),
    { minLength: 1, maxLength: 3 },
  )
  let accepted = 0
  let refused = 0
  await fc.assert(
    fc.asyncProperty(form, edits, sizes, async ({ body }, changes, cuts) => {
      let text = body.toString('latin1')
      for (const { at, remove, insert } of changes) {
        const position = at % (text.length + 1)
        text = text.slice(0, position) + insert.join('') + text.slice(position + remove)
      }
      const altered = Buffer.from(text, 'latin1')
      const read = await outcomeOf(altered, cuts)
      assert.deepEqual(await outcomeOf(altered, []), read)
      if (typeof read === 'string') refused++
      else {
        accepted++
        assert.deepEqual(read, readWhole(altered))
      }
    }),
    fuzzing(SEED, RUNS),
  )
  assert.ok(accepted > RUNS / 20 && refused > RUNS / 20, `${accepted} accepted, ${refused} refused`)
})

test('a form that ends anywhere before its end is refused', async () => {
  const body = bodyOf([['key', 'k']], 'a', 'some\r\n--content')
  const end = body.byteLength - 2
  for (let sizeBytes = 0; sizeBytes < end; sizeBytes++) {
    assert.equal(await outcomeOf(body.subarray(0, sizeBytes), [3]), 'MalformedPOSTRequest', `${sizeBytes} of ${end}`)
  }
  assert.notEqual(typeof (await outcomeOf(body.subarray(0, end), [3])), 'string', 'the last line break may be missing')
})

test('the body is given back when the form is refused, and when only its fields are read', async () => {
  let returned = 0
  const body = (text: string): AsyncIterable<Bytes> => ({
    [Symbol.asyncIterator]: () => {
      const inner = chunked(Buffer.from(text, 'latin1'), [])
      return {
        next: () => inner.next(),
        return: async () => {
          returned++
          return { done: true, value: undefined }
        },
      }
    },
  })
  await assert.rejects(receiveForm(body('nonsense'), BOUNDARY))
  assert.equal(returned, 1)
  const form = await receiveForm(body(bodyOf([['key', 'k']], 'a', 'b').toString('latin1')), BOUNDARY)
  await form.close()
  assert.equal(returned, 2)
})

test('what stands around the parts is passed over: a preamble, white space behind a boundary, an epilogue', async () => {
  const body = bodyOf([['key', 'k']], 'a', 'b')
    .toString('latin1')
    .replace(`--${BOUNDARY}\r\n`, `--${BOUNDARY} \t\r\n`)
  const read = await outcomeOf(Buffer.from(`before\r\n${body}after`, 'latin1'), [4])
  assert.deepEqual(read, { fields: [['key', 'k']], filename: 'a', file: 'b' })
  const much = Buffer.from(body + 'x'.repeat(1024 * 1024 + 1), 'latin1')
  assert.equal(await outcomeOf(much, [65_536]), 'MalformedPOSTRequest')
})

const BOUNDARIES: readonly (readonly [contentType: string, boundary: string | undefined])[] = [
  ['multipart/form-data; boundary=abc', 'abc'],
  ['Multipart/Form-Data;BOUNDARY="a b"', 'a b'],
  ['multipart/form-data; charset=utf-8; boundary=abc;', 'abc'],
  ['multipart/form-data; boundary="a;b=c"; x=y', undefined],
  ['text/plain; boundary=abc', undefined],
]

test('the boundary is read from the Content-Type', () => {
  for (const [contentType, boundary] of BOUNDARIES) {
    if (contentType.includes('a;b')) assert.throws(() => boundaryOf(contentType))
    else assert.equal(boundaryOf(contentType), boundary)
  }
})

test('a bare line break or another control character in the head of a part is refused, and a tab is not', async () => {
  const body = (disposition: string) =>
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"${disposition}\r\n\r\nx\r\n--${BOUNDARY}--\r\n`,
    )
  for (const character of ['\r', '\n', '\0', '\x7f'])
    assert.equal(
      await outcomeOf(body(`; filename=${character}a`), []),
      'MalformedPOSTRequest',
      JSON.stringify(character),
    )
  assert.deepEqual(await outcomeOf(body(';\tfilename="a"'), []), { fields: [['key', 'k']], filename: 'a', file: 'x' })
})
