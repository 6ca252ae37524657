import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeWav, encodeWav, whiteNoise } from '@sonograd/dsp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../packages/experiments/src/inputError.ts';
import { WavReader } from '../../../../packages/experiments/src/pipelines/denoise-stft/stream/wavReader.ts';
import {
  formatFor,
  WavWriter,
} from '../../../../packages/experiments/src/pipelines/denoise-stft/stream/wavWriter.ts';
import { scratchFolder } from '../../corporaSupport.ts';
import { distance, joined } from './support.ts';

const scratch = scratchFolder();
const at = (name: string): string => join(scratch, name);

function write(name: string, bytes: Uint8Array | string): string {
  writeFileSync(at(name), bytes);
  return at(name);
}

const sound = (length: number, channels: number): Float32Array[] =>
  Array.from({ length: channels }, (_, seed) => whiteNoise(length, { seed, rms: 0.1 }));

/** A WAV file by hand: any format, samples as they are given. */
function wavOf(tag: number, bits: number, channels: number, samples: Uint8Array, before: Uint8Array[] = []) {
  const chunk = (id: string, content: Uint8Array) => {
    const out = new Uint8Array(8 + content.length + (content.length % 2));
    out.set(new TextEncoder().encode(id));
    new DataView(out.buffer).setUint32(4, content.length, true);
    out.set(content, 8);
    return out;
  };
  const format = new DataView(new ArrayBuffer(16));
  format.setUint16(0, tag, true);
  format.setUint16(2, channels, true);
  format.setUint32(4, 8000, true);
  format.setUint32(8, (8000 * channels * bits) / 8, true);
  format.setUint16(12, (channels * bits) / 8, true);
  format.setUint16(14, bits, true);
  const chunks = [...before, chunk('fmt ', new Uint8Array(format.buffer)), chunk('data', samples)];
  const head = new TextEncoder().encode('RIFF\0\0\0\0WAVE');
  return { bytes: new Uint8Array(Buffer.concat([head, ...chunks])), chunk };
}

