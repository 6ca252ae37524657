import { siSdr, snr, spectrogram } from '@sonograd/dsp';
import { summary } from '@sonograd/nn';
import { fromArray, noGrad, type Tensor, zeros } from '@sonograd/tensor';
import type { FinalMetrics, ReportSettings } from '../../runs/reportData.ts';
import type { EvaluationWork } from '../pipeline.ts';
import { pictureOf, shownClips } from '../shared/examples.ts';
import { layerHealth, modelRows } from '../shared/inspect.ts';
import { baselines, type Method, oracleWiener } from './baselines.ts';
import { type DenoiseConfig, framesOf } from './config.ts';
import { lossOf } from './losses.ts';
import type { Denoiser } from './model.ts';
import { levelOf, noisyAt } from './noisyClips.ts';
import { type Clip, describeSounds, type SoundData } from './sounds.ts';

type Config = DenoiseConfig;
type Color = Config['noise']['colors'][number];

/** The noise of tests is the same for every run: they differ by what they learned. */
export const testSeed = 0;

/** Decibels of one method in one kind of noise, the mean over clips. */
interface Score {
  readonly method: string;
  readonly color: Color;
  readonly snrDb: number;
  readonly outSnrDb: number;
  readonly outSiSdrDb: number;
}

/** A whole sound without its noise; the level is taken out before and put back after. */
export function denoised(model: Denoiser, noisy: Float32Array): Float32Array {
  const level = levelOf(noisy);
  const leveled = noisy.map((sample) => sample / level);
  const out = noGrad(() => model.forward(fromArray(leveled, [1, leveled.length]) as Tensor).data.slice());
  return out.map((sample) => sample * level) as Float32Array;
}

/** Everything that can be asked: what went in, those that learn nothing, the model, and the ceiling. */
function methodsOf(model: Denoiser): Readonly<Record<string, Method>> {
  return {
    'the noisy sound itself': ({ noisy }) => noisy,
    ...baselines,
    'this model': ({ noisy }) => denoised(model, noisy),
    'oracle Wiener': oracleWiener,
  };
}

export function evaluateDenoiser(
  { config, data, progress, signal }: EvaluationWork<Config, SoundData>,
  model: Denoiser,
): { metrics: FinalMetrics; report: ReportSettings } {
  const kinds = config.noise.colors.flatMap((color) =>
    config.noise.testDb.map((snrDb) => ({ color, snrDb })),
  );
  const show = progress.bar(`denoising ${data.test.length} test clips`);
  const scores = kinds.flatMap((kind, index) => {
    const sums = new Map<string, [snr: number, siSdr: number]>();
    data.test.forEach((clip, place) => {
      signal.throwIfAborted();
      addScores(sums, model, clip, kind, config);
      show(index * data.test.length + place + 1, kinds.length * data.test.length);
    });
    const count = data.test.length;
    return [...sums].map(([method, [sumSnr, sumSiSdr]]): Score => {
      return { method, ...kind, outSnrDb: sumSnr / count, outSiSdrDb: sumSiSdr / count };
    });
  });
  const { nFft } = framesOf(config.stft);
  const about = summary(model, [1, nFft]);
  return {
    metrics: {
      ...metricsOf(scores, config),
      testClips: data.test.length,
      parameters: about.parameters,
    },
    report: {
      title: 'Gains for a spectrum in noise',
      summary: `takes the noise from a sound, ${config.model.kind} on frames of ${nFft} samples`,
      corpus: describeSounds(data),
      models: [modelRows(config.model.kind, about)],
      tables: tablesOf(scores, config),
      examples: examplesOf(model, data, config),
      layers: layerHealth(model, () => healthLoss(model, data, config), config.model.kind),
    },
  };
}

function addScores(
  sums: Map<string, [number, number]>,
  model: Denoiser,
  clip: Clip,
  kind: { color: Color; snrDb: number },
  { stft }: Config,
): void {
  const frames = framesOf(stft);
  const { noisy, clean } = noisyAt(clip, { ...kind, sampleRate: stft.sampleRate, seed: testSeed });
  for (const [name, method] of Object.entries(methodsOf(model))) {
    const out = method({ noisy, clean, frames });
    const [sumSnr, sumSiSdr] = sums.get(name) ?? [0, 0];
    sums.set(name, [sumSnr + snr(clean, out), sumSiSdr + siSdr(clean, out)]);
  }
}

