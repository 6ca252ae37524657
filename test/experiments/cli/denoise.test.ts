import { copyFileSync, linkSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeWav, encodeWav, snr, whiteNoise } from '@sonograd/dsp';
import { inventSpeaker, speakDigit } from '@sonograd/dsp/voice';
import { loadStateDict } from '@sonograd/nn';
import { randomKey } from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { denoised } from '../../../packages/experiments/src/pipelines/denoise-stft/evaluate.ts';
import { denoiserOf } from '../../../packages/experiments/src/pipelines/denoise-stft/model.ts';
import { trainedOf } from '../../../packages/experiments/src/pipelines/perform.ts';
import { findPipeline } from '../../../packages/experiments/src/pipelines/registry.ts';
import { RunFolder } from '../../../packages/experiments/src/runs/runFolder.ts';
import { energy, joined } from '../pipelines/denoise-stft/support.ts';
import { folder, readJson, sonograd, type Told, train } from './support.ts';

let run: string;
let work: string;
let metrics: Record<string, number>;

beforeAll(async () => {
  const told = await train('denoise-stft', folder('runs'), '--quick');
  run = told.run;
  work = folder('sounds');
  metrics = readJson(run, 'metrics.json') as Record<string, number>;
});

const at = (name: string): string => join(work, name);

/** Somebody counts from zero to nine in noise as loud as the voice. */
function counting(sampleRate: number, seconds = 3): { clean: Float32Array; noisy: Float32Array } {
  const speaker = inventSpeaker(41);
  const words = Array.from({ length: 10 }, (_, digit) => speakDigit(digit, { speaker, sampleRate, take: 1 }));
  const clean = joined(words).slice(0, Math.round(seconds * sampleRate));
  const rms = Math.sqrt(energy(clean) / clean.length);
  const noise = whiteNoise(clean.length, { seed: 11, rms });
  return { clean, noisy: clean.map((sample, index) => sample + noise[index]!) };
}

function write(name: string, channels: Float32Array[], sampleRate: number): string {
  writeFileSync(at(name), encodeWav({ channels, sampleRate }, { sampleFormat: 'float32' }));
  return at(name);
}

const read = (name: string) => decodeWav(readFileSync(at(name)));

describe('a run of denoise-stft', () => {
  test('beats the noise that went in, and what learned nothing', () => {
    const { tables } = readJson(run, 'report.json') as {
      tables: { title: string; rows: [string, ...number[]][] }[];
    };
    const scores = new Map(tables[0]!.rows.map(([method, ...values]) => [method, values]));
    const own = scores.get('this model')!;
    const ceiling = scores.get('oracle Wiener')!;
    expect(metrics.testSnrDbAt0).toBeGreaterThan(4);
    expect(metrics['testSnrDbAt-8']).toBeGreaterThan(-2);
    for (const column of [0, 2]) {
      expect(own[column]).toBeGreaterThan(scores.get('spectral subtraction')![column]!);
      expect(own[column]).toBeLessThan(ceiling[column]!);
    }
  });

  test('leaves sounds to listen to: noisy, denoised, clean', () => {
    const names = readdirSync(join(run, 'samples')).sort();
    expect(names.length).toBe(24);
    expect(names.slice(0, 3).map((name) => name.replace(/^.*-([abc]-)/, '$1'))).toEqual([
      ...['a-noisy.wav', 'b-denoised.wav', 'c-clean.wav'],
    ]);
    const loudest = names.map((name) =>
      Math.max(...decodeWav(readFileSync(join(run, 'samples', name))).channels[0]!),
    );
    expect(Math.max(...loudest)).toBeLessThan(1);
  });
});

