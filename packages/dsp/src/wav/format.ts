import { WavError } from './error.ts';
import type { RiffChunk } from './riff.ts';

export type SampleFormat = 'uint8' | 'int16' | 'int24' | 'int32' | 'float32' | 'float64';

/** What the `fmt ` chunk says, checked. */
export interface WavFormat {
  readonly sampleRate: number;
  readonly channels: number;
  readonly sampleFormat: SampleFormat;
  readonly sampleBytes: number;
}

/** Far above any recording, and low enough that a damaged count cannot ask for much. */
const maxChannels = 256;

const extensible = 0xfffe;
const integerFormats: Readonly<Record<number, SampleFormat>> = {
  8: 'uint8',
  16: 'int16',
  24: 'int24',
  32: 'int32',
};
const floatFormats: Readonly<Record<number, SampleFormat>> = { 32: 'float32', 64: 'float64' };

/** The end of the GUIDs by which WAVE_FORMAT_EXTENSIBLE names the plain formats; the first two bytes are their number. */
const plainGuidTail = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

export function readFormat({ id, offset, bytes }: RiffChunk): WavFormat {
  const fail = (rule: string, at: number): never => {
    throw new WavError(rule, id, offset + at);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16) fail(`${bytes.length} bytes are too few, 16 are needed`, 0);
  let tag = view.getUint16(0, true);
  if (tag === extensible) {
    if (bytes.length < 40)
      fail(`${bytes.length} bytes are too few for an extensible format, 40 are needed`, 0);
    if (plainGuidTail.some((byte, i) => bytes[26 + i] !== byte)) fail('unknown extensible format', 24);
    tag = view.getUint16(24, true);
  }
  const formats =
    tag === 1 ? integerFormats : tag === 3 ? floatFormats : fail(`unsupported format ${tag}`, 0);
  const channels = view.getUint16(2, true);
  if (channels < 1 || channels > maxChannels)
    fail(`channels must be 1 to ${maxChannels}, found ${channels}`, 2);
  const sampleRate = view.getUint32(4, true);
  if (sampleRate === 0) fail('the sample rate is zero', 4);
  const bits = view.getUint16(14, true);
  const sampleFormat = formats[bits] ?? fail(`unsupported ${bits} bits in format ${tag}`, 14);
  const blockBytes = view.getUint16(12, true);
  const sampleBytes = bits / 8;
  if (blockBytes !== channels * sampleBytes) {
    fail(`a block of ${blockBytes} bytes is not ${channels} channels of ${sampleBytes}`, 12);
  }
  return { sampleRate, channels, sampleFormat, sampleBytes };
}
