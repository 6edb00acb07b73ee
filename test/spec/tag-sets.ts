/** Sets of tags as the documents of both dialects write them. */

import { childText, elementsOf, type Heard } from '../support/exchange.js'

export type TagPair = readonly [key: string, value: string]

export function taggingXml(tags: readonly TagPair[]): string {
  const inner = tags.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`)
  return `<Tagging><TagSet>${inner.join('')}</TagSet></Tagging>`
}

export function tagsIn({ xml }: Heard): readonly TagPair[] {
  return elementsOf(xml, 'Tag').map((tag) => [childText(tag, 'Key') ?? '', childText(tag, 'Value') ?? ''])
}

export function manyTags(count: number): readonly TagPair[] {
  return Array.from({ length: count }, (_, index): TagPair => [`key${index}`, `value ${index}`])
}