describe('sonograd denoise', () => {
  test('a file at the rate of the model: what the model makes of the whole sound', async () => {
    const { clean, noisy } = counting(4000);
    const input = write('in.wav', [noisy], 4000);
    const { code, out, notes } = await sonograd('denoise', run, input, at('out.wav'));
    expect([code, out]).toEqual([0, [`${at('out.wav')}: 3.0 s at 4000 Hz, mono`]]);
    expect(notes).toEqual([]);
    const { sampleRate, channels, sampleFormat } = read('out.wav');
    expect([sampleRate, channels.length, sampleFormat]).toEqual([4000, 1, 'float32']);
    expect(channels[0]).toHaveLength(noisy.length);
    expect(snr(clean, channels[0]!)).toBeGreaterThan(snr(clean, noisy) + 2);
  });

  test('any rate, any number of channels: the answer is as long as the question', async () => {
    const { clean, noisy } = counting(11_025, 1.5);
    const quiet = noisy.map((sample) => 0.01 * sample);
    write('three.wav', [noisy, quiet, new Float32Array(noisy.length)], 11_025);
    const told = await sonograd('denoise', run, at('three.wav'), at('three-out.wav'), '--json');
    expect(JSON.parse(told.out.at(-1)!)).toMatchObject({
      ...{ pipeline: 'denoise-stft', channels: 3, sampleRate: 11_025, modelRate: 4000 },
      output: at('three-out.wav'),
    });
    expect(told.notes.at(-1)).toBe('the model works at 4000 Hz: nothing above 2000 Hz is left');
    const { channels, sampleRate } = read('three-out.wav');
    expect([sampleRate, channels.map(({ length }) => length)]).toEqual([11_025, Array(3).fill(noisy.length)]);
    const [loud, soft, silent] = channels as [Float32Array, Float32Array, Float32Array];
    expect(snr(clean, loud)).toBeGreaterThan(snr(clean, noisy) + 2);
    // Each channel has a level of its own.
    expect(
      snr(
        loud,
        soft.map((sample) => 100 * sample),
      ),
    ).toBeGreaterThan(60);
    expect(energy(silent)).toBe(0);
  });

  test('the precision of the file stays', async () => {
    const { noisy } = counting(4000, 0.5);
    writeFileSync(at('p.wav'), encodeWav({ channels: [noisy], sampleRate: 4000 }, { sampleFormat: 'int24' }));
    await sonograd('denoise', run, at('p.wav'), at('p-out.wav'));
    expect(read('p-out.wav').sampleFormat).toBe('int24');
  });

  test('Ctrl-C leaves no half file', async () => {
    const { noisy } = counting(4000, 0.5);
    write('stop.wav', [noisy], 4000);
    const { denoise } = findPipeline('denoise-stft');
    const job = { input: at('stop.wav'), output: at('stopped.wav'), signal: AbortSignal.abort() };
    await expect(denoise!(trainedOf(RunFolder.open(run)), job)).rejects.toThrow(/abort/i);
    expect(readdirSync(work).filter((name) => name.includes('stopped'))).toEqual([]);
  });

  test('progress goes from nothing to all, and never back', async () => {
    const { noisy } = counting(16_000, 4);
    write('long.wav', [noisy], 16_000);
    const shares: number[] = [];
    const job = { input: at('long.wav'), output: at('long-out.wav'), signal: new AbortController().signal };
    const onProgress = (done: number, total: number) => void shares.push(done / total);
    const { denoise } = findPipeline('denoise-stft');
    const done = await denoise!(trainedOf(RunFolder.open(run)), { ...job, onProgress });
    expect(done).toEqual({ seconds: 4, channels: 1, sampleRate: 16_000, modelRate: 4000 });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    expect(shares.length).toBeGreaterThan(2);
  });
});

describe('sonograd denoise refuses in one line', () => {
  const sound = () => write('good.wav', [counting(4000, 0.3).noisy], 4000);

  function linked(make: (from: string, to: string) => void): [string, string] {
    const input = sound();
    const other = at(`linked${Math.random()}.wav`);
    make(input, other);
    return [input, other];
  }

  async function refusal(input: string, output: string, from = run): Promise<Told> {
    const told = await sonograd('denoise', from, input, output);
    expect(told.code).toBe(2);
    expect(told.notes.at(-1)).not.toContain('\n');
    return told;
  }

  test('one file for question and answer, by whatever name', async () => {
    const pairs = [[sound(), sound()] as const, linked(linkSync), linked(symlinkSync)];
    for (const [input, output] of pairs) {
      const before = readFileSync(input);
      const { notes } = await refusal(input, output);
      expect(notes.at(-1)).toMatch(/^denoise: give another file for the answer than for the question, /);
      expect(readFileSync(input).equals(before)).toBe(true);
    }
  });

  test.each([
    ['a text', () => 'package.json', /decodeWav: expected RIFF, found .*package\.json$/],
    ['no file', () => at('nowhere.wav'), /it does not exist, .*nowhere\.wav$/],
    ['a folder', () => work, /it is a folder, not a file/],
  ])('%s as the question', async (_, input, message) => {
    expect((await refusal(input(), at('refused.wav'))).notes.at(-1)).toMatch(message);
    expect(readdirSync(work)).not.toContain('refused.wav');
  });

  test.each([
    ['a folder', () => work, /it is a folder, not a file/],
    ['a folder that is not there', () => join(work, 'none', 'a.wav'), /it does not exist, .*a\.wav$/],
  ])('%s as the answer', async (_, output, message) => {
    expect((await refusal(sound(), output())).notes.at(-1)).toMatch(message);
  });

  test('a run of another pipeline, and what is no run', async () => {
    const other = folder('other');
    const record = readJson(run, 'config.json') as object;
    writeFileSync(join(other, 'config.json'), JSON.stringify({ ...record, pipeline: 'embed-average' }));
    copyFileSync(join(run, 'best.safetensors'), join(other, 'best.safetensors'));
    expect((await refusal(sound(), at('x.wav'), other)).notes.at(-1)).toBe(
      'denoise: this pipeline takes no noise from a sound, embed-average',
    );
    expect((await refusal(sound(), at('x.wav'), work)).notes.at(-1)).toMatch(/^run: it does not exist/);
  });
});

test('what the command writes is what the pipeline says of a whole clip', async () => {
  const { noisy } = counting(4000, 1);
  write('whole.wav', [noisy], 4000);
  await sonograd('denoise', run, at('whole.wav'), at('whole-out.wav'));
  const { config, state } = trainedOf(RunFolder.open(run));
  const model = denoiserOf(config as Parameters<typeof denoiserOf>[0], randomKey(0)).eval();
  loadStateDict(model, state);
  const whole = denoised(model, noisy);
  const difference = read('whole-out.wav').channels[0]!.map((sample, index) => sample - whole[index]!);
  expect(Math.max(...difference.map(Math.abs))).toBeLessThan(1e-6);
});
