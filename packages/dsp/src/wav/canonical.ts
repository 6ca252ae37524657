import type { SampleFormat, WavFormat } from './format.ts';
import { wavHeader } from './header.ts';

/** What the decoder reads without fault: 16 and 32-bit integers and floats. The others widen into these, exactly. */
const widened: Partial<Record<SampleFormat, SampleFormat>> = { uint8: 'int16', int24: 'int32' };

/** The same samples as a plain WAV file with one header of 44 bytes and one data chunk. */
export function canonicalWav(format: WavFormat, data: Uint8Array): ArrayBuffer {
  const sampleFormat = widened[format.sampleFormat] ?? format.sampleFormat;
  const count = data.length / format.sampleBytes;
  const { buffer, body } = wavHeader({ ...format, sampleFormat }, count / format.channels);
  if (format.sampleFormat === 'uint8') {
    // (v - 128) / 128 is what the zero-centred byte means; as the high byte of 16 bits it keeps that value.
    for (let i = 0; i < count; i++) body[2 * i + 1] = data[i] ^ 0x80;
  } else if (format.sampleFormat === 'int24') {
    for (let i = 0; i < count; i++) body.set(data.subarray(3 * i, 3 * i + 3), 4 * i + 1);
  } else {
    body.set(data);
  }
  return buffer;
}
