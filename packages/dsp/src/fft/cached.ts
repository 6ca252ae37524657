/** Remembers what was built for so many keys, then begins anew. */
export function cached<Key, Value>(build: (key: Key) => Value, mostKeys = 64): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = build(key);
      if (known.size >= mostKeys) known.clear();
      known.set(key, value);
    }
    return value;
  };
}
