const limit = 64;

/** Remembers what was built for 64 keys, then begins anew. */
export function cached<Key, Value>(build: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = build(key);
      if (known.size >= limit) known.clear();
      known.set(key, value);
    }
    return value;
  };
}
