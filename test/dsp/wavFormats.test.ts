import { describe, expect, test } from 'vitest';
import { decodeWav, encodeWav, type SampleFormat, wavChunks } from '../../packages/dsp/src/index.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { canonicalWav } from '../../packages/dsp/src/wav/canonical.ts';
import { readFormat } from '../../packages/dsp/src/wav/format.ts';
import { headerBytes, sampleByteLengths, wavHeader } from '../../packages/dsp/src/wav/header.ts';
import { riffChunks } from '../../packages/dsp/src/wav/riff.ts';

const formats: SampleFormat[] = ['uint8', 'int16', 'int24', 'int32', 'float32', 'float64'];

/** What a sample of a format means, written without the decoder. */
const writers: Record<SampleFormat, (view: DataView, at: number, level: number) => void> = {
  uint8: (view, at, level) => view.setUint8(at, level + 128),
  int16: (view, at, level) => view.setInt16(at, level, true),
  int24: (view, at, level) => {
    view.setUint16(at, level & 0xffff, true);
    view.setInt8(at + 2, level >> 16);
  },
  int32: (view, at, level) => view.setInt32(at, level, true),
  float32: (view, at, level) => view.setFloat32(at, level, true),
  float64: (view, at, level) => view.setFloat64(at, level, true),
};

const steps: Record<SampleFormat, number> = {
  uint8: 2 ** 7,
  int16: 2 ** 15,
  int24: 2 ** 23,
  int32: 2 ** 31,
  float32: 1,
  float64: 1,
};

function isFloat(sampleFormat: SampleFormat): boolean {
  return sampleFormat.startsWith('float');
}

/** A file with these levels, channel after channel within each frame. */
function fileOf(sampleFormat: SampleFormat, channels: number, levels: readonly number[]): Uint8Array {
  const { buffer, body } = wavHeader(
    { sampleRate: 22_050, channels, sampleFormat },
    levels.length / channels,
  );
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  levels.forEach((level, i) => {
    writers[sampleFormat](view, i * sampleByteLengths[sampleFormat], level);
  });
  return new Uint8Array(buffer);
}

/** The same as WAVE_FORMAT_EXTENSIBLE. */
function extensible(file: Uint8Array): Uint8Array {
  const guidTail = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
  const extension = [22, 0, file[34], 0, 0, 0, 0, 0, file[20], 0, ...guidTail];
  const longer = [...file.subarray(0, 36), ...extension, ...file.subarray(36)];
  longer[16] = 40;
  longer[20] = 0xfe;
  longer[21] = 0xff;
  return Uint8Array.from(longer);
}

