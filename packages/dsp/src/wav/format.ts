import { WavError } from './error.ts';
import { sampleByteLengths } from './header.ts';
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

/** The end of the GUIDs by which WAVE_FORMAT_EXTENSIBLE names the plain formats; the first two bytes are their number. */
const plainGuidTail = '0,0,0,0,16,0,128,0,0,170,0,56,155,113';

export function readFormat({ id, offset, bytes }: RiffChunk): WavFormat {
  const requireThat = (holds: boolean, rule: string, at = 0) => {
    if (!holds) throw new WavError(rule, id, offset + at);
  };
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const read16 = (at: number) => view.getUint16(at, true);
  requireThat(length >= 16, `${length} bytes are too few, 16 are needed`);
  let tag = read16(0);
  if (tag === extensible) {
    requireThat(length >= 40, `${length} bytes are too few for an extensible format, 40 are needed`);
    requireThat(bytes.subarray(26, 40).join() === plainGuidTail, 'unknown extensible format', 24);
    tag = read16(24);
  }
  requireThat(tag === 1 || tag === 3, `unsupported format ${tag}`);
  const channels = read16(2);
  requireThat(
    channels >= 1 && channels <= maxChannels,
    `channels must be 1 to ${maxChannels}, found ${channels}`,
    2,
  );
  const sampleRate = view.getUint32(4, true);
  requireThat(sampleRate > 0, 'the sample rate is zero', 4);
  const bits = read16(14);
  const sampleFormat = `${tag === 3 ? 'float' : bits === 8 ? 'uint' : 'int'}${bits}` as SampleFormat;
  requireThat(
    Object.hasOwn(sampleByteLengths, sampleFormat),
    `unsupported ${bits} bits in format ${tag}`,
    14,
  );
  const blockBytes = read16(12);
  const sampleBytes = bits / 8;
  requireThat(
    blockBytes === channels * sampleBytes,
    `a block of ${blockBytes} bytes is not ${channels} channels of ${sampleBytes}`,
    12,
  );
  return { sampleRate, channels, sampleFormat, sampleBytes };
}
