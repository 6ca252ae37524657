import type { F32, I32 } from '@sonograd/wasm';

/** Logits are `outer` x classes x `inner`; labels, and everything else unless it says so, `outer` x `inner`. */
const shared = {
  logits: 'i32',
  labels: 'i32',
  /** One for each class. */
  weights: 'i32',
  largest: 'i32',
  logarithms: 'i32',
  classes: 'i32',
  inner: 'i32',
  ignored: 'i32',
  /** The share of the labelled class, and that of every class: 1 and 0 without smoothing. */
  sharp: 'f32',
  smooth: 'f32',
  /** The sum of all weights. */
  weightTotal: 'f32',
} as const;

/**
 * With z = x - largest and l = log(sum(exp z)): loss = sharp w[label] (l - z[label]) + smooth sum(w (l - z)). The
 * largest and the logarithm stay apart, for their sum would be rounded. `counted` gets w[label], or 0 where the label
 * is ignored; `wrong` gets a 1 when a label names no class.
 */
export const lossParameters = { losses: 'i32', counted: 'i32', wrong: 'i32', ...shared } as const;

/** dx = ((sharp w[label] + smooth sum(w)) softmax - sharp w[label] at the label - smooth w) dOut; 0 where ignored. */
export const gradientParameters = { dLogits: 'i32', dOut: 'i32', ...shared } as const;

type Given<P> = { readonly [Name in keyof P]: P[Name] extends 'f32' ? F32 : I32 };
export type LossGiven = Given<typeof lossParameters>;
export type GradientGiven = Given<typeof gradientParameters>;
