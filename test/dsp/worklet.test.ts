import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { setEngine, stft } from '../../packages/dsp/src/index.ts';

/**
 * An AudioWorklet has the language, WebAssembly and little else: no URL, no timers, no process,
 * no TextEncoder. So has a bare context of `node:vm`. The streams are bundled as a page would do it.
 */
let bundle = '';

beforeAll(async () => {
  const result = await build({
    stdin: {
      contents: "export { IstftStream, StftStream, setEngine } from './packages/dsp/src/index.ts';",
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    bundle: true,
    format: 'iife',
    globalName: 'dsp',
    platform: 'browser',
    conditions: ['sonograd-source'],
    minify: true,
    write: false,
  });
  bundle = result.outputFiles[0].text;
});

/** What a processor does: 128 samples a call, spectra out, samples back. */
const processor = `
  dsp.setEngine(engine);
  const signal = Float32Array.from({ length: 2000 }, (_, n) => Math.sin(0.001 * n * n));
  const re = [], im = [], back = [];
  const inverse = new dsp.IstftStream({ nFft: 256, hopLength: 64 }, (samples) => { back.push(...samples); });
  const forward = new dsp.StftStream({ nFft: 256, hopLength: 64, padMode: 'reflect' }, (a, b) => {
    re.push(Array.from(a));
    im.push(Array.from(b));
    inverse.push(a, b);
  });
  for (let at = 0; at < signal.length; at += 128) forward.push(signal.subarray(at, at + 128));
  forward.end();
  inverse.end(signal.length);
  JSON.stringify({ re, im, back });
`;

describe.each(['reference', 'simd'] as const)('in a bare context, engine %s', (engine) => {
  test('the streams run, with the bits of the whole-file transform', () => {
    // From source, kernels are assembled at first use, and the assembler writes names with a TextEncoder.
    const context = createContext(engine === 'simd' ? { engine, TextEncoder } : { engine });
    for (const absent of ['URL', 'setTimeout', 'process', 'performance']) {
      expect(runInContext(`typeof ${absent}`, context)).toBe('undefined');
    }
    runInContext(bundle, context);
    const { re, im, back } = JSON.parse(runInContext(processor, context)) as Record<string, number[][]>;
    const signal = Float32Array.from({ length: 2000 }, (_, n) => Math.sin(0.001 * n * n));
    setEngine(engine);
    const whole = stft(signal, { nFft: 256, hopLength: 64, padMode: 'reflect' });
    expect(re).toHaveLength(whole.frames);
    re.forEach((column, t) => {
      expect(column).toEqual(column.map((_, k) => whole.re[k * whole.frames + t]));
      expect(im[t].map(Math.abs)).toEqual(im[t].map((_, k) => Math.abs(whole.im[k * whole.frames + t])));
    });
    const samples = back as unknown as number[];
    expect(samples).toHaveLength(2000);
    expect(Math.max(...samples.map((value, n) => Math.abs(value - signal[n])))).toBeLessThan(1e-5);
  });
});
