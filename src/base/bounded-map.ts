/** Maps that remember what can be worked out again: full, they begin anew, so that they need no order and no clock. */

export function putBounded<K, V>(map: Map<K, V>, entriesMax: number, key: K, value: V): void {
  if (map.size >= entriesMax) map.clear()
  map.set(key, value)
}
