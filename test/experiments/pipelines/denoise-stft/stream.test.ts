import { resample, whiteNoise } from '@sonograd/dsp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { framesOf } from '../../../../packages/experiments/src/pipelines/denoise-stft/config.ts';
import { denoised } from '../../../../packages/experiments/src/pipelines/denoise-stft/evaluate.ts';
import { levelOf } from '../../../../packages/experiments/src/pipelines/denoise-stft/noisyClips.ts';
import { DenoiseStream } from '../../../../packages/experiments/src/pipelines/denoise-stft/stream/denoiseStream.ts';
import { ResampleStream } from '../../../../packages/experiments/src/pipelines/denoise-stft/stream/resampleStream.ts';
import { distance, joined, kinds, smallConfig, smallModel } from './support.ts';

/** A sound pushed in pieces of the given sizes, which take turns. */
function inPieces(
  samples: Float32Array,
  sizes: readonly number[],
  push: (piece: Float32Array) => void,
): void {
  for (let at = 0, turn = 0; at < samples.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    push(samples.subarray(at, at + size));
    at += size;
  }
}

describe('ResampleStream gives what resample gives, bit for bit', () => {
  const rates = [
    ...([
      [8000, 8000],
      [44_100, 8000],
      [8000, 44_100],
      [11_025, 8000],
    ] as const),
    ...([
      [48_000, 8000],
      [8000, 16_000],
      [8100, 8000],
    ] as const),
  ] as const;

  test.each(rates)('%i Hz to %i Hz', (sourceRate, targetRate) => {
    const samples = whiteNoise(30_011, { seed: 3 });
    const stream = new ResampleStream(sourceRate, targetRate);
    const pieces: Float32Array[] = [];
    inPieces(samples, [4096, 1, 0, 777], (piece) => pieces.push(stream.push(piece).slice()));
    pieces.push(stream.end());
    expect(distance(joined(pieces), resample(samples, { sourceRate, targetRate }))).toBe(0);
  });

  test('of any length, in pieces of any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6000 }),
        fc.array(fc.integer({ min: 1, max: 2500 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom([3, 2] as const, [2, 3] as const, [7, 1] as const),
        (length, sizes, [sourceRate, targetRate]) => {
          const samples = length === 0 ? new Float32Array(0) : whiteNoise(length, { seed: length });
          const stream = new ResampleStream(sourceRate, targetRate);
          const pieces: Float32Array[] = [];
          inPieces(samples, sizes, (piece) => pieces.push(stream.push(piece)));
          pieces.push(stream.end());
          const whole = length === 0 ? samples : resample(samples, { sourceRate, targetRate });
          expect(distance(joined(pieces), whole)).toBe(0);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('after the end it is as new', () => {
    const stream = new ResampleStream(3, 2);
    const samples = whiteNoise(5000, { seed: 1 });
    const once = () => joined([stream.push(samples), stream.end()]);
    expect(distance(once(), once())).toBe(0);
    expect(stream.end()).toHaveLength(0);
  });

  test('holds little: what is settled comes out long before the end', () => {
    const stream = new ResampleStream(2, 1);
    let given = 0;
    for (let n = 0; n < 20; n++) given += stream.push(whiteNoise(1000, { seed: n })).length;
    expect(given).toBeGreaterThan(8000);
    expect(given + stream.end().length).toBe(10_000);
  });
});

describe.each(kinds)('DenoiseStream, %s', (kind) => {
  const config = smallConfig({ model: { kind, hidden: 24 } });
  const model = smallModel({ model: { kind, hidden: 24 } });
  const samples = whiteNoise(3001, { seed: 5, rms: 0.2 });
  const level = levelOf(samples);
  const whole = denoised(model, samples);

  function streamed(sizes: readonly number[], blockFrames: number, channels = [samples]): Float32Array[] {
    const stream = new DenoiseStream(model, {
      ...{ frames: framesOf(config.stft), blockFrames },
      levels: channels.map(levelOf),
    });
    const parts: Float32Array[][] = [];
    for (let at = 0, turn = 0; at < channels[0]!.length; turn++) {
      const size = sizes[turn % sizes.length]!;
      parts.push(stream.push(channels.map((channel) => channel.subarray(at, at + size))));
      at += size;
    }
    parts.push(stream.end());
    return channels.map((_, channel) => joined(parts.map((part) => part[channel]!)));
  }

  test.each([
    ['small pieces, small blocks', [100], 7],
    ['one sample, one frame', [1, 50], 1],
    ['pieces longer than blocks', [2999], 3],
    ['all at once', [5000], 10_000],
  ] as const)('%s: the answer is that to the whole sound', (_, sizes, blockFrames) => {
    const [answer] = streamed(sizes, blockFrames);
    expect(distance(answer!, whole)).toBeLessThan(1e-6);
  });

  test('the same to the last bit or two in blocks of any size', () => {
    const [answer] = streamed([500], 64);
    for (const [size, blockFrames] of [
      [333, 1],
      [1000, 17],
    ] as const) {
      expect(distance(streamed([size], blockFrames)[0]!, answer!)).toBeLessThan(1e-7);
    }
  });

  test('channels do not hear each other', () => {
    const other = whiteNoise(3001, { seed: 6, rms: 0.01 });
    const [first, second] = streamed([700], 16, [samples, other]);
    expect(distance(first!, whole)).toBeLessThan(1e-6);
    expect(distance(second!, denoised(model, other))).toBeLessThan(1e-7);
  });

  test.each([1, 15, 16, 17, 63, 64, 65, 200])('%i samples come back as many', (length) => {
    const short = samples.subarray(0, length);
    const [answer] = streamed([length], 4, [short]);
    expect(answer).toHaveLength(length);
    expect(distance(answer!, denoised(model, short))).toBeLessThan(1e-6);
  });

  test('nothing in, nothing out', () => {
    const stream = new DenoiseStream(model, { frames: framesOf(config.stft), levels: [1, 1] });
    expect(stream.end()).toEqual([new Float32Array(0), new Float32Array(0)]);
  });

  test('pieces without a sample change nothing', () => {
    const stream = new DenoiseStream(model, { frames: framesOf(config.stft), levels: [level] });
    const empty = new Float32Array(0);
    const parts = [empty, samples, empty].map((piece) => stream.push([piece])[0]!);
    const [first, , last] = parts;
    expect([first, last]).toEqual([empty, empty]);
    expect(distance(joined([...parts, stream.end()[0]!]), whole)).toBeLessThan(1e-6);
  });

  test('what is settled comes out while the sound goes on', () => {
    const stream = new DenoiseStream(model, {
      ...{ frames: framesOf(config.stft), levels: [level], blockFrames: 8 },
    });
    const given = stream.push([samples])[0]!.length;
    const { hopLength, nFft } = framesOf(config.stft);
    const held = (8 + model.network.reach) * hopLength + nFft;
    expect(given).toBeGreaterThan(samples.length - held);
    expect(given + stream.end()[0]!.length).toBe(samples.length);
  });
});
