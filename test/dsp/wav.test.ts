import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeWav, encodeWav, mixToMono, WavError, wavChunks } from '../../packages/dsp/src/index.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { wavHeader } from '../../packages/dsp/src/wav/header.ts';

const letters = (text: string) => [...new TextEncoder().encode(text)];
const uint32 = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
const uint16 = (value: number) => [value & 255, value >> 8];
const chunk = (id: string, body: number[]) => [
  ...letters(id),
  ...uint32(body.length),
  ...body,
  ...(body.length % 2 ? [0] : []),
];

function riff(...chunks: number[][]): Uint8Array {
  const body = [...letters('WAVE'), ...chunks.flat()];
  return Uint8Array.from([...letters('RIFF'), ...uint32(body.length), ...body]);
}

interface FormatFields {
  readonly tag?: number;
  readonly channels?: number;
  readonly rate?: number;
  readonly bits?: number;
  readonly block?: number;
}

function formatChunk(fields: FormatFields = {}): number[] {
  const { tag = 1, channels = 1, rate = 8000, bits = 16 } = fields;
  const { block = (channels * bits) / 8 } = fields;
  return chunk('fmt ', [
    ...uint16(tag),
    ...uint16(channels),
    ...uint32(rate),
    ...uint32(rate * block),
    ...uint16(block),
    ...uint16(bits),
  ]);
}

describe('round trips', () => {
  const channels = fc
    .tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { maxLength: 40 }),
    )
    .map(([count, values]) =>
      Array.from({ length: count }, (_, c) => Float32Array.from(values, (value) => value * (1 - c / 8))),
    );
  const steps = { int16: 2 ** 15, int24: 2 ** 23, float32: Infinity };

  test.each(['int16', 'int24', 'float32'] as const)('%s comes back within half a step', (sampleFormat) => {
    fc.assert(
      fc.property(channels, fc.integer({ min: 1, max: 200_000 }), (given, sampleRate) => {
        const decoded = decodeWav(encodeWav({ sampleRate, channels: given }, { sampleFormat }));
        expect(decoded.sampleRate).toBe(sampleRate);
        expect(decoded.sampleFormat).toBe(sampleFormat);
        expect(decoded.channels.map((samples) => samples.length)).toEqual(
          given.map((samples) => samples.length),
        );
        given.forEach((samples, c) => {
          samples.forEach((value, i) => {
            // The highest level of an integer format is one step short of one.
            const most = sampleFormat === 'float32' ? 1 : 1 - 1 / steps[sampleFormat];
            const tolerance = sampleFormat === 'float32' ? 0 : 0.5 / steps[sampleFormat] + 2 ** -24;
            expect(Math.abs(decoded.channels[c][i] - Math.min(most, value))).toBeLessThanOrEqual(tolerance);
          });
        });
      }),
    );
  });

  test('decoded integers encode to the same file', () => {
    for (const sampleFormat of ['int16', 'int24'] as const) {
      const random = new RandomStream(1);
      const channels = [0, 1, 2].map(() => Float32Array.from({ length: 33 }, () => random.uniform(-1, 1)));
      const file = encodeWav({ sampleRate: 44_100, channels }, { sampleFormat });
      expect(encodeWav(decodeWav(file), { sampleFormat })).toEqual(file);
    }
  });

  test('what lies outside [-1, 1) is clipped', () => {
    const channels = [Float32Array.of(2, 1, -1, -3)];
    expect([...decodeWav(encodeWav({ sampleRate: 1, channels })).channels[0]]).toEqual([
      32767 / 32768,
      32767 / 32768,
      -1,
      -1,
    ]);
  });
});

