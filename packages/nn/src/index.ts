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
export { ema, WeightAverage } from './optim/average.ts';
export {
  ClipByNorm,
  ClipByValue,
  type ClipOptions,
  clipByNorm,
  clipByValue,
  clipGradients,
  globalNorm,
} from './optim/clip.ts';
export {
  AddMomentum,
  addMomentum,
  DecayWeights,
  decayWeights,
  type MomentumOptions,
  ScaleByRate,
  scaleByRate,
} from './optim/links.ts';
export { type OneCycleOptions, oneCycle } from './optim/oneCycle.ts';
export { type Group, type Learners, Optimizer, type OptimizerState, optimizer } from './optim/optimizer.ts';
export {
  type AdamOptions,
  adam,
  adamW,
  type Grouped,
  type GroupOptions,
  type RateOptions,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from './optim/optimizers.ts';
export { type PlateauOptions, reduceOnPlateau } from './optim/plateau.ts';
export {
  type AdamScaling,
  type RmsScaling,
  ScaleByAdam,
  ScaleByRms,
  scaleByAdam,
  scaleByRms,
} from './optim/scaling.ts';
export {
  type CosineOptions,
  constant,
  cosine,
  exponential,
  type Schedule,
  type StepOptions,
  step,
} from './optim/schedule.ts';
export { chain, type StepContext, type Transform } from './optim/transform.ts';
