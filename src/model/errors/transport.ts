/** The request as HTTP: lines, headers, lengths, bodies, and parameters in general. */

import { row } from './row.js'

export const transportErrors = {
  BadRequest: row({
    status: 400,
    message: 'The request cannot be understood.',
    s3: { message: 'Bad Request' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidHttpMethod: row({
    status: 400,
    message: 'The method is not known.',
    details: ['Method?'],
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  RequestHeaderSectionTooLarge: row({
    status: 400,
    message: 'Your request header section exceeds the maximum allowed size.',
    details: ['MaxSizeAllowed'],
    description: {
      en: '',
      zh: '',
    },
  }),
  MissingHost: row({
    status: 400,
    message: 'The request names no host.',
    s3: { code: 'BadRequest' },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidURI: row({
    status: 400,
    message: "Couldn't parse the specified URI.",
    details: ['URI'],
    description: {
      en: '',
      zh: '',
    },
  }),
  MethodNotAllowed: row({
    status: 405,
    message: 'The specified method is not allowed against this resource.',
    details: ['Method', 'ResourceType'],
    description: {
      en: '',
      zh: '',
    },
  }),
  MissingContentLength: row({
    status: 411,
    message: 'You must provide the Content-Length HTTP header.',
    description: {
      en: '',
      zh: '',
    },
  }),
  UnexpectedContent: row({
    status: 400,
    message: 'This request does not support content.',
    description: {
      en: '',
      zh: '',
    },
  }),
  IncompleteBody: row({
    status: 400,
    message: 'You did not provide the number of bytes specified by the Content-Length HTTP header',
    details: ['NumberBytesExpected?', 'NumberBytesProvided?'],
    cos: { message: 'You did not provide the number of bytes specified by the Content-Length HTTP header.' },
    description: {
      en: '',
      zh: '',
    },
  }),
  EntitySizeNotMatch: row({
    status: 400,
    message: 'The size of the body does not match the Content-Length HTTP header.',
    details: ['NumberBytesExpected?', 'NumberBytesProvided?'],
    s3: {
      code: 'IncompleteBody',
      message: 'You did not provide the number of bytes specified by the Content-Length HTTP header',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidChunkSizeError: row({
    status: 400,
    message: 'Only the last chunk is allowed to have a size less than 8192 bytes',
    details: ['Chunk', 'BadChunkSize'],
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  MalformedTrailerError: row({
    status: 400,
    message: 'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  RequestTimeout: row({
    status: 400,
    message: 'Your socket connection to the server was not read from or written to within the timeout period.',
    s3: {
      message:
        'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
    },
    description: {
      en: '',
      zh: '',
    },
  }),
  UserNetworkTooSlow: row({
    status: 400,
    message: 'The network of the client is too slow.',
    dialects: ['cos'],
    replacedBy: 'RequestTimeout',
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidArgument: row({
    status: 400,
    message: 'Invalid Argument',
    details: [
      'ArgumentName?',
      'ArgumentValue?',
      'ArgumentName1?',
      'ArgumentValue1?',
      'ArgumentName2?',
      'ArgumentValue2?',
    ],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidRequest: row({
    status: 400,
    message: 'Invalid Request',
    description: {
      en: '',
      zh: '',
    },
  }),
  UnsupportedArgument: row({
    status: 400,
    message: 'The request contained an unsupported argument.',
    details: ['ArgumentName?', 'ArgumentValue?'],
    dialects: ['s3'],
    description: {
      en: '',
      zh: '',
    },
  }),
  ClientDisconnected: row({
    status: 499,
    message: 'The client closed the connection before the answer.',
    description: {
      en: '',
      zh: '',
    },
  }),
}