describe('what other writers do', () => {
  const two = chunk('data', [0, 0x40, 0, 0xc0]);

  test('odd chunks are padded, and unknown ones passed over', () => {
    const file = riff(
      chunk('LIST', letters('odd')),
      formatChunk(),
      chunk('junk', [1]),
      two,
      chunk('id3 ', [1, 2, 3]),
    );
    expect([...decodeWav(file).channels[0]]).toEqual([0.5, -0.5]);
    expect(wavChunks(file).map(({ id, bytes }) => [id, bytes.length])).toEqual([
      ['LIST', 3],
      ['fmt ', 16],
      ['junk', 1],
      ['data', 4],
      ['id3 ', 3],
    ]);
  });

  test('the format may be longer than it needs, the file inside a larger buffer, a length of zero fine', () => {
    const long = [...formatChunk()];
    long.splice(4, 4, ...uint32(18));
    const file = riff([...long, 0, 0], two);
    const inside = new Uint8Array(file.length + 9);
    inside.set(file, 5);
    expect([...decodeWav(inside.subarray(5, 5 + file.length)).channels[0]]).toEqual([0.5, -0.5]);
    expect([...decodeWav(file.slice().buffer).channels[0]]).toEqual([0.5, -0.5]);
    expect(decodeWav(riff(formatChunk({ channels: 2 }), chunk('data', []))).channels).toEqual([
      new Float32Array(0),
      new Float32Array(0),
    ]);
  });

  test('stray bytes behind the last chunk do no harm', () => {
    expect(decodeWav(Uint8Array.from([...riff(formatChunk(), two), 0, 0, 7])).channels[0]).toHaveLength(2);
  });

  test('three channels of 24 bits keep apart', () => {
    const samples = [0x400000, 0xc00000, 0x200000].flatMap((value) => [
      value & 255,
      (value >> 8) & 255,
      value >> 16,
    ]);
    const { channels } = decodeWav(riff(formatChunk({ channels: 3, bits: 24 }), chunk('data', samples)));
    expect(channels.map(([value]) => value)).toEqual([0.5, -0.5, 0.25]);
  });

  test('without a global object of Node, and none is left behind', () => {
    const scope = globalThis as { global?: unknown };
    const { global } = scope;
    delete scope.global;
    try {
      expect(decodeWav(riff(formatChunk(), two)).channels[0]).toHaveLength(2);
      expect('global' in scope).toBe(false);
    } finally {
      scope.global = global;
    }
  });
});

describe('damage is named by chunk and byte', () => {
  const body = chunk('data', [0, 0, 0, 0]);
  const extensible = (guid: number[]) =>
    chunk('fmt ', [
      ...formatChunk({ tag: 0xfffe }).slice(8),
      ...uint16(22),
      ...uint16(16),
      ...uint32(4),
      ...guid,
    ]);
  const lying = [...letters('data'), ...uint32(1000), 0, 0];
  test.each<[string, Uint8Array, string, string, number]>([
    ['nothing', new Uint8Array(0), '0 bytes are too few for a WAV file', 'RIFF', 0],
    ['another form', Uint8Array.from(letters('RIFX....WAVEfmt ')), 'expected RIFF, found RIFX', 'RIFF', 0],
    ['another kind', Uint8Array.from(letters('RIFF....AVI LIST')), 'expected WAVE, found AVI ', 'RIFF', 8],
    ['no format', riff(chunk('junk', [1, 2])), 'the chunk is missing', 'fmt ', 22],
    ['no data', riff(formatChunk()), 'the chunk is missing', 'data', 36],
    ['data first', riff(body, formatChunk()), 'the samples come before their format', 'data', 20],
    ['format twice', riff(formatChunk(), formatChunk(), body), 'the format is given twice', 'fmt ', 44],
    ['short format', riff(chunk('fmt ', [1, 0]), body), '2 bytes are too few, 16 are needed', 'fmt ', 20],
    ['compressed', riff(formatChunk({ tag: 85 }), body), 'unsupported format 85', 'fmt ', 20],
    [
      '12 bits',
      riff(formatChunk({ bits: 12, block: 2 }), body),
      'unsupported 12 bits in format 1',
      'fmt ',
      34,
    ],
    ['float of 16 bits', riff(formatChunk({ tag: 3 }), body), 'unsupported 16 bits in format 3', 'fmt ', 34],
    [
      'no channels',
      riff(formatChunk({ channels: 0 }), body),
      'channels must be 1 to 256, found 0',
      'fmt ',
      22,
    ],
    [
      'many channels',
      riff(formatChunk({ channels: 257 }), body),
      'channels must be 1 to 256, found 257',
      'fmt ',
      22,
    ],
    ['no rate', riff(formatChunk({ rate: 0 }), body), 'the sample rate is zero', 'fmt ', 24],
    [
      'wrong block',
      riff(formatChunk({ block: 7 }), body),
      'a block of 7 bytes is not 1 channels of 2',
      'fmt ',
      32,
    ],
    [
      'half a frame',
      riff(formatChunk({ channels: 4 }), body),
      '4 bytes are not whole frames of 8',
      'data',
      44,
    ],
    ['lying length', riff(formatChunk(), lying), 'length 1000 exceeds the 2 bytes left', 'data', 36],
    [
      'short extensible',
      riff(formatChunk({ tag: 0xfffe }), body),
      '16 bytes are too few for an extensible format, 40 are needed',
      'fmt ',
      20,
    ],
    [
      'foreign extensible',
      riff(extensible(new Array(16).fill(1)), body),
      'unknown extensible format',
      'fmt ',
      44,
    ],
    [
      'NaN',
      riff(formatChunk({ tag: 3, bits: 32 }), chunk('data', [0, 0, 0, 0, 0, 0, 0xc0, 0x7f])),
      'sample 1 of channel 0 is NaN',
      'data',
      48,
    ],
    [
      'chunk with a strange name',
      riff(formatChunk(), [1, 2, 3, 4, ...uint32(99)]),
      'length 99 exceeds the 0 bytes left',
      '????',
      36,
    ],
  ])('%s', (_, bytes, rule, name, offset) => {
    const error = failure(bytes);
    expect(error).toBeInstanceOf(WavError);
    expect(error).toMatchObject({
      chunk: name,
      offset,
      message: `decodeWav: ${rule}, chunk '${name}' at byte ${offset}`,
    });
  });
});

