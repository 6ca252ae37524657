import { randomKey } from '@sonograd/tensor';
import type { CorpusItem } from '../../../../packages/experiments/src/corpora/corpus.ts';
import {
  type DenoiseConfig,
  schema,
} from '../../../../packages/experiments/src/pipelines/denoise-stft/config.ts';
import {
  type Denoiser,
  denoiserOf,
} from '../../../../packages/experiments/src/pipelines/denoise-stft/model.ts';
import type { Clip } from '../../../../packages/experiments/src/pipelines/denoise-stft/sounds.ts';
import { parseConfig, type Settings } from '../../../../packages/experiments/src/settings/settings.ts';

export const kinds = ['dense', 'conv', 'gru'] as const;

/** A config small enough for tests: 4 kHz, frames of 64 samples, 16 apart. */
export function smallConfig(settings: Settings = {}): DenoiseConfig {
  return parseConfig(schema, {
    stft: { sampleRate: 4000, nFft: 64 },
    model: { kind: 'dense', hidden: 24 },
    ...settings,
  });
}

/** As it is in use, with weights that nobody trained. */
export const smallModel = (settings: Settings = {}, seed = 1): Denoiser =>
  denoiserOf(smallConfig(settings), randomKey(seed)).eval();

/** A clip that exists on paper and in memory alone. */
export function clipOf(id: string, samples: Float32Array): Clip {
  const source = { kind: 'wav', path: id } as const;
  const item: CorpusItem = {
    ...{ id, digit: 7, speaker: 'nobody', take: 0 },
    ...{ facts: {}, source, part: undefined },
  };
  return { item, samples: () => samples };
}

/** Two tones that come and go, as words do. */
export function word(length: number, sampleRate = 4000): Float32Array {
  return Float32Array.from({ length }, (_, n) => {
    const seconds = n / sampleRate;
    const swell = Math.max(0, Math.sin((2 * Math.PI * n) / length)) ** 2;
    return (
      swell * (0.3 * Math.sin(2 * Math.PI * 300 * seconds) + 0.1 * Math.sin(2 * Math.PI * 900 * seconds))
    );
  });
}

export function joined(pieces: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

export const energy = (samples: Float32Array): number =>
  samples.reduce((sum, sample) => sum + sample * sample, 0);

/** The largest difference; infinite where the lengths differ. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
