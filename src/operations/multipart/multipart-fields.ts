/** Input that the operations on one upload share. */

import { PART_NUMBER_MAX } from '../../core/multipart.js'
import { fail } from '../../model/errors/index.js'
import { headField } from '../../wire/field.js'

/** A missing or empty id names no upload. */
export const uploadId = headField('?uploadId', ({ query: view }) => {
  const given = view.get('uploadId') ?? ''
  return given === '' ? fail('ListPartUploadIdIsEmpty') : given
})

const MESSAGE = `Part number must be an integer between 1 and ${PART_NUMBER_MAX}, inclusive`

export const partNumber = headField('?partNumber', ({ query: view }) => {
  const text = view.get('partNumber') ?? ''
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (number >= 1 && number <= PART_NUMBER_MAX) return number
  return fail('InvalidArgument', { ArgumentName: 'partNumber', ArgumentValue: text }, { message: MESSAGE })
})
