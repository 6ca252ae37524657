import { WavError } from './error.ts';

/** A stretch of a RIFF file: `offset` is where its content begins, behind the eight bytes of its head. */
export interface RiffChunk {
  readonly id: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Letters that can stand in a message; a damaged name may hold anything. */
const printable = (id: string) => id.replace(/[^\x20-\x7e]/g, '?');

/**
 * Walks the chunks of a RIFF WAVE file. Nothing is copied, and every length is held against the
 * bytes that are there before it is believed. Odd chunks are followed by one byte of padding.
 */
export function* riffChunks(bytes: Uint8Array): Generator<RiffChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fourLetters = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  const expectLetters = (expected: string, at: number) => {
    const found = fourLetters(at);
    if (found !== expected) throw new WavError(`expected ${expected}, found ${printable(found)}`, 'RIFF', at);
  };
  if (bytes.length < 12) throw new WavError(`${bytes.length} bytes are too few for a WAV file`, 'RIFF', 0);
  expectLetters('RIFF', 0);
  expectLetters('WAVE', 8);
  // A few stray bytes at the end are common and harmless; they cannot be a chunk.
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = fourLetters(at);
    const length = view.getUint32(at + 4, true);
    const offset = at + 8;
    const left = bytes.length - offset;
    if (length > left) {
      throw new WavError(`length ${length} exceeds the ${left} bytes left`, printable(id), at);
    }
    yield { id, offset, bytes: bytes.subarray(offset, offset + length) };
    at = offset + length + (length % 2);
  }
}
