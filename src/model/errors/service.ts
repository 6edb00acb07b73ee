/** What the server itself cannot or will not do now. */

import { row } from './row.js'

export const serviceErrors = {
  InternalError: row({
    status: 500,
    fault: 'Server',
    message: 'We encountered an internal error. Please try again.',
    description: {
      en: 'The server failed, through no fault of the request. Repeat it; if it persists, give the operator the RequestId.',
      zh: '服务器发生故障，与请求无关。请重试；若持续出现，请把 RequestId 提供给运维人员。',
    },
  }),
  NotImplemented: row({
    status: 501,
    fault: 'Server',
    message: 'A header you provided implies functionality that is not implemented.',
    details: ['Header?', 'additionalMessage?'],
    s3: { message: 'A header you provided implies functionality that is not implemented' },
    description: {
      en: 'The request asks for something that this server does not do; Header names the header, if it was one. Leave it out, or do without the operation.',
      zh: '请求要求本服务器不支持的功能；如果由头部引起，Header 给出其名称。请去掉该头部，或不使用该操作。',
    },
  }),
  ServiceUnavailable: row({
    status: 503,
    fault: 'Server',
    message: 'The service is temporarily unavailable. Please retry.',
    details: ['RetryAfterSeconds?'],
    description: {
      en: 'The server is in maintenance, shutting down, starting or unable to write. Repeat after the time in Retry-After.',
      zh: '服务器正在维护、关闭、启动或无法写入。请在 Retry-After 给出的时间后重试。',
    },
  }),
  SlowDown: row({
    status: 503,
    fault: 'Server',
    message: 'Please reduce your request rate.',
    details: ['RetryAfterSeconds?', 'BucketName?'],
    description: {
      en: 'More requests arrive than the limit of the bucket, account or address allows. Send fewer, and repeat with growing pauses.',
      zh: '请求数超过存储桶、账号或地址的限制。请降低频率，并以逐渐增大的间隔重试。',
    },
  }),
}
