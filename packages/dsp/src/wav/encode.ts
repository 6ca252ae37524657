import { reject, requireSameLength, requireSamples, requireWhole } from '../guard.ts';
import type { Wav } from './decode.ts';
import { wavHeader } from './header.ts';

export interface EncodeWavOptions {
  /** Default: int16. */
  readonly sampleFormat?: 'int16' | 'int24' | 'float32';
}

const maxFileBytes = 2 ** 32 - 1;

/**
 * A WAV file. Integer formats round to the nearest step and clip to [-1, 1 - step]; float32 keeps
 * every bit.
 */
export function encodeWav(wav: Wav, options: EncodeWavOptions = {}): Uint8Array {
  const { sampleFormat = 'int16' } = options;
  const { channels, sampleRate } = wav;
  const write = writers[sampleFormat];
  if (write === undefined) reject('encodeWav', 'sampleFormat must be int16, int24 or float32', sampleFormat);
  requireWhole('encodeWav', 'sampleRate', sampleRate);
  if (sampleRate > maxFileBytes) reject('encodeWav', 'sampleRate does not fit in 32 bits', sampleRate);
  if (channels.length < 1 || channels.length > 256)
    reject('encodeWav', 'channels must be 1 to 256', channels.length);
  for (const samples of channels) {
    requireSamples('encodeWav', samples, 0);
    requireSameLength('encodeWav', channels[0], samples);
  }
  const frames = channels[0].length;
  if (frames * channels.length * 4 + 64 > maxFileBytes)
    reject('encodeWav', 'a WAV file holds less than 4 GiB', frames);
  const { buffer, body } = wavHeader({ sampleRate, channels: channels.length, sampleFormat }, frames);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const sampleBytes = frames === 0 ? 0 : body.length / (frames * channels.length);
  channels.forEach((samples, channel) => {
    for (let i = 0; i < frames; i++) write(view, (i * channels.length + channel) * sampleBytes, samples[i]);
  });
  return new Uint8Array(buffer);
}

/** Rounds to steps of 1 / scale within what `scale` levels on either side of zero can hold. */
const toSteps = (sample: number, scale: number) =>
  Math.min(scale - 1, Math.max(-scale, Math.round(sample * scale)));

const writers = {
  int16: (view: DataView, at: number, sample: number) => view.setInt16(at, toSteps(sample, 2 ** 15), true),
  int24: (view: DataView, at: number, sample: number) => {
    const steps = toSteps(sample, 2 ** 23);
    view.setUint16(at, steps & 0xffff, true);
    view.setInt8(at + 2, steps >> 16);
  },
  float32: (view: DataView, at: number, sample: number) => view.setFloat32(at, sample, true),
};
