/** XML: what is refused first, then what is read, then what is written. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  escapeXmlAttribute,
  escapeXmlText,
  parseXml,
  percentEncodeForbidden,
  type XmlElement,
  XmlError,
  xmlForbids,
} from './xml.js'

const REFUSED: readonly (readonly [string, string | Buffer])[] = [
  ['nothing', ''],
  ['white space alone', ' \n '],
  ['text alone', 'hello'],
  ['an open tag', '<a'],
  ['an element left open', '<a>'],
  ['crossing tags', '<a><b></a></b>'],
  ['two roots', '<a/><b/>'],
  ['text behind the root', '<a/>x'],
  ['a declaration behind white space', ' <?xml version="1.0"?><a/>'],
  ['a document type', '<!DOCTYPE a><a/>'],
  ['an entity bomb', '<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a>&y;</a>'],
  ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
  ['an entity of nobody', '<a>&nbsp;</a>'],
  ['an entity named as a property of objects', '<a>&constructor;</a>'],
  ['an ampersand', '<a>a & b</a>'],
  ['an attribute twice', '<a b="1" b="2"/>'],
  ['an attribute without quotes', '<a b=1/>'],
  ['a prefix of nobody', '<a xsi:type="Group"/>'],
  ['a control character', '<a>\u0001</a>'],
  ['a reference to a control character', '<a>&#1;</a>'],
  ['a control character under XML 1.1', '<?xml version="1.1"?><a>&#1;</a>'],
  ['a NUL', '<a>\u0000</a>'],
  ['bytes that are not UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e])],
  ['UTF-16', Buffer.from('\ufeff<a/>', 'utf16le')],
  ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>'],
  ['depth', `${'<a>'.repeat(21)}${'</a>'.repeat(21)}`],
  ['number of elements', `<a>${'<b/>'.repeat(50_000)}</a>`],
  ['number of attributes', `<a ${Array.from({ length: 50_001 }, (_, i) => `a${i}=""`).join(' ')}/>`],
]

const element = (name: string, text = '', children: XmlElement[] = [], attributes: [string, string][] = []) => ({
  name,
  text,
  children,
  attributes: new Map(attributes),
})

const READ: readonly (readonly [string, string | Buffer, XmlElement])[] = [
  ['an empty element', '<a/>', element('a')],
  ['an element closed at once', '<a></a>', element('a')],
  [
    'a prolog, comments, processing',
    '<?xml version="1.0" encoding="UTF-8"?><!-- c --><a><!-- d --><?p q?></a>\n',
    element('a'),
  ],
  ['single quotes in the prolog', "<?xml version='1.0' encoding='utf-8' ?>\n<a/>", element('a')],
  ['a byte order mark', Buffer.from('\ufeff<a/>'), element('a')],
  ['a byte order mark in text', '\ufeff<a/>', element('a')],
  ['entities', '<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;</a>', element('a', '<&>"\'AB')],
  ['CDATA beside text', '<a>x<![CDATA[<y>&]]>z</a>', element('a', 'x<y>&z')],
  ['text around a comment', '<a>x<!-- -->z</a>', element('a', 'xz')],
  ['white space, untrimmed', '<a> \n x </a>', element('a', ' \n x ')],
  ['line ends', '<a>x\r\ny&#13;</a>', element('a', 'x\ny\r')],
  ['beyond the BMP', Buffer.from('<a>中😀</a>'), element('a', '中😀')],
  [
    'children in order',
    '<a><b>1</b><c/><b>2</b></a>',
    element('a', '', [element('b', '1'), element('c'), element('b', '2')]),
  ],
  [
    'a default namespace',
    '<a xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><b/></a>',
    element('a', '', [element('b')]),
  ],
  [
    'a prefix',
    '<p:a xmlns:p="urn:x"><p:b p:c="1" d="2"/></p:a>',
    element('a', '', [
      element(
        'b',
        '',
        [],
        [
          ['p:c', '1'],
          ['d', '2'],
        ],
      ),
    ]),
  ],
  [
    'a type under any prefix',
    '<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="Group"/>',
    element('a', '', [], [['xsi:type', 'Group']]),
  ],
  [
    'an element named as a property of objects',
    '<__proto__ constructor="1"/>',
    element('__proto__', '', [], [['constructor', '1']]),
  ],
  ['a declaration of version 1.1', '<?xml version="1.1"?><a/>', element('a')],
]

describe('parseXml', () => {
  for (const [title, document] of REFUSED) {
    test(`refuses ${title}`, () => {
      assert.throws(() => parseXml(document), XmlError)
    })
  }

  for (const [title, document, expected] of READ) {
    test(`reads ${title}`, () => {
      assert.deepEqual(parseXml(document), expected)
    })
  }

  test('the limits are inclusive', () => {
    assert.equal(parseXml(`${'<a>'.repeat(20)}${'</a>'.repeat(20)}`).name, 'a')
    assert.equal(parseXml(`<a>${'<b/>'.repeat(49_999)}</a>`).children.length, 49_999)
    assert.throws(() => parseXml('<a><b/></a>', { depthMax: 1, elementsMax: 9 }), XmlError)
    assert.throws(() => parseXml('<a><b/></a>', { depthMax: 9, elementsMax: 1 }), XmlError)
  })

  test('any input ends in an element or an XmlError', () => {
    const markup = fc.constantFrom(
      '<',
      '>',
      '/',
      '&',
      ';',
      '"',
      "'",
      '=',
      '<a',
      '<a>',
      '</a>',
      ' b',
      'xmlns:',
      '<!',
      '--',
      '[CDATA[',
      ']]>',
      '<?',
      '?>',
      '&#',
      '\ud800',
      '\0',
    )
    const anything = fc.oneof(
      fc.array(fc.oneof(markup, fc.string()), { maxLength: 30 }).map((parts) => parts.join('')),
      fc.uint8Array(),
    )
    fc.assert(
      fc.property(anything, (document) => {
        try {
          assert.equal(typeof parseXml(document).name, 'string')
        } catch (error) {
          assert.ok(error instanceof XmlError, String(error))
        }
      }),
      { seed: 20200410, numRuns: 3000 },
    )
  })
})

describe('writing XML', () => {
  test('only what must be is escaped, and quotes stay', () => {
    assert.equal(escapeXmlText(`a"b'c/中😀\n\t`), `a"b'c/中😀\n\t`)
    assert.equal(escapeXmlText('<a>&]]>\r'), '&lt;a&gt;&amp;]]&gt;&#13;')
    assert.equal(escapeXmlAttribute('"<\n\t'), '&quot;&lt;&#10;&#9;')
  })

  test('forbidden characters become percent-escapes of their bytes', () => {
    assert.equal(percentEncodeForbidden('a\u0000\u001b\ufffe\tb'), 'a%00%1B%EF%BF%BE\tb')
    assert.equal(percentEncodeForbidden('100%'), '100%')
    assert.equal(xmlForbids('\t\n\r'), false)
    assert.equal(xmlForbids('\u0018'), true)
  })

  test('what was written is read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (text, raw) => {
        const expected = percentEncodeForbidden(raw)
        const document = `<a b="${escapeXmlAttribute(expected)}">${escapeXmlText(text)}</a>`
        const root = parseXml(Buffer.from(document))
        assert.equal(root.text, text)
        assert.equal(root.attributes.get('b'), expected)
      }),
      { seed: 20200410, numRuns: 1000 },
    )
  })
})
