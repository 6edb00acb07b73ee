/** The request as HTTP: lines, headers, lengths, bodies, and parameters in general. */

import { row } from './row.js'

export const transportErrors = {
  BadRequest: row({
    status: 400,
    message: 'The request cannot be understood.',
    s3: { message: 'Bad Request' },
    description: {
      en: 'The request is not valid HTTP, or a preflight has no Origin. Look at the raw request for broken lines or headers.',
      zh: '请求不是合法的 HTTP，或预检请求缺少 Origin。请检查原始请求是否有损坏的行或头部。',
    },
  }),
  InvalidHttpMethod: row({
    status: 400,
    message: 'The method is not known.',
    details: ['Method?'],
    dialects: ['s3'],
    replacedBy: 'BadRequest',
    description: {
      en: "The method is not one of HTTP's. Use GET, HEAD, PUT, POST, DELETE or OPTIONS.",
      zh: '方法不是 HTTP 的方法。请使用 GET、HEAD、PUT、POST、DELETE 或 OPTIONS。',
    },
  }),
  RequestHeaderSectionTooLarge: row({
    status: 400,
    message: 'Your request header section exceeds the maximum allowed size.',
    details: ['MaxSizeAllowed'],
    description: {
      en: 'Headers and query string together exceed MaxSizeAllowed bytes. Remove or shorten headers.',
      zh: '头部与查询串合计超过 MaxSizeAllowed 字节。请删除或缩短头部。',
    },
  }),
  MissingHost: row({
    status: 400,
    message: 'The request names no host.',
    s3: { code: 'BadRequest' },
    description: {
      en: 'The request has no Host header. Use HTTP/1.1 and name the host.',
      zh: '请求没有 Host 头部。请使用 HTTP/1.1 并指明主机。',
    },
  }),
  InvalidURI: row({
    status: 400,
    message: "Couldn't parse the specified URI.",
    details: ['URI'],
    description: {
      en: 'The path or query cannot be decoded: a broken percent-escape, bytes that are not UTF-8, or NUL. Encode the key once, in UTF-8.',
      zh: '路径或查询串无法解码：百分号转义损坏、字节不是 UTF-8 或包含 NUL。请以 UTF-8 对键编码一次。',
    },
  }),
  MethodNotAllowed: row({
    status: 405,
    message: 'The specified method is not allowed against this resource.',
    details: ['Method', 'ResourceType'],
    description: {
      en: 'The method has no meaning on this resource. Allow lists the methods that have.',
      zh: '该方法对此资源没有意义。Allow 列出了可用的方法。',
    },
  }),
  MissingContentLength: row({
    status: 411,
    message: 'You must provide the Content-Length HTTP header.',
    description: {
      en: 'The server must know how many bytes will come. Send Content-Length, or x-amz-decoded-content-length with a chunked payload.',
      zh: '服务器必须知道内容长度。请发送 Content-Length，或在分块负载中发送 x-amz-decoded-content-length。',
    },
  }),
  UnexpectedContent: row({
    status: 400,
    message: 'This request does not support content.',
    description: {
      en: 'The operation takes no body, or takes either headers or a body but not both. Leave out the body.',
      zh: '该操作不接受请求体，或只接受头部与请求体之一。请去掉请求体。',
    },
  }),
  IncompleteBody: row({
    status: 400,
    message: 'You did not provide the number of bytes specified by the Content-Length HTTP header',
    details: ['NumberBytesExpected?', 'NumberBytesProvided?'],
    cos: { message: 'You did not provide the number of bytes specified by the Content-Length HTTP header.' },
    description: {
      en: 'Fewer bytes arrived than were announced, and nothing was stored. The connection broke or the length is wrong; send it again.',
      zh: '收到的字节少于声明的长度，未存储任何数据。可能连接中断或长度有误；请重新发送。',
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
    replacedBy: 'IncompleteBody',
    description: {
      en: 'The size of the body and its declared length differ, and nothing was stored. Declare the true length.',
      zh: '内容大小与声明的长度不符，未存储任何数据。请声明真实长度。',
    },
  }),
  InvalidChunkSizeError: row({
    status: 400,
    message: 'Only the last chunk is allowed to have a size less than 8192 bytes',
    details: ['Chunk', 'BadChunkSize'],
    dialects: ['s3'],
    description: {
      en: 'A signed chunk other than the last is below 8 KB. Use larger chunks.',
      zh: '除最后一块外的签名分块小于 8 KB。请使用更大的分块。',
    },
  }),
  MalformedTrailerError: row({
    status: 400,
    message: 'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    dialects: ['s3'],
    description: {
      en: 'The trailer behind the last chunk is missing, differs from x-amz-trailer or is badly signed. Let the SDK build it.',
      zh: '最后一块之后的尾部缺失、与 x-amz-trailer 不符或签名有误。请由 SDK 生成。',
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
      en: 'No byte was read or written for too long inside the body, so the connection was closed. Check the network and send again.',
      zh: '传输内容时长时间没有读写，连接已关闭。请检查网络后重新发送。',
    },
  }),
  UserNetworkTooSlow: row({
    status: 400,
    message: 'The network of the client is too slow.',
    dialects: ['cos'],
    replacedBy: 'RequestTimeout',
    description: {
      en: "COS's name for an upload below a speed floor. This server answers RequestTimeout when nothing arrives.",
      zh: 'COS 对上传速度过低的称呼。本服务器在没有数据到达时返回 RequestTimeout。',
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
      en: 'A parameter, header or element has a value outside its domain. ArgumentName and ArgumentValue say which and what was read.',
      zh: '某个参数、头部或元素的取值不合法。ArgumentName 和 ArgumentValue 指出了名称和读到的值。',
    },
  }),
  InvalidRequest: row({
    status: 400,
    message: 'Invalid Request',
    description: {
      en: 'The parts of the request are valid one by one but not together. The message says which ones contradict.',
      zh: '请求的各部分单独合法，但组合不合法。消息说明了冲突之处。',
    },
  }),
  UnsupportedArgument: row({
    status: 400,
    message: 'The request contained an unsupported argument.',
    details: ['ArgumentName?', 'ArgumentValue?'],
    dialects: ['s3'],
    replacedBy: 'InvalidArgument',
    description: {
      en: 'The argument exists, but not for this operation. Leave it out.',
      zh: '该参数存在，但不适用于此操作。请去掉它。',
    },
  }),
  ClientDisconnected: row({
    status: 499,
    message: 'The client closed the connection before the answer.',
    description: {
      en: 'The client went away before the answer was complete. It is found in logs only.',
      zh: '客户端在响应完成前断开。只出现在日志中。',
    },
  }),
}
