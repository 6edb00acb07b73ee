/** Image processing on upload and download. */

import { row } from './row.js'

export const imageErrors = {
  InvalidPicOperations: row({
    status: 400,
    message: 'The image processing rules are not valid.',
    dialects: ['cos'],
    notServed: { en: 'no image processing', zh: '不提供图片处理' },
    description: {
      en: 'The processing rules are not valid JSON or name unknown operations. Correct Pic-Operations.',
      zh: '处理规则不是合法的 JSON 或包含未知操作。请修正 Pic-Operations。',
    },
  }),
  InvalidImageFormat: row({
    status: 400,
    message: "The image's format is not supported.",
    dialects: ['cos'],
    notServed: { en: 'no image processing', zh: '不提供图片处理' },
    description: {
      en: 'The object is not an image of a supported format. Convert it first.',
      zh: '该对象不是受支持的图片格式。请先转换。',
    },
  }),
  InvalidImageSource: row({
    status: 400,
    message: 'The image source is not valid.',
    dialects: ['cos'],
    notServed: { en: 'no image processing', zh: '不提供图片处理' },
    description: {
      en: 'The image to process cannot be read. Check that the object exists and is whole.',
      zh: '无法读取要处理的图片。请检查对象是否存在且完整。',
    },
  }),
  ImageTooLarge: row({
    status: 400,
    message: 'The image is too large.',
    details: ['ProposedSize?', 'MaxSizeAllowed?'],
    dialects: ['cos'],
    notServed: { en: 'no image processing', zh: '不提供图片处理' },
    description: {
      en: 'The image has more bytes than can be processed. Use a smaller file.',
      zh: '图片字节数超过处理上限。请使用更小的文件。',
    },
  }),
  ImageResolutionExceed: row({
    status: 400,
    message: "The image's resolution is too high.",
    dialects: ['cos'],
    notServed: { en: 'no image processing', zh: '不提供图片处理' },
    description: {
      en: 'The image has more pixels than can be processed. Scale it down first.',
      zh: '图片像素超过处理上限。请先缩小。',
    },
  }),
}
