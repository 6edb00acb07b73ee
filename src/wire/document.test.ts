/** Descriptions of documents: what they refuse, what they print, and that they read what they print. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isApiError } from '../model/errors/index.js'
import {
  boolean,
  document,
  element,
  etagText,
  integer,
  isoTime,
  isoTimeSeconds,
  list,
  mixed,
  oneOf,
  only,
  optional,
  record,
  S3_NAMESPACE,
  text,
  trimmed,
} from './document.js'

const sample = document(
  { cos: 'Sample', s3: 'SampleResult' },
  record({
    name: element('Name', text),
    size: optional('Size', integer),
    flag: optional('Flag', boolean),
    kind: optional('Kind', oneOf(['Big', 'Small'])),
    etag: optional('ETag', etagText),
    at: optional('At', isoTime),
    tags: list('Tag', record({ key: element({ cos: 'Key', s3: 'K' }, text) }), { max: 3 }),
    zone: only('cos', optional('Zone', trimmed)),
  }),
  { namespace: { s3: S3_NAMESPACE }, elementsMax: 30 },
)

const bytes = (xml: string) => Buffer.from(xml, 'utf8')
const wrap = (inner: string) => bytes(`<Sample>${inner}</Sample>`)
const EMPTY = {
  size: undefined,
  flag: undefined,
  kind: undefined,
  etag: undefined,
  at: undefined,
  tags: [],
  zone: undefined,
}

test('what is no such document is MalformedXML', () => {
  const name = '<Name>n</Name>'
  const documents = [
    bytes(''),
    bytes('n'),
    bytes('<Sample>'),
    bytes(`<Other>${name}</Other>`),
    bytes(`<SampleResult>${name}</SampleResult>`),
    bytes(`<sample>${name}</sample>`),
    wrap(''),
    wrap(name + name),
    wrap('<Name><b/></Name>'),
    wrap('<name>n</name>'),
    wrap(`${name}<Size>x</Size>`),
    wrap(`${name}<Size>1.5</Size>`),
    wrap(`${name}<Size>1e3</Size>`),
    wrap(`${name}<Size/>`),
    wrap(`${name}<Size>${'9'.repeat(16)}</Size>`),
    wrap(`${name}<Size>1</Size><Size>1</Size>`),
    wrap(`${name}<Flag>yes</Flag>`),
    wrap(`${name}<Kind>big</Kind>`),
    wrap(`${name}<At>soon</At>`),
    wrap(`${name}${'<Tag><Key>k</Key></Tag>'.repeat(4)}`),
    wrap(`${name}<Tag/>`),
    wrap(`${name}<Tag><K>k</K></Tag>`),
    wrap(`${name}${'<x/>'.repeat(30)}`),
    wrap(`${name}${'<x>'.repeat(30)}${'</x>'.repeat(30)}`),
    bytes(`<!DOCTYPE Sample><Sample>${name}</Sample>`),
    Buffer.concat([bytes('<Sample><Name>'), Buffer.of(0xff), bytes('</Name></Sample>')]),
  ]
  for (const each of documents) {
    assert.throws(
      () => sample.parse(each, 'cos'),
      (error) => isApiError(error, 'MalformedXML'),
      each.toString('utf8'),
    )
  }
})

test('order, spaces, unknown elements, attributes, CDATA and namespaces do not matter', () => {
  const xml =
    '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<s:Sample xmlns:s="urn:x" a="b">\n <Zone> z\n</Zone><Tag x="1"><Other/><Key>k</Key></Tag>' +
    '<Unknown><Name>other</Name></Unknown><Flag> True </Flag>\n<Size> 7 </Size><Name> <![CDATA[<n>]]>&amp;</Name></s:Sample>\n'
  const expected = { ...EMPTY, name: ' <n>&', size: 7, flag: true, tags: [{ key: 'k' }], zone: 'z' }
  assert.deepEqual(sample.parse(bytes(xml), 'cos'), expected)
})

test('an ETag is read with and without its quotes', () => {
  for (const shown of ['"abc"', '&quot;abc&quot;', 'abc', ' "abc"\n']) {
    assert.equal(sample.parse(wrap(`<Name/><ETag>${shown}</ETag>`), 'cos').etag, 'abc')
  }
})

test('each dialect has its own names, and knows nothing of what is only the other one has', () => {
  const value = { ...EMPTY, name: 'n', tags: [{ key: 'k' }], zone: 'z' }
  assert.equal(sample.print(value, 'cos'), '<Sample><Name>n</Name><Tag><Key>k</Key></Tag><Zone>z</Zone></Sample>')
  assert.equal(
    sample.print(value, 's3'),
    `<SampleResult xmlns="${S3_NAMESPACE}"><Name>n</Name><Tag><K>k</K></Tag></SampleResult>`,
  )
  const read = sample.parse(bytes('<SampleResult><Name>n</Name><Zone>z</Zone></SampleResult>'), 's3')
  assert.equal(read.zone, undefined)
})

test('what is empty closes at once, and what is absent is not printed', () => {
  const inner = document('A', record({ b: optional('B', text), c: optional('C', record({ d: optional('D', text) })) }))
  assert.equal(inner.print({ b: undefined, c: undefined }, 'cos'), '<A/>')
  assert.equal(inner.print({ b: '', c: { d: undefined } }, 'cos'), '<A><B/><C/></A>')
  const spaced = document('A', record({ b: optional('B', text) }), { namespace: { s3: 'urn:x' } })
  assert.equal(spaced.print({ b: undefined }, 's3'), '<A xmlns="urn:x"/>')
})

test('values are printed as clients read them', () => {
  const value = { ...EMPTY, name: `a&b<c>"d'\r`, size: 0, flag: false, etag: 'e', at: 1_607_571_450_000 }
  assert.equal(
    sample.print(value, 'cos'),
    `<Sample><Name>a&amp;b&lt;c&gt;"d'&#13;</Name><Size>0</Size><Flag>false</Flag><ETag>&quot;e&quot;</ETag>` +
      '<At>2020-12-10T03:37:30.000Z</At></Sample>',
  )
  assert.equal(isoTimeSeconds.print(1_607_571_450_999, 'cos'), '2020-12-10T03:37:30Z')
})

test('entries of several kinds keep their order among each other', () => {
  const content = record({ n: element('N', integer) })
  const entries = document(
    'L',
    record({ rows: mixed({ a: 'A', b: { cos: 'B', s3: 'Bee' } }, { a: content, b: content }) }),
  )
  const rows = (['a', 'b', 'a'] as const).map((kind, n) => ({ kind, value: { n } }))
  assert.equal(entries.print({ rows }, 'cos'), '<L><A><N>0</N></A><B><N>1</N></B><A><N>2</N></A></L>')
  assert.equal(entries.print({ rows }, 's3'), '<L><A><N>0</N></A><Bee><N>1</N></Bee><A><N>2</N></A></L>')
  assert.throws(
    () => entries.parse(bytes('<L/>'), 'cos'),
    (error) => isApiError(error, 'MalformedXML'),
  )
})

test('what is printed is read back as it was, in both dialects', () => {
  const characters = fc.constantFrom(
    'a',
    ' ',
    '&',
    '<',
    '>',
    '"',
    "'",
    ']]>',
    '\r',
    '\n',
    '\t',
    'é',
    '😀',
    '\u{10fffd}',
  )
  const anyText = fc.array(characters, { maxLength: 6 }).map((parts) => parts.join(''))
  const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
  const values = fc.record(
    {
      name: anyText,
      size: perhaps(fc.integer()),
      flag: perhaps(fc.boolean()),
      kind: perhaps(fc.constantFrom('Big' as const, 'Small' as const)),
      etag: perhaps(fc.constantFrom('9a0364b9e99bb480dd25e1f0284c8555', 'abc-2')),
      at: perhaps(fc.integer({ min: 0, max: 4_000_000_000_000 })),
      tags: fc.array(fc.record({ key: anyText }, { noNullPrototype: true }), { maxLength: 3 }),
      zone: perhaps(fc.constantFrom('z', 'MAZ')),
    },
    { noNullPrototype: true },
  )
  const property = fc.property(values, fc.constantFrom('cos' as const, 's3' as const), (value, dialect) => {
    const expected = dialect === 'cos' ? value : { ...value, zone: undefined }
    assert.deepEqual(sample.parse(bytes(sample.print(value, dialect)), dialect), expected)
  })
  fc.assert(property, { seed: 20_260_102, numRuns: 200 })
})
