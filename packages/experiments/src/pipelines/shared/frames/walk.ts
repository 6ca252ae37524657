import { fromArray, noGrad } from '@sonograd/tensor';
import type { PairCoder } from './coder.ts';
import type { Utterance } from './utterances.ts';

/** Which two go into the next code: what was heard so far, the frame of now, the frame before. */
export const candidates = ['latent-frame', 'frame-frame', 'frame-latent'] as const;
export type Candidate = (typeof candidates)[number];

export interface WalkOptions {
  readonly candidates: readonly Candidate[];
  /** What an error is divided by before errors are compared, for each candidate. */
  readonly usualErrors: ArrayLike<number>;
}

/** One step of utterances that are walked over side by side. Rows of several kinds lie one kind behind the other. */
export interface Step {
  /** Frame of now, from 1 on: the first pair is made of the first two frames. */
  readonly time: number;
  /** Which utterances have not ended, the rows of each kind. */
  readonly places: readonly number[];
  readonly kinds: readonly Candidate[];
  /** [kinds × rows, 2 × bands] */
  readonly pairs: Float32Array;
  readonly errors: Float32Array;
  /** For each row the number of the kind with the smallest error, the first of equals. */
  readonly chosen: Int32Array;
  /** Codes of the chosen pairs, [rows, bands]. */
  readonly latents: Float32Array;
}

/**
 * Encodes utterances recursively, all at once: z(1) = code(x(0), x(1)), then z(t) is the code of that pair of z(t - 1),
 * x(t - 1) and x(t) which loses least. The longest go first, so those that have ended drop off at the end of the batch.
 */
export function* walk(
  coder: PairCoder,
  utterances: readonly Utterance[],
  options: WalkOptions,
): Generator<Step, void, undefined> {
  const { bands } = coder;
  const length = (place: number): number => utterances[place]!.length / bands;
  const order = [...utterances.keys()].sort((a, b) => length(b) - length(a) || a - b);
  let latents = new Float32Array(0);
  for (let time = 1; ; time++) {
    const places = order.filter((place) => time < length(place));
    if (places.length === 0) return;
    const kinds = time === 1 ? (['frame-frame'] as const) : options.candidates;
    const pairs = makePairs(kinds, { places, utterances, time, latents, bands });
    const { codes, errors } = noGrad(() =>
      coder.press(fromArray(pairs, [pairs.length / (2 * bands), 2 * bands])),
    );
    const usual = time === 1 ? [1] : options.usualErrors;
    const chosen = choose(errors, usual, places.length);
    latents = pick(codes, chosen, bands);
    yield { time, places, kinds, pairs, errors, chosen, latents };
  }
}

interface Surroundings {
  readonly places: readonly number[];
  readonly utterances: readonly Utterance[];
  readonly time: number;
  /** Codes of the step before; its first rows are those of `places`. */
  readonly latents: Float32Array;
  readonly bands: number;
}

function makePairs(kinds: readonly Candidate[], around: Surroundings): Float32Array {
  const { places, utterances, time, latents, bands } = around;
  const pairs = new Float32Array(kinds.length * places.length * 2 * bands);
  kinds.forEach((kind, k) => {
    places.forEach((place, row) => {
      const now = utterances[place]!.subarray(time * bands, (time + 1) * bands);
      const before = utterances[place]!.subarray((time - 1) * bands, time * bands);
      const heard = latents.subarray(row * bands, (row + 1) * bands);
      const [first, second] = halves(kind, { heard, before, now });
      const at = 2 * bands * (k * places.length + row);
      pairs.set(first, at);
      pairs.set(second, at + bands);
    });
  });
  return pairs;
}

type Halves = Record<'heard' | 'before' | 'now', Float32Array>;

function halves(kind: Candidate, { heard, before, now }: Halves): [Float32Array, Float32Array] {
  switch (kind) {
    case 'latent-frame':
      return [heard, now];
    case 'frame-frame':
      return [before, now];
    case 'frame-latent':
      return [now, heard];
  }
}

/** Where the frame of now stands in a pair. */
export const halfOfNow = (kind: Candidate): 0 | 1 => (kind === 'frame-latent' ? 0 : 1);

function choose(errors: Float32Array, usual: ArrayLike<number>, rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let kind = 1; kind < errors.length / rows; kind++) {
      if (errors[kind * rows + row]! / usual[kind]! < errors[best * rows + row]! / usual[best]!) best = kind;
    }
    return best;
  });
}

function pick(codes: Float32Array, chosen: Int32Array, bands: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(chosen.length * bands);
  chosen.forEach((kind, row) => {
    const from = bands * (kind * chosen.length + row);
    out.set(codes.subarray(from, from + bands), row * bands);
  });
  return out;
}
