/** Uploads by HTML forms. */

import { row } from './row.js'

export const formErrors = {
  MalformedPOSTRequest: row({
    status: 400,
    message: 'The body of your POST request is not well-formed multipart/form-data.',
    description: {
      en: "The form's body is not valid multipart/form-data: boundary missing, a part without a name, or no end. Let the browser or a library build it.",
      zh: '表单内容不是合法的 multipart/form-data：缺少边界、部分没有名称或没有结尾。请由浏览器或库来生成。',
    },
  }),
  RequestIsNotMultiPartContent: row({
    status: 400,
    message: 'Bucket POST must be of the enclosure-type multipart/form-data.',
    details: ['Condition?'],
    s3: {
      code: 'PreconditionFailed',
      status: 412,
      message: 'At least one of the pre-conditions you specified did not hold',
    },
    description: {
      en: "A POST on a bucket is a form upload and must be multipart/form-data. Set the form's enctype.",
      zh: '对存储桶的 POST 是表单上传，必须为 multipart/form-data。请设置表单的 enctype。',
    },
  }),
  IncorrectNumberOfFilesInPostRequest: row({
    status: 400,
    message: 'POST requires exactly one file upload per request.',
    details: ['ArgumentName', 'ArgumentValue'],
    s3: { code: 'InvalidArgument' },
    description: {
      en: 'The form must have exactly one field named file. Send one file per request.',
      zh: '表单必须恰好有一个名为 file 的字段。请每次请求只上传一个文件。',
    },
  }),
  UserKeyMustBeSpecified: row({
    status: 400,
    message:
      'The bucket POST must contain the specified field name. If it is specified, please check the order of the fields.',
    details: ['ArgumentName?'],
    s3: {
      code: 'InvalidArgument',
      message:
        "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    },
    description: {
      en: 'The form has no field named key before the file. Add it, and put it before the file.',
      zh: '表单在文件之前没有名为 key 的字段。请添加并放在文件之前。',
    },
  }),
  MaxPostPreDataLengthExceededError: row({
    status: 400,
    message: 'Your POST request fields preceding the upload file were too large.',
    details: ['MaxPostPreDataLengthBytes'],
    s3: { code: 'MaxPostPreDataLengthExceeded' },
    description: {
      en: 'The fields before the file add up to more than 20 KB. Shorten them, or move what can be moved into the object.',
      zh: '文件之前的字段合计超过 20 KB。请缩短，或把内容移入对象。',
    },
  }),
  InlineDataTooLarge: row({
    status: 400,
    message: 'Inline data exceeds the maximum allowed size.',
    details: ['ProposedSize?', 'MaxSizeAllowed'],
    description: {
      en: 'The file was sent as a plain text field, which may hold 1 MiB. Send it as a real file part, with a filename.',
      zh: '文件以普通文本字段发送，最多 1 MiB。请以带文件名的文件部分发送。',
    },
  }),
  InvalidPolicyDocument: row({
    status: 400,
    message: 'The content of the form does not meet the conditions specified in the policy document.',
    description: {
      en: "The form's policy is not Base64 of a valid JSON policy with expiration and conditions. Correct the document and sign it again.",
      zh: '表单策略不是包含过期时间和条件的合法 JSON 的 Base64 编码。请修正后重新签名。',
    },
  }),
  PostConditionFailed: row({
    code: 'AccessDenied',
    status: 403,
    message: "Condition key doesn't match the value",
    s3: { message: 'Invalid according to Policy: Policy Condition failed' },
    description: {
      en: 'A field of the form does not meet a condition of its policy, or the policy does not mention it. Make form and policy agree.',
      zh: '表单的某个字段不满足策略条件，或策略未提及该字段。请使表单与策略一致。',
    },
  }),
  PostPolicyExpired: row({
    code: 'AccessDenied',
    status: 403,
    message: 'You post object request has been expired',
    s3: { message: 'Invalid according to Policy: Policy expired.' },
    description: {
      en: "The form's policy has passed its expiration. Make a new form.",
      zh: '表单策略已过期。请重新生成表单。',
    },
  }),
}
