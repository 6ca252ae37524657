import { beforeAll, describe, expect, test } from 'vitest';
import {
  type DctOptions,
  type DeltaOptions,
  dct,
  delta,
  idct,
  istft,
  type MelSpectrogramOptions,
  makeWindow,
  melSpectrogram,
  mfcc,
  type StftOptions,
  setEngine,
  stft,
  type WindowShape,
} from '../../packages/dsp/src/index.ts';
import { largestGap, readCoreCases, readSamples, relativeToPeak } from './coreSupport.ts';
import { committedFolder } from './effectsSupport.ts';

/** Values of SciPy, torch and torchaudio that test/golden/dsp/make_core.py wrote. */
interface OwnCase {
  readonly id: string;
  readonly function: string;
  readonly params: Readonly<Record<string, unknown>> & { readonly n?: number };
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly tolerance: { readonly atol?: number; readonly rel_max?: number };
}

const cases = readCoreCases('coreOwn.json', committedFolder) as unknown as OwnCase[];
const clip = readSamples('synth16k', committedFolder).slice(4000, 5200);

test('the cases are all there', () => expect(cases).toHaveLength(75));

describe.each(['reference', 'simd'] as const)('the %s engine', (name) => {
  beforeAll(() => setEngine(name));
  test.each(cases)('$id', (one) => {
    const got = run(one);
    const { atol, rel_max: relative } = one.tolerance;
    if (atol !== undefined) expect(largestGap(got, one.values)).toBeLessThanOrEqual(atol);
    else expect(relativeToPeak(got, one.values)).toBeLessThanOrEqual(relative!);
  });
});

function run({ function: name, params, shape }: OwnCase): ArrayLike<number> {
  switch (name) {
    case 'window':
      return makeWindow(windowShape(String(params.name)), Number(params.n), {
        periodic: Boolean(params.periodic),
      });
    case 'dct':
      return runDct(params as unknown as DctOptions & { n: number });
    case 'delta': {
      const rows = { data: clip.slice(0, 72), bins: 3, frames: 24 };
      return delta(rows, params as DeltaOptions).data;
    }
    case 'stft':
      return runStft(params as unknown as StftOptions, shape);
    case 'melSpectrogram':
      return melSpectrogram(clip, {
        preset: 'torchaudio',
        sampleRate: 16000,
        ...params,
      } as MelSpectrogramOptions).data;
    case 'mfcc': {
      const frames = { nFft: 256, hopLength: 100, nMels: 24, nMfcc: 13 };
      return mfcc(clip, { preset: 'torchaudio', sampleRate: 16000, ...frames, ...params }).data;
    }
    default:
      throw new Error(`no operation is named ${name}`);
  }
}

function windowShape(name: string): WindowShape {
  if (name === 'kaiser') return { name, beta: 8.6 };
  return name === 'gaussian' ? { name, deviation: 2.5 } : (name as WindowShape);
}

function runDct({ n, ...options }: DctOptions & { n: number }): Float64Array {
  const input = Float64Array.from(clip.subarray(0, n));
  const output = dct(input, options);
  expect(largestGap(idct(output, options), input)).toBeLessThan(1e-14);
  expect(largestGap(dct(clip.slice(0, n), options), output)).toBeLessThan(1e-6);
  return output;
}

/** Pairs of real and imaginary parts, as torch stores them; centred ones must come back as well. */
function runStft(options: StftOptions, shape: readonly number[]): Float64Array {
  const samples = clip.slice(0, 400);
  const spectrum = stft(samples, options);
  expect([spectrum.bins, spectrum.frames, 2]).toEqual(shape);
  if (options.center) {
    expect(largestGap(istft(spectrum, { ...options, length: 340 }), samples.subarray(0, 340))).toBeLessThan(
      1e-6,
    );
  }
  return Float64Array.from({ length: 2 * spectrum.re.length }, (_, i) =>
    i % 2 === 0 ? spectrum.re[i / 2] : spectrum.im[(i - 1) / 2],
  );
}