function failure(bytes: Uint8Array): unknown {
  try {
    decodeWav(bytes);
  } catch (error) {
    return error;
  }
  return undefined;
}

test('24,000 damaged files: a result or a WavError, and never more memory than eight times the file', () => {
  const random = new RandomStream(2026);
  const formats = ['uint8', 'int16', 'int24', 'int32', 'float32', 'float64'] as const;
  const originals = formats.flatMap((sampleFormat) =>
    [1, 2, 5].map((channels) => {
      const { buffer, body } = wavHeader({ sampleRate: 16_000, channels, sampleFormat }, 6);
      for (let i = 0; i < body.length; i++) body[i] = random.integer(100);
      const listed = riff(chunk('LIST', letters('INFO!')), [...new Uint8Array(buffer).subarray(12)]);
      return random.bits() % 2 ? new Uint8Array(buffer) : listed;
    }),
  );
  let decoded = 0;
  for (let round = 0; round < 24_000; round++) {
    const file = damage(originals[round % originals.length], random);
    try {
      const { channels } = decodeWav(file);
      const bytes = channels.reduce((sum, samples) => sum + samples.byteLength, 0);
      expect(bytes).toBeLessThanOrEqual(8 * file.length);
      decoded++;
    } catch (error) {
      if (!(error instanceof WavError)) throw error;
      expect(error.offset).toBeLessThanOrEqual(file.length);
      expect(error.chunk).toHaveLength(4);
    }
  }
  // Both ends must be reached for the test to mean anything.
  expect(decoded).toBeGreaterThan(2000);
  expect(decoded).toBeLessThan(22_000);
});

/** A few bytes changed, cut off, put in, or a length made large. */
function damage(original: Uint8Array, random: RandomStream): Uint8Array {
  const file = [...original];
  for (let change = random.integer(4); change >= 0; change--) {
    const at = random.integer(random.bits() % 3 ? 60 : file.length);
    const kind = random.integer(6);
    if (kind === 0) file.length = Math.max(0, file.length - random.integer(30));
    else if (kind === 1) file.splice(at, random.integer(4));
    else if (kind === 2) file.splice(at, 0, random.integer(256));
    else if (kind === 3) file.splice(at, 4, 0xff, 0xff, 0xff, random.bits() % 2 ? 0xff : 0x7f);
    else file[at] = random.integer(256);
  }
  return Uint8Array.from(file, (byte) => byte ?? 0);
}

describe('writing and mixing refuse what they cannot do', () => {
  const one = Float32Array.of(0.5);
  test.each<[() => unknown, string]>([
    [
      () => encodeWav({ sampleRate: 0, channels: [one] }),
      'encodeWav: sampleRate must be a whole number of at least 1, sampleRate=0',
    ],
    [
      () => encodeWav({ sampleRate: 8000.5, channels: [one] }),
      'encodeWav: sampleRate must be a whole number',
    ],
    [
      () => encodeWav({ sampleRate: 2 ** 32, channels: [one] }),
      'encodeWav: sampleRate does not fit in 32 bits',
    ],
    [() => encodeWav({ sampleRate: 8000, channels: [] }), 'encodeWav: channels must be 1 to 256, 0'],
    [
      () => encodeWav({ sampleRate: 8000, channels: [one, new Float32Array(2)] }),
      'encodeWav: lengths differ, 1 and 2',
    ],
    [
      () => encodeWav({ sampleRate: 8000, channels: [Float32Array.of(Number.NaN)] }),
      'encodeWav: samples must be finite, samples[0]=NaN',
    ],
    [
      () => encodeWav({ sampleRate: 8000, channels: [one] }, { sampleFormat: 'mp3' as never }),
      'encodeWav: sampleFormat must be int16, int24 or float32, mp3',
    ],
    [() => mixToMono([]), 'mixToMono: there must be at least one channel, 0'],
    [() => mixToMono([one, new Float32Array(3)]), 'mixToMono: lengths differ, 1 and 3'],
  ])('%#', (call, message) => expect(call).toThrow(message));

  test('mono is the mean of the channels, and a copy', () => {
    expect([...mixToMono([Float32Array.of(1, 0), Float32Array.of(0, -1)])]).toEqual([0.5, -0.5]);
    const mono = mixToMono([one]);
    mono[0] = 9;
    expect(one[0]).toBe(0.5);
  });
});
