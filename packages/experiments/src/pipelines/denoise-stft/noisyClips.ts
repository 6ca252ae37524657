import { RandomStream } from '@sonograd/dsp';
import type { Dataset } from '@sonograd/nn';
import { addNoise } from '../../features/noise.ts';
import { seedOf } from '../shared/augment.ts';
import type { EpochItems } from '../shared/augmentEpochs.ts';
import type { DenoiseConfig } from './config.ts';
import type { Clip } from './sounds.ts';

/** A sound in noise and without, at one level: that of the noisy one is about 1. */
export interface NoisyClip {
  readonly noisy: Float32Array;
  readonly clean: Float32Array;
}

type Color = DenoiseConfig['noise']['colors'][number];
type Settings = Pick<DenoiseConfig, 'noise' | 'stft' | 'training' | 'seed'>;

/** A clip in noise of a known kind; the seed and the item's name choose which. As long as the clip, and as loud. */
export function noisyAt(
  clip: Clip,
  { color, snrDb, sampleRate, seed }: { color: Color; snrDb: number; sampleRate: number; seed: number },
): NoisyClip {
  const clean = clip.samples();
  return { clean, noisy: addNoise(clean, sampleRate, { color, snrDb, seed }, clip.item.id) };
}

/** The root of the mean square; 1 for silence, which has none. */
export function levelOf(samples: Float32Array): number {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
  return energy > 0 ? Math.sqrt(energy / samples.length) : 1;
}

/**
 * Clips for training, in other noise in each epoch. Which noise, which ratio and which stretch depends on the seed, the
 * epoch and the clip's name alone, so that a run that was interrupted goes on with the same sounds.
 */
export function trainingClips(clips: readonly Clip[], config: Settings): EpochItems<NoisyClip> {
  return {
    length: clips.length,
    get: (index, epoch) => drawn(clips[index]!, epoch, config),
  };
}

/** Every clip at every ratio of the test, in noise that stays the same. */
export function heldClips(clips: readonly Clip[], config: Settings): Dataset<NoisyClip> {
  const { testDb, colors } = config.noise;
  const kinds = colors.flatMap((color) => testDb.map((snrDb) => ({ color, snrDb })));
  return {
    length: clips.length * kinds.length,
    get(index) {
      const clip = clips[Math.floor(index / kinds.length)]!;
      const { color, snrDb } = kinds[index % kinds.length]!;
      return stretched(clip, { color, snrDb, start: 0.5, gainDb: 0, tag: 'held' }, config);
    },
  };
}

interface Draw {
  readonly color: Color;
  readonly snrDb: number;
  /** Where the stretch begins, as a share of all places where it could. */
  readonly start: number;
  readonly gainDb: number;
  readonly tag: string;
}

function drawn(clip: Clip, epoch: number, config: Settings): NoisyClip {
  const { colors, lowDb, highDb, gainDb } = config.noise;
  const random = new RandomStream(seedOf(config.seed, epoch, clip.item.id));
  const draw: Draw = {
    color: colors[random.integer(colors.length)]!,
    snrDb: random.uniform(lowDb, highDb),
    start: random.uniform(),
    gainDb: random.uniform(-gainDb, gainDb),
    tag: String(epoch),
  };
  return stretched(clip, draw, config);
}

/** A stretch of the wanted length: cut out of a long clip; a short one lies in it, and the noise goes on around it. */
function stretched(clip: Clip, draw: Draw, { stft, training, seed }: Settings): NoisyClip {
  const whole = clip.samples();
  const length = Math.round(training.seconds * stft.sampleRate);
  const offset = Math.floor(draw.start * (Math.abs(whole.length - length) + 1));
  const placed = whole.length < length ? new Float32Array(length) : whole;
  if (placed !== whole) placed.set(whole, offset);
  // The ratio is that of the clip itself; silence around it has less of it.
  const snrDb = draw.snrDb + 10 * Math.log10(whole.length / placed.length);
  const kind = { color: draw.color, snrDb, seed };
  const mixed = addNoise(placed, stft.sampleRate, kind, `${draw.tag} ${clip.item.id}`);
  const from = placed === whole ? offset : 0;
  const noisy = mixed.subarray(from, from + length);
  const gain = 10 ** (draw.gainDb / 20) / levelOf(noisy);
  const leveled = (samples: Float32Array) => samples.map((sample) => gain * sample);
  return { noisy: leveled(noisy), clean: leveled(placed.subarray(from, from + length)) };
}
