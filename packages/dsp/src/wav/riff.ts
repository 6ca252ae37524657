import { WavError } from './error.ts';

/** A stretch of a RIFF file: `offset` is where its content begins, behind the eight bytes of its head. */
export interface RiffChunk {
  readonly id: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const headBytes = 8;

function fourLetters(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(offset + i)));
}

/** Letters that can stand in a message; a damaged name may hold anything. */
const printable = (id: string) => id.replace(/[^\x20-\x7e]/g, '?');

/**
 * Walks the chunks of a RIFF WAVE file. Nothing is copied, and every length is held against the
 * bytes that are there before it is believed. Odd chunks are followed by one byte of padding.
 */
export function* riffChunks(bytes: Uint8Array): Generator<RiffChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) throw new WavError(`${bytes.length} bytes are too few for a WAV file`, 'RIFF', 0);
  const form = fourLetters(view, 0);
  if (form !== 'RIFF') throw new WavError(`expected RIFF, found ${printable(form)}`, 'RIFF', 0);
  const kind = fourLetters(view, 8);
  if (kind !== 'WAVE') throw new WavError(`expected WAVE, found ${printable(kind)}`, 'RIFF', 8);
  let at = 12;
  while (at < bytes.length) {
    if (bytes.length - at < headBytes) {
      // One or two stray bytes at the end are common and harmless; they cannot be a chunk.
      return;
    }
    const id = fourLetters(view, at);
    const length = view.getUint32(at + 4, true);
    const offset = at + headBytes;
    if (length > bytes.length - offset) {
      throw new WavError(
        `length ${length} exceeds the ${bytes.length - offset} bytes left`,
        printable(id),
        at,
      );
    }
    yield { id, offset, bytes: bytes.subarray(offset, offset + length) };
    at = offset + length + (length % 2);
  }
}
