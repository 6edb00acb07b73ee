/** Image processing on upload and download. */

import { row } from './row.js'

export const imageErrors = {
  InvalidPicOperations: row({
    status: 400,
    message: 'The image processing rules are not valid.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidImageFormat: row({
    status: 400,
    message: "The image's format is not supported.",
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  InvalidImageSource: row({
    status: 400,
    message: 'The image source is not valid.',
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  ImageTooLarge: row({
    status: 400,
    message: 'The image is too large.',
    details: ['ProposedSize?', 'MaxSizeAllowed?'],
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
  ImageResolutionExceed: row({
    status: 400,
    message: "The image's resolution is too high.",
    dialects: ['cos'],
    description: {
      en: '',
      zh: '',
    },
  }),
}
