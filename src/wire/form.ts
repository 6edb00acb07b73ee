/**
 * A form upload as its rules want it: few fields, then one file, which streams (errors.md rows 14, 15, 46, 49, 81).
 * The file's bytes end only when the whole form has been read and was right, so nothing of a broken one is published.
 * Names and values are latin-1, one character per byte, as everywhere on the wire; names are lower case.
 */

import type { Bytes } from '../base/bytes.js'
import { fail } from '../model/errors/index.js'
import type { FormFields } from './authentication.js'
import { type MultipartReader, malformed, openMultipart } from './form-multipart.js'

/** Everything before the file's bytes, delimiters and heads of parts included (Amazon's PostObject). */
export const FORM_FIELDS_BYTES_MAX = 20 * 1024
/** A file sent as a text field is held to what such fields may be. */
export const TEXT_FILE_BYTES_MAX = 1024 * 1024
/** Fields behind the file are ignored, but not for ever. */
export const FORM_REST_BYTES_MAX = 1024 * 1024

export interface ReceivedForm {
  /** Those before the file, as they were sent. */
  readonly fields: FormFields
  /** Without any path. Undefined when the file came as a text field. */
  readonly filename: string | undefined
  /** Once. Fails when the rest of the form is not right. */
  fileBytes(): AsyncIterable<Bytes>
  /** Always: gives the body back, read or not. */
  close(): Promise<void>
}

/** Reads as far as the file. */
export async function receiveForm(body: AsyncIterable<Bytes>, boundary: string): Promise<ReceivedForm> {
  const reader = openMultipart(body, boundary)
  try {
    return await readFields(reader)
  } catch (error) {
    await reader.close()
    throw error
  }
}

async function readFields(reader: MultipartReader): Promise<ReceivedForm> {
  const fields = new Map<string, string>()
  reader.limit({
    sizeBytesMax: FORM_FIELDS_BYTES_MAX,
    exceeded: () => fail('MaxPostPreDataLengthExceededError', { MaxPostPreDataLengthBytes: FORM_FIELDS_BYTES_MAX }),
  })
  for (let part = await reader.nextPart(); part !== undefined; part = await reader.nextPart()) {
    const name = part.name.toLowerCase()
    if (name === 'file') {
      requireKey(fields)
      const { filename } = part
      return {
        fields,
        filename: filename?.replace(/^.*[/\\]/s, ''),
        fileBytes: () => fileBytes(reader, filename === undefined ? TEXT_FILE_BYTES_MAX : undefined),
        close: () => reader.close(),
      }
    }
    if (fields.has(name)) {
      fail('InvalidArgument', { ArgumentName: name }, { message: `The form has more than one field named ${name}.` })
    }
    const chunks: Bytes[] = []
    for await (const chunk of reader.content()) chunks.push(chunk)
    fields.set(name, Buffer.concat(chunks).toString('latin1'))
  }
  requireKey(fields)
  return fail('IncorrectNumberOfFilesInPostRequest', { ArgumentName: 'file', ArgumentValue: 0 })
}

function requireKey(fields: FormFields): void {
  if ((fields.get('key') ?? '') === '') fail('UserKeyMustBeSpecified', { ArgumentName: 'key' })
}

async function* fileBytes(reader: MultipartReader, sizeBytesMax: number | undefined): AsyncGenerator<Bytes> {
  reader.limit(undefined)
  let sizeBytes = 0
  for await (const chunk of reader.content()) {
    sizeBytes += chunk.byteLength
    if (sizeBytesMax !== undefined && sizeBytes > sizeBytesMax) {
      fail('InlineDataTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: sizeBytesMax })
    }
    yield chunk
  }
  reader.limit({
    sizeBytesMax: FORM_REST_BYTES_MAX,
    exceeded: () => malformed(`More than ${FORM_REST_BYTES_MAX} bytes follow the file.`),
  })
  for (let part = await reader.nextPart(); part !== undefined; part = await reader.nextPart()) {
    if (part.name.toLowerCase() === 'file') {
      fail('IncorrectNumberOfFilesInPostRequest', { ArgumentName: 'file', ArgumentValue: 2 })
    }
  }
  await reader.finish()
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: the variable of the forms, none of ours
const FILENAME = '${filename}'

/** The variable replaced, where it may stand; what the fields then are is held to the same limit. */
export function expandFilename(
  fields: FormFields,
  filename: string,
  mayStandIn: (name: string) => boolean,
): FormFields {
  let sizeBytes = 0
  const expanded = new Map<string, string>()
  for (const [name, value] of fields) {
    const pieces = mayStandIn(name) ? value.split(FILENAME) : [value]
    sizeBytes += value.length + (pieces.length - 1) * (filename.length - FILENAME.length)
    if (sizeBytes > FORM_FIELDS_BYTES_MAX) {
      fail('MaxPostPreDataLengthExceededError', { MaxPostPreDataLengthBytes: FORM_FIELDS_BYTES_MAX })
    }
    expanded.set(name, pieces.join(filename))
  }
  return expanded
}
