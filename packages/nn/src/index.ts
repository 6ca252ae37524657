export { GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh } from './layers/activations.ts';
export { Linear, type LinearOptions, type LinearShape } from './layers/linear.ts';
export { Sequential } from './layers/sequential.ts';
export { negativeSiSdr } from './losses/audio.ts';
export { type BinaryOptions, bceWithLogits, klToUnitGaussian } from './losses/classification.ts';
export { contrastive, cosineEmbedding, type MarginOptions, triplet } from './losses/metric.ts';
export type { LossOptions, Reduction } from './losses/reduction.ts';
export { type HuberOptions, huber, l1, mse } from './losses/regression.ts';
export { buffer, parameter } from './module/fields.ts';
export { layerKey, seedLayers } from './module/keys.ts';
export { Layer } from './module/layer.ts';
export { Module, type Named } from './module/module.ts';
export {
  type LoadOptions,
  loadStateDict,
  type StateDict,
  type StateEntry,
  stateDict,
} from './module/state.ts';
export {
  type CosineOptions,
  constant,
  cosine,
  exponential,
  type OneCycleOptions,
  oneCycle,
  type PlateauOptions,
  reduceOnPlateau,
  type Schedule,
  type StepOptions,
  step,
} from './optim/schedule.ts';
