import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeWav, encodeWav, resample, whiteNoise } from '@sonograd/dsp';
import { memory } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { denoised } from '../../../../packages/experiments/src/pipelines/denoise-stft/evaluate.ts';
import type { Denoiser } from '../../../../packages/experiments/src/pipelines/denoise-stft/model.ts';
import { denoiseFile } from '../../../../packages/experiments/src/pipelines/denoise-stft/stream/denoiseFile.ts';
import { scratchFolder } from '../../corporaSupport.ts';
import { distance, energy, kinds, smallConfig, smallModel } from './support.ts';

const scratch = scratchFolder();
const [input, output] = [join(scratch, 'in.wav'), join(scratch, 'out.wav')];
const modelRate = 4000;
const config = smallConfig();

/** What the model makes of a whole channel: to its rate, through it, and back. */
function whole(model: Denoiser, samples: Float32Array, sampleRate: number): Float32Array {
  if (sampleRate === modelRate) return denoised(model, samples);
  const inside = resample(samples, { sourceRate: sampleRate, targetRate: modelRate });
  const back = resample(denoised(model, inside), { sourceRate: modelRate, targetRate: sampleRate });
  return back.subarray(0, samples.length);
}

async function throughFile(
  model: Denoiser,
  channels: Float32Array[],
  sampleRate: number,
  sampleFormat: 'int16' | 'float32' = 'float32',
): Promise<ReturnType<typeof decodeWav>> {
  writeFileSync(input, encodeWav({ channels, sampleRate }, { sampleFormat }));
  const job = { input, output, signal: new AbortController().signal };
  const done = await denoiseFile(model, config, job);
  expect(done).toEqual({
    ...{ channels: channels.length, sampleRate, modelRate },
    seconds: channels[0]!.length / sampleRate,
  });
  return decodeWav(readFileSync(output));
}

describe.each(kinds)('a file through %s', (kind) => {
  const model = smallModel({ model: { kind, hidden: 16 } });

  test('of any rate, length and number of channels is the whole, channel by channel', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(4000, 8000, 3000, 11_025),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 3 }),
        async (sampleRate, length, count) => {
          const channels = Array.from({ length: count }, (_, seed) =>
            whiteNoise(length, { seed: seed + length, rms: 0.1 }),
          );
          const out = await throughFile(model, channels, sampleRate);
          channels.forEach((samples, channel) => {
            const expected = whole(model, samples, sampleRate);
            expect(distance(out.channels[channel]!, expected)).toBeLessThan(2e-6);
          });
        },
      ),
      { numRuns: 6 },
    );
  });

  test('longer than what is in memory at once', async () => {
    const samples = whiteNoise(80_000, { seed: 3, rms: 0.1 });
    const out = await throughFile(model, [samples], modelRate);
    expect(distance(out.channels[0]!, denoised(model, samples))).toBeLessThan(2e-6);
  });
});

describe('a file', () => {
  const model = smallModel();

  test('of 16 bits comes back in 16 bits, right to half a step', async () => {
    const samples = whiteNoise(2000, { seed: 1, rms: 0.1 });
    const out = await throughFile(model, [samples], modelRate, 'int16');
    expect(out.sampleFormat).toBe('int16');
    const heard = decodeWav(readFileSync(input)).channels[0]!;
    expect(distance(out.channels[0]!, denoised(model, heard))).toBeLessThan(0.51 / 2 ** 15);
  });

  test('half silent: the silence stays, and does not count for the other channel', async () => {
    const samples = whiteNoise(2000, { seed: 2, rms: 0.1 });
    const out = await throughFile(model, [new Float32Array(2000), samples], 8000);
    expect(energy(out.channels[0]!)).toBe(0);
    expect(distance(out.channels[1]!, whole(model, samples, 8000))).toBeLessThan(2e-6);
  });

  test('leaves no tensor behind, however often', async () => {
    const samples = whiteNoise(6000, { seed: 3, rms: 0.1 });
    const recurrent = smallModel({ model: { kind: 'gru', hidden: 8 } });
    await throughFile(recurrent, [samples], modelRate);
    const before = memory();
    for (let time = 0; time < 3; time++) await throughFile(recurrent, [samples], modelRate);
    expect(memory().liveBytes).toBe(before.liveBytes);
  });

  test('that breaks off in the middle leaves nothing, and the earlier answer stays', async () => {
    const samples = whiteNoise(100_000, { seed: 4, rms: 0.1 });
    writeFileSync(input, encodeWav({ channels: [samples], sampleRate: modelRate }));
    writeFileSync(output, 'earlier');
    const controller = new AbortController();
    const onProgress = (done: number) => void (done > 0.4 && controller.abort());
    const job = { input, output, signal: controller.signal, onProgress };
    await expect(denoiseFile(model, config, job)).rejects.toThrow(/abort/i);
    expect(readFileSync(output, 'utf8')).toBe('earlier');
    expect(readdirSync(scratch).sort()).toEqual(['in.wav', 'out.wav']);
  });

  test('with a damaged sample leaves nothing either, and says where it is', async () => {
    const bytes = encodeWav(
      { channels: [new Float32Array(40_000).fill(0.1)], sampleRate: modelRate },
      { sampleFormat: 'float32' },
    );
    new DataView(bytes.buffer).setFloat32(44 + 4 * 39_999, Number.POSITIVE_INFINITY, true);
    writeFileSync(input, bytes);
    const job = { input, output, signal: new AbortController().signal };
    await expect(denoiseFile(model, config, job)).rejects.toThrow(
      /^denoise: decodeWav: sample \d+ of channel 0/,
    );
    expect(readdirSync(scratch).sort()).toEqual(['in.wav', 'out.wav']);
  });
});
