import { canonicalWav } from './canonical.ts';
import { WavError } from './error.ts';
import { readFormat, type SampleFormat, type WavFormat } from './format.ts';
import { type RiffChunk, riffChunks } from './riff.ts';
import { decodeSamples } from './samples.ts';

export interface Wav {
  readonly sampleRate: number;
  /** One array for each channel, within [-1, 1) for integer files. */
  readonly channels: Float32Array[];
}

export interface DecodedWav extends Wav {
  readonly sampleFormat: SampleFormat;
}

/**
 * Decodes PCM of 8, 16, 24 and 32 bits and floats of 32 and 64, plain or extensible. Integers are
 * divided by 2^(bits - 1). Whatever else the file holds is passed over; `wavChunks` lists it.
 */
export function decodeWav(bytes: Uint8Array | ArrayBuffer): DecodedWav {
  const { format, data } = readAudio(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
  const frameBytes = format.channels * format.sampleBytes;
  if (data.bytes.length % frameBytes !== 0) {
    throw new WavError(
      `${data.bytes.length} bytes are not whole frames of ${frameBytes}`,
      data.id,
      data.offset,
    );
  }
  const channels = decodeSamples(canonicalWav(format, data.bytes));
  if (format.sampleFormat.startsWith('float')) requireFiniteSamples(channels, format, data);
  return { sampleRate: format.sampleRate, channels, sampleFormat: format.sampleFormat };
}

/** Every chunk of the file with its raw bytes, as views: the door to metadata. */
export function wavChunks(bytes: Uint8Array | ArrayBuffer): RiffChunk[] {
  return [...riffChunks(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes))];
}

function readAudio(bytes: Uint8Array): { format: WavFormat; data: RiffChunk } {
  let format: WavFormat | undefined;
  for (const chunk of riffChunks(bytes)) {
    if (chunk.id === 'fmt ') {
      if (format !== undefined) throw new WavError('the format is given twice', chunk.id, chunk.offset);
      format = readFormat(chunk);
    } else if (chunk.id === 'data') {
      if (format === undefined)
        throw new WavError('the samples come before their format', chunk.id, chunk.offset);
      return { format, data: chunk };
    }
  }
  throw new WavError('the chunk is missing', format === undefined ? 'fmt ' : 'data', bytes.length);
}

function requireFiniteSamples(channels: readonly Float32Array[], format: WavFormat, data: RiffChunk): void {
  channels.forEach((samples, channel) => {
    const index = samples.findIndex((value) => !Number.isFinite(value));
    if (index < 0) return;
    const offset = data.offset + (index * format.channels + channel) * format.sampleBytes;
    throw new WavError(`sample ${index} of channel ${channel} is ${samples[index]}`, data.id, offset);
  });
}
