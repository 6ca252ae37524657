/** Where checkpoints are kept. A write must leave the old bytes or the new ones, whatever happens in between. */
export interface CheckpointStore {
  write(name: string, bytes: Uint8Array): void | Promise<void>;
  /** Undefined where nothing was written under that name. */
  read(name: string): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

/** Checkpoints in memory: for tests, and for pages that keep them where they like. */
export function memoryStore(): CheckpointStore & { readonly files: ReadonlyMap<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    write: (name, bytes) => {
      files.set(name, bytes.slice());
    },
    read: (name) => files.get(name)?.slice(),
  };
}
