/** Names, labels and aliases of regions, and what signatures may name where. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRegions } from './regions.js'

const regions = createRegions({
  region: 'ap-guangzhou',
  regions: [
    { name: 'ap-beijing', label: 'bj' },
    { name: 'us-west-2', label: undefined },
  ],
  regionAliases: ['us-east-1', 'us-west-2'],
})

test('a region is known by its name, in hosts by its label, and home by its aliases; what is a region is no alias', () => {
  assert.deepEqual(regions.names, ['ap-guangzhou', 'ap-beijing', 'us-west-2'])
  const named = ['ap-guangzhou', 'ap-beijing', 'us-east-1', 'us-west-2', 'bj', 'mars-1'].map(regions.named)
  assert.deepEqual(named, ['ap-guangzhou', 'ap-beijing', 'ap-guangzhou', 'us-west-2', undefined, undefined])
  const labelled = ['ap-beijing', 'bj', 'us-east-1', 'mars-1'].map(regions.labelled)
  assert.deepEqual(labelled, ['ap-beijing', 'ap-beijing', undefined, undefined])
  assert.deepEqual(['ap-beijing', 'us-west-2', 'ap-guangzhou'].map(regions.labelOf), [
    'bj',
    'us-west-2',
    'ap-guangzhou',
  ])
})

test('an endpoint without a region takes the signatures of all, a regional one those of its own, home those of aliases', () => {
  const home = { region: 'ap-guangzhou', regionAliases: ['us-east-1'], regionExact: false }
  assert.deepEqual(regions.signing('ap-guangzhou'), home)
  assert.deepEqual(regions.signing('ap-beijing'), { region: 'ap-beijing', regionAliases: [], regionExact: true })
  const all = { ...home, regionAliases: [...regions.names, 'us-east-1'] }
  assert.deepEqual(regions.signing(undefined), all)
  assert.deepEqual(regions.signing('mars-1'), all)
})
