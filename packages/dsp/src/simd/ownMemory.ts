/**
 * The kernel language writes modules for the heap that tensors and threads share. The transforms need
 * neither: in a memory of their own, not shared, copies in and out run two to seven times as fast. This
 * takes the mark of sharing out of the one import that a module has.
 */
export function withOwnMemory(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = module.slice();
  const importOfMemory = [6, ...new TextEncoder().encode('memory'), 2];
  const at = bytes.findIndex((_, i) => importOfMemory.every((byte, j) => bytes[i + j] === byte));
  const flags = at + importOfMemory.length;
  const withMaximum = 1;
  const sharedWithMaximum = 3;
  if (at < 0 || (bytes[flags] !== withMaximum && bytes[flags] !== sharedWithMaximum)) {
    throw new Error(`dsp: the module imports no memory with a maximum, flags ${bytes[flags]} at ${flags}`);
  }
  bytes[flags] = withMaximum;
  return bytes;
}
