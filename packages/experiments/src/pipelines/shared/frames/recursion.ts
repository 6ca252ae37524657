import type { Dataset } from '@sonograd/nn';
import type { Labelled } from '../labelled.ts';
import type { PairCoder } from './coder.ts';
import { type Utterance, utterancesOf } from './utterances.ts';
import { type Candidate, halfOfNow, type Step, type WalkOptions, walk } from './walk.ts';

/** The mean over time of each utterance's codes. */
export function meanCodes(
  coder: PairCoder,
  utterances: readonly Utterance[],
  options: WalkOptions,
): Float32Array[] {
  const { bands } = coder;
  const means = utterances.map(() => new Float32Array(bands));
  for (const { places, latents } of walk(coder, utterances, options)) {
    places.forEach((place, row) => {
      // Every frame but the first ends a pair.
      const share = 1 / (utterances[place]!.length / bands - 1);
      const mean = means[place]!;
      for (let band = 0; band < bands; band++) mean[band]! += share * latents[row * bands + band]!;
    });
  }
  return means;
}

/** Every pair that came up on the way, the candidates that were not chosen among them, [pairs][2 × bands]. */
export function visitedPairs(
  coder: PairCoder,
  utterances: readonly Utterance[],
  options: WalkOptions,
): Float32Array[] {
  return Array.from(walk(coder, utterances, options), ({ pairs }) => pairs);
}

/** Every two neighbouring frames, [pairs][2 × bands]. */
export function neighbouringFrames(utterances: readonly Utterance[], bands: number): Float32Array[] {
  return utterances.map((frames) => {
    const pairs = new Float32Array(2 * (frames.length - bands));
    for (let at = 0; at + bands < frames.length; at += bands) {
      pairs.set(frames.subarray(at, at + 2 * bands), 2 * at);
    }
    return pairs;
  });
}

/** What the codes remember of each frame, [frame][band]; of the first, what the first pair does. */
export function remember(coder: PairCoder, utterance: Utterance, options: WalkOptions): Float32Array {
  const { bands } = coder;
  const out = new Float32Array(utterance.length);
  for (const { time, kinds, chosen, latents } of walk(coder, [utterance], options)) {
    const pair = coder.recall(latents);
    const half = halfOfNow(kinds[chosen[0]!]!);
    out.set(pair.subarray(half * bands, (half + 1) * bands), time * bands);
    if (time === 1) out.set(pair.subarray(0, bands), 0);
  }
  return out;
}

/** What one kind of candidate did on its way. */
export interface Tally {
  readonly kind: Candidate;
  /** Of all steps but the first, which has no choice. */
  readonly share: number;
  readonly meanError: number;
}

/** How often each candidate was chosen, and how large its error was whether chosen or not. */
export function tallyCandidates(coder: PairCoder, clips: Dataset<Labelled>, options: WalkOptions): Tally[] {
  const counts = options.candidates.map(() => ({ times: 0, error: 0 }));
  let steps = 0;
  for (const utterances of utterancesOf(clips)) {
    for (const step of walk(coder, utterances, options)) {
      if (step.time > 1) steps += addStep(counts, step);
    }
  }
  return options.candidates.map((kind, k) => ({
    kind,
    share: counts[k]!.times / Math.max(1, steps),
    meanError: counts[k]!.error / Math.max(1, steps),
  }));
}

function addStep(counts: { times: number; error: number }[], { places, errors, chosen }: Step): number {
  chosen.forEach((kind, row) => {
    counts[kind]!.times += 1;
    counts.forEach((count, k) => {
      count.error += errors[k * places.length + row]!;
    });
  });
  return chosen.length;
}
