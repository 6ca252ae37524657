const limit = 64;

/** Remembers what was built for the last 64 keys; the oldest makes room. */
export function cached<Key, Value>(build: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = build(key);
      if (known.size >= limit) known.delete(known.keys().next().value as Key);
      known.set(key, value);
    }
    return value;
  };
}