describe('WavReader', () => {
  test('pieces of any size are what the decoder makes of the whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom('int16', 'int24', 'float32'),
        (length, channels, size, sampleFormat) => {
          const bytes = encodeWav(
            { channels: sound(length, channels), sampleRate: 11_025 },
            { sampleFormat: sampleFormat as 'int16' },
          );
          const reader = new WavReader(write('any.wav', bytes));
          const pieces: Float32Array[][] = [];
          for (let done = 0; done < length; done += size) pieces.push(reader.read(size));
          reader.close();
          const whole = decodeWav(bytes);
          expect(reader).toMatchObject({ sampleRate: 11_025, channels, length, sampleFormat });
          whole.channels.forEach((samples, channel) => {
            expect(distance(joined(pieces.map((piece) => piece[channel]!)), samples)).toBe(0);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  test.each([
    ['8 bits', 1, 8, Uint8Array.of(128, 255, 0)],
    ['32 bits', 1, 32, Uint8Array.of(0, 0, 0, 64, 0, 0, 0, 128)],
    ['doubles', 3, 64, new Uint8Array(Float64Array.of(0.5, -0.25).buffer)],
  ] as const)('%s, as the decoder has them', (name, tag, bits, samples) => {
    const { bytes } = wavOf(tag, bits, 1, samples);
    const reader = new WavReader(write(`${name}.wav`, bytes));
    expect(reader.read(100)).toEqual(decodeWav(bytes).channels);
    reader.close();
  });

  test('chunks before and after the sound are passed over, odd ones too', () => {
    const { chunk } = wavOf(1, 16, 1, new Uint8Array(0));
    const { bytes } = wavOf(1, 16, 1, Uint8Array.of(0, 64, 0, 192), [chunk('LIST', new Uint8Array(5))]);
    const reader = new WavReader(write('list.wav', Uint8Array.from([...bytes, ...chunk('id3 ', bytes)])));
    expect(reader.read(9)).toEqual([Float32Array.of(0.5, -0.5)]);
    expect(reader.read(9)).toEqual([new Float32Array(0)]);
    reader.rewind();
    expect(reader.read(1)).toEqual([Float32Array.of(0.5)]);
    reader.close();
  });

  const good = encodeWav({ channels: sound(100, 1), sampleRate: 8000 });
  const cut = (): string => {
    const path = write('cut.wav', good);
    truncateSync(path, 144);
    return path;
  };

  test.each([
    ['a text', () => write('text.wav', 'To be or not to be'), /expected RIFF, found To b/],
    ['nothing at all', () => write('empty.wav', ''), /0 bytes are too few for a WAV file/],
    [
      'no format',
      () => write('f.wav', `RIFF0000WAVEdata\0\0\0\0`),
      /the chunk is missing|before their format/,
    ],
    ['no sound', () => write('n.wav', good.subarray(0, 36)), /the chunk is missing, chunk 'data'/],
    [
      'a sound of no samples',
      () => write('z.wav', encodeWav({ channels: [new Float32Array(0)], sampleRate: 8000 })),
      /there is no sound in the file/,
    ],
    ['half of it missing', cut, /the file is cut off, 100 of 200 bytes of sound/],
    [
      'another format',
      () => write('mp3.wav', wavOf(85, 16, 1, Uint8Array.of(1, 2)).bytes),
      /unsupported format 85/,
    ],
    ['a folder', () => scratch, /it is a folder, not a file/],
    ['no file', () => at('nowhere.wav'), /it does not exist/],
  ] as const)('%s is refused in one line with its path', (_, path, message) => {
    const file = path();
    const open = () => new WavReader(file);
    expect(open).toThrow(InputError);
    expect(open).toThrow(message);
    expect(open).toThrow(file);
    expect(open).toThrow(/^denoise: [^\n]+$/);
  });

  test('whatever bytes come, a sound or one line', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 43 }), fc.integer({ min: 0, max: 255 }), (place, value) => {
        const bytes = good.slice();
        bytes[place] = value;
        try {
          const reader = new WavReader(write('fuzz.wav', bytes));
          expect(reader.read(10)).toHaveLength(reader.channels);
          reader.close();
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('numbers that are none are found where they are', () => {
    const { bytes } = wavOf(3, 32, 1, new Uint8Array(Float32Array.of(0, Number.NaN).buffer));
    const reader = new WavReader(write('nan.wav', bytes));
    expect(() => reader.read(2)).toThrow(/sample 1 of channel 0 is NaN/);
    reader.close();
  });
});

describe('WavWriter', () => {
  test.each(['int16', 'int24', 'float32'] as const)(
    '%s: pieces make the file that the encoder makes',
    (sampleFormat) => {
      for (const [length, channels] of [
        [7, 1],
        [101, 3],
      ] as const) {
        const whole = sound(length, channels);
        const writer = new WavWriter(at('out.wav'), { sampleRate: 22_050, channels, length, sampleFormat });
        for (let from = 0; from < length; from += 5)
          writer.write(whole.map((own) => own.subarray(from, from + 5)));
        writer.finish();
        const bytes = encodeWav({ channels: whole, sampleRate: 22_050 }, { sampleFormat });
        expect(Buffer.compare(readFileSync(at('out.wav')), bytes)).toBe(0);
      }
    },
  );

  test('until it is finished the old file stays, and an abandoned one leaves nothing', () => {
    const path = write('kept.wav', 'old');
    const writer = new WavWriter(path, { sampleRate: 8000, channels: 1, length: 4, sampleFormat: 'int16' });
    writer.write([Float32Array.of(0.5, 0.5)]);
    expect(readFileSync(path, 'utf8')).toBe('old');
    writer.abandon();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(scratch).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('abandoned after it was finished, it stays', () => {
    const path = at('done.wav');
    const writer = new WavWriter(path, { sampleRate: 8000, channels: 1, length: 1, sampleFormat: 'int16' });
    writer.write([Float32Array.of(0.5)]);
    writer.finish();
    writer.abandon();
    expect(existsSync(path)).toBe(true);
  });

  test('louder than full scale is clipped in integers, and kept in floats', () => {
    const outline = { sampleRate: 8000, channels: 1, length: 2 };
    const back = (sampleFormat: 'int16' | 'float32') => {
      const writer = new WavWriter(at('loud.wav'), { ...outline, sampleFormat });
      writer.write([Float32Array.of(2, -2)]);
      writer.finish();
      return Array.from(decodeWav(readFileSync(at('loud.wav'))).channels[0]!);
    };
    expect(back('int16')).toEqual([1 - 2 ** -15, -1]);
    expect(back('float32')).toEqual([2, -2]);
  });

  test('more than 4 GiB is refused before anything is written', () => {
    const outline = { sampleRate: 8000, channels: 2, length: 2 ** 30, sampleFormat: 'int16' } as const;
    expect(() => new WavWriter(at('huge.wav'), outline)).toThrow(
      /^denoise: a WAV file holds less than 4 GiB/,
    );
    expect(existsSync(at('huge.wav'))).toBe(false);
  });

  test('a folder that is not there is named', () => {
    const outline = { sampleRate: 8000, channels: 1, length: 1, sampleFormat: 'int16' } as const;
    expect(() => new WavWriter(join(scratch, 'none', 'a.wav'), outline)).toThrow(/it does not exist, .*none/);
  });

  test('formats: what keeps the precision', () => {
    expect((['uint8', 'int16', 'int24', 'int32', 'float32', 'float64'] as const).map(formatFor)).toEqual([
      ...['int16', 'int16', 'int24', 'float32', 'float32', 'float32'],
    ]);
  });
});
