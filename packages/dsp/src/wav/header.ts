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
  const sampleBytes = sampleByteLengths[sampleFormat];
  const bodyBytes = frames * channels * sampleBytes;
  const buffer = new ArrayBuffer(headerBytes + bodyBytes + (bodyBytes % 2));
  const view = new DataView(buffer);
  const letters = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  };
  letters(0, 'RIFF');
  view.setUint32(4, buffer.byteLength - 8, true);
  letters(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, sampleFormat.startsWith('float') ? 3 : 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * sampleBytes, true);
  view.setUint16(32, channels * sampleBytes, true);
  view.setUint16(34, 8 * sampleBytes, true);
  letters(36, 'data');
  view.setUint32(40, bodyBytes, true);
  return { buffer, body: new Uint8Array(buffer, headerBytes, bodyBytes) };
}
