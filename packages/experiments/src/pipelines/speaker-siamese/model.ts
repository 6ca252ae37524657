import { buffer, GRU, Linear, Module } from '@sonograd/nn';
import { concat, foldIn, fromArray, type RandomKey, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import type { SpeakerSiameseConfig } from './config.ts';
import { Discriminant } from './discriminant.ts';

export interface EncoderOptions {
  readonly bins: number;
  readonly units: number;
  readonly embedding: number;
  readonly pooling: 'last' | 'mean';
  /** Directions of the baselines: one fewer than there are speakers. */
  readonly directions: number;
  readonly key: RandomKey;
}

/**
 * A clip becomes a point on the unit sphere, near those of the same voice. The same weights look at both clips of a
 * pair, which is why such networks are called Siamese (Bromley et al., 1993).
 */
export class SpeakerEncoder extends Module {
  readonly gru: GRU;
  readonly project: Linear<number, number>;
  /** What straight lines make of mean spectra travels along, so that every later test has it beside. */
  readonly baseline: Discriminant;
  /** The same of the quietest frames alone, in which nobody speaks: what the room and the microphone give away. */
  readonly silence: Discriminant;
  /** The scores from which on two clips count as one speaker's: for the network, then for both of these. */
  readonly thresholds: Tensor;
  private readonly pooling: EncoderOptions['pooling'];

  constructor({ bins, units, embedding, pooling, directions, key }: EncoderOptions) {
    super();
    this.pooling = pooling;
    this.gru = new GRU(bins, units, { bidirectional: true, batchFirst: true, key });
    this.project = new Linear(2 * units, embedding, { key });
    this.baseline = new Discriminant(bins, directions);
    this.silence = new Discriminant(bins, directions);
    this.thresholds = buffer(zeros([3]) as Tensor);
  }

  /** Clips [clips, bins, frames] to unit vectors [clips, embedding]; frames behind a clip's length are not heard. */
  forward(x: Tensor, lengths: readonly number[] = allFrames(x)): Tensor {
    const { output, hidden } = this.gru.forward(x.transpose(1, 2) as Tensor, { lengths });
    const pooled = this.pooling === 'last' ? bothEnds(hidden) : meanOver(output, lengths);
    return this.shown(x, unitRows(this.project.forward(pooled) as Tensor));
  }
}

/** The network of a config, as its seed draws it. */
export const encoderOf = (
  { model, seed }: SpeakerSiameseConfig,
  bins: number,
  directions: number,
): SpeakerEncoder =>
  new SpeakerEncoder({ ...model, bins, directions, key: foldIn(randomKey(seed), 'weights') });

const allFrames = ({ shape: [clips = 0, , frames = 0] }: Tensor): number[] =>
  Array.from({ length: clips }, () => frames);

/** [2, clips, units] to [clips, 2 units]: what each direction knew when it had heard all. */
function bothEnds(hidden: Tensor): Tensor {
  const ends = [0, 1].map((direction) => hidden.slice(0, direction, direction + 1).squeeze(0) as Tensor);
  return concat(ends, 1) as Tensor;
}

/** The mean over the frames there are: behind its length a clip's output is zero. */
function meanOver(output: Tensor, lengths: readonly number[]): Tensor {
  const shares = Float32Array.from(lengths, (count) => 1 / Math.max(1, count));
  return output.sum(1).mul(fromArray(shares, [shares.length, 1])) as Tensor;
}

/** Each row divided by its length. */
export const unitRows = (x: Tensor): Tensor => x.div(x.norm(-1, { keepDims: true }).maximum(1e-12)) as Tensor;
