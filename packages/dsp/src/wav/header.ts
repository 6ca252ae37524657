import type { SampleFormat } from './format.ts';

export const sampleByteLengths: Readonly<Record<SampleFormat, number>> = {
  uint8: 1,
  int16: 2,
  int24: 3,
  int32: 4,
  float32: 4,
  float64: 8,
};

export const headerBytes = 44;

/** A WAV file of `frames` samples a channel with its header written and its body still zero. */
export function wavHeader(
  format: { readonly sampleRate: number; readonly channels: number; readonly sampleFormat: SampleFormat },
  frames: number,
): { buffer: ArrayBuffer; body: Uint8Array } {
  const { sampleRate, channels, sampleFormat } = format;
  const blockBytes = channels * sampleByteLengths[sampleFormat];
  const bodyBytes = frames * blockBytes;
  const buffer = new ArrayBuffer(headerBytes + bodyBytes + (bodyBytes % 2));
  new TextEncoder().encodeInto('RIFF    WAVEfmt                     data', new Uint8Array(buffer));
  const view = new DataView(buffer);
  const write32 = (at: number, value: number) => view.setUint32(at, value, true);
  // Pairs of 16 bits go in as one number of 32.
  write32(4, buffer.byteLength - 8);
  write32(16, 16);
  write32(20, (sampleFormat.startsWith('float') ? 3 : 1) + (channels << 16));
  write32(24, sampleRate);
  write32(28, sampleRate * blockBytes);
  write32(32, blockBytes + ((8 * sampleByteLengths[sampleFormat]) << 16));
  write32(40, bodyBytes);
  return { buffer, body: new Uint8Array(buffer, headerBytes, bodyBytes) };
}