describe.each(formats)('%s', (sampleFormat) => {
  const scale = steps[sampleFormat];
  const extremes = isFloat(sampleFormat)
    ? [-1, -0.5, 0, 0.5, 1]
    : [-scale, -scale / 2, 0, scale / 2, scale - 1];

  test('the smallest, the largest and what is between', () => {
    const { channels, sampleRate, sampleFormat: found } = decodeWav(fileOf(sampleFormat, 1, extremes));
    expect(sampleRate).toBe(22_050);
    expect(found).toBe(sampleFormat);
    expect([...channels[0]]).toEqual(extremes.map((level) => Math.fround(level / scale)));
  });

  test.each([1, 2, 3, 6, 8])('%i channels, taken apart', (count) => {
    const random = new RandomStream(count);
    const level = () =>
      isFloat(sampleFormat) ? Math.fround(random.uniform(-1, 1)) : random.integer(2 * scale) - scale;
    const levels = Array.from({ length: 7 * count }, level);
    const { channels } = decodeWav(fileOf(sampleFormat, count, levels));
    expect(channels).toHaveLength(count);
    channels.forEach((samples, channel) => {
      const expected = Array.from({ length: 7 }, (_, i) => Math.fround(levels[i * count + channel] / scale));
      expect([...samples]).toEqual(expected);
    });
  });

  test('the extensible header changes nothing', () => {
    const file = fileOf(sampleFormat, 1, extremes);
    expect(decodeWav(extensible(file))).toEqual(decodeWav(file));
  });

  test('a header of 44 bytes says what it holds', () => {
    const file = fileOf(sampleFormat, 2, [...extremes, extremes[0]]);
    const view = new DataView(file.buffer);
    const bytes = sampleByteLengths[sampleFormat];
    const { length } = file;
    expect(new TextDecoder('latin1').decode(file.subarray(0, 4))).toBe('RIFF');
    expect(view.getUint32(4, true)).toBe(length - 8);
    expect(new TextDecoder('latin1').decode(file.subarray(8, 16))).toBe('WAVEfmt ');
    expect(view.getUint32(16, true)).toBe(16);
    expect(view.getUint16(20, true)).toBe(isFloat(sampleFormat) ? 3 : 1);
    expect(view.getUint16(22, true)).toBe(2);
    expect(view.getUint32(24, true)).toBe(22_050);
    expect(view.getUint32(28, true)).toBe(22_050 * 2 * bytes);
    expect(view.getUint16(32, true)).toBe(2 * bytes);
    expect(view.getUint16(34, true)).toBe(8 * bytes);
    expect(view.getUint32(40, true)).toBe(6 * bytes);
    expect(length).toBe(headerBytes + 6 * bytes);
  });

  test('the decoder is handed only what it reads right', () => {
    const file = fileOf(sampleFormat, 1, extremes);
    const chunks = [...riffChunks(file)];
    const format = readFormat(chunks[0]);
    const plain = new DataView(canonicalWav(format, chunks[1].bytes));
    const bits = { uint8: 16, int16: 16, int24: 32, int32: 32, float32: 32, float64: 64 }[sampleFormat];
    expect(plain.getUint16(34, true)).toBe(bits);
    expect(plain.byteLength).toBe(headerBytes + (extremes.length * bits) / 8);
  });

  test('any cut through the file is an error or the whole of it', () => {
    const file = fileOf(sampleFormat, 1, extremes);
    const whole = decodeWav(file);
    for (let length = 0; length < file.length; length++) {
      // The last byte may be padding, which players do not miss.
      const isPadding =
        length === file.length - 1 && (extremes.length * sampleByteLengths[sampleFormat]) % 2 === 1;
      if (isPadding) expect(decodeWav(file.subarray(0, length))).toEqual(whole);
      else expect(() => decodeWav(file.subarray(0, length))).toThrow('decodeWav: ');
    }
  });
});

describe('written files', () => {
  const samples = Float32Array.of(-1, -0.25, 0, 0.25, 0.999);

  test.each([
    ['int16', 2],
    ['int24', 3],
    ['float32', 4],
  ] as const)('%s has %i bytes a sample', (sampleFormat, bytes) => {
    const file = encodeWav({ sampleRate: 8000, channels: [samples] }, { sampleFormat });
    const body = 5 * bytes;
    expect(file).toHaveLength(headerBytes + body + (body % 2));
    expect(wavChunks(file).map(({ id, bytes: { length } }) => [id, length])).toEqual([
      ['fmt ', 16],
      ['data', body],
    ]);
  });

  test('int16 is what is written if nothing is said', () => {
    const wav = { sampleRate: 8000, channels: [samples] };
    expect(encodeWav(wav)).toEqual(encodeWav(wav, { sampleFormat: 'int16' }));
  });

  test('rounding goes to the nearest step, not towards zero', () => {
    const step = 2 ** -15;
    const channels = [Float32Array.of(0.4 * step, 0.6 * step, -0.4 * step, -0.6 * step, 1.6 * step)];
    const decoded = decodeWav(encodeWav({ sampleRate: 1, channels }));
    expect([...decoded.channels[0]].map((value) => value / step + 0)).toEqual([0, 1, 0, -1, 2]);
  });

  test('no samples make a file without samples', () => {
    const file = encodeWav({ sampleRate: 8000, channels: [new Float32Array(0), new Float32Array(0)] });
    expect(file).toHaveLength(headerBytes);
    expect(decodeWav(file).channels).toEqual([new Float32Array(0), new Float32Array(0)]);
  });

  test('decoding twice gives arrays that do not share memory', () => {
    const file = encodeWav({ sampleRate: 8000, channels: [samples] }, { sampleFormat: 'float32' });
    const [first, second] = [decodeWav(file), decodeWav(file)];
    first.channels[0].fill(0);
    file.fill(0);
    expect(second.channels[0]).toEqual(samples);
  });
});
