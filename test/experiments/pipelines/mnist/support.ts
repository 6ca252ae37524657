import type { Tools } from '../../../../packages/experiments/src/pipelines/pipeline.ts';

export const tools: Tools = {
  ...{ threads: 1, cacheFolder: 'unused', signal: new AbortController().signal },
  progress: { note: () => undefined, bar: () => () => undefined, training: () => ({}) },
};

/** An idx file of bytes. */
export function idx(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x0800 + shape.length);
  for (const [axis, length] of shape.entries()) header.setUint32(4 + 4 * axis, length);
  return Uint8Array.from([...new Uint8Array(header.buffer), ...Array.from(data)]);
}