/** `testSnrDbAt0`, `testSnrDbAt-8`: the first colour's; those of others say which. */
function metricsOf(scores: readonly Score[], { noise }: Config): FinalMetrics {
  const own = scores.filter(({ method }) => method === 'this model');
  const entries = own.flatMap(({ color, snrDb, outSnrDb, outSiSdrDb }) => {
    const which = `${color === noise.colors[0] ? '' : `-${color}`}At${snrDb}`;
    return [
      [`testSnrDb${which}`, outSnrDb],
      [`testSiSdrDb${which}`, outSiSdrDb],
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** One table for each colour: methods by ratios. */
function tablesOf(scores: readonly Score[], { noise }: Config): ReportSettings['tables'] {
  return noise.colors.map((color) => {
    const own = scores.filter((score) => score.color === color);
    const methods = [...new Set(own.map(({ method }) => method))];
    return {
      title: `Decibels in ${color} noise, mean over test clips`,
      head: ['', ...noise.testDb.flatMap((snrDb) => [`SNR from ${snrDb}`, `SI-SDR from ${snrDb}`])],
      rows: methods.map((method) => [
        method,
        ...own
          .filter((score) => score.method === method)
          .flatMap(({ outSnrDb, outSiSdrDb }) => [rounded(outSnrDb), rounded(outSiSdrDb)]),
      ]),
    };
  });
}

/** Plus nothing: a table should not say -0. */
const rounded = (decibels: number): number => Number(decibels.toFixed(2)) + 0;

/** Test clips that lie evenly among all. */
export function shownOf<Item>(items: readonly Item[]): Item[] {
  const step = Math.max(1, Math.floor(items.length / shownClips));
  return items.filter((_, index) => index % step === 0).slice(0, shownClips);
}

/** Noisy, denoised and clean as pictures of one scale; the last ratio of the test, which is the hardest. */
function examplesOf(model: Denoiser, { test }: SoundData, config: Config): ReportSettings['examples'] {
  const { color, snrDb } = hardest(config);
  const frames = framesOf(config.stft);
  return shownOf(test).map((clip) => {
    const { noisy, clean } = noisyAt(clip, {
      ...{ color, snrDb, seed: testSeed },
      sampleRate: config.stft.sampleRate,
    });
    const out = denoised(model, noisy);
    const picture = (samples: Float32Array) => {
      const magnitudes = spectrogram(samples, { ...frames, power: 1 });
      return pictureOf({ ...magnitudes, data: magnitudes.data.map((value) => Math.log10(value + 1e-3)) });
    };
    const { digit, speaker, id } = clip.item;
    const gained = `${snr(clean, noisy).toFixed(1)} dB before, ${snr(clean, out).toFixed(1)} dB after`;
    return {
      title: `${digit} by ${speaker}`,
      caption: `${id}, ${color} noise, ${gained}`,
      pictures: [
        { title: 'noisy', picture: picture(noisy) },
        { title: 'denoised', picture: picture(out) },
        { title: 'clean', picture: picture(clean) },
      ],
    };
  });
}

export const hardest = ({ noise }: Config) => ({
  color: noise.colors[0] ?? 'white',
  snrDb: noise.testDb.at(-1) ?? 0,
});

/** One clip is enough to see whether all layers live. */
function healthLoss(model: Denoiser, { test }: SoundData, config: Config): Tensor {
  const clip = test[0];
  if (clip === undefined) return zeros([]) as Tensor;
  const kind = { ...hardest(config), sampleRate: config.stft.sampleRate, seed: testSeed };
  const { noisy, clean } = noisyAt(clip, kind);
  const level = levelOf(noisy);
  const batch = (samples: Float32Array) =>
    fromArray(
      samples.map((sample) => sample / level),
      [1, samples.length],
    ) as Tensor;
  return lossOf(config.training.loss)(model, { noisy: batch(noisy), clean: batch(clean) });
}
