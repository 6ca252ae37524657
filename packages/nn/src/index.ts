export { type CrossEntropyOptions, crossEntropy } from '@sonograd/tensor';
export { AmplitudeToDb, type AmplitudeToDbOptions } from './audio/amplitudeToDb.ts';
export type { Spectra } from './audio/fourier.ts';
export type { PadMode } from './audio/frames.ts';
export { MelScale, type MelScaleOptions } from './audio/melScale.ts';
export { Mfcc, type MfccOptions } from './audio/mfcc.ts';
export { SpecAugment, type SpecAugmentOptions } from './audio/specAugment.ts';
export { Spectrogram, type SpectrogramOptions } from './audio/spectrogram.ts';
export { Istft, type IstftCall, Stft, type StftOptions } from './audio/stft.ts';
export { fromInt8, toInt8 } from './compress/int8.ts';
export {
  type CompressedLayer,
  type CompressionReport,
  compressLowRank,
  type LowRankOptions,
} from './compress/lowRank.ts';
export { type PruneOptions, type Pruning, pruneByMagnitude } from './compress/prune.ts';
export { collate, type PaddingOptions, padded } from './data/collate.ts';
export {
  type BatchOf,
  type Dataset,
  type Field,
  listDataset,
  mapDataset,
  type Stacked,
  type Stream,
  subset,
} from './data/dataset.ts';
export { type BatchSource, DataLoader, type LoaderOptions, type LoaderState } from './data/loader.ts';
export {
  type BalancedOptions,
  balancedSampler,
  type Sampler,
  sequentialSampler,
  shuffledSampler,
} from './data/sampler.ts';
export { type SplitOptions, split, splitIndices } from './data/split.ts';
export { type RowsOf, tensorDataset } from './data/tensorDataset.ts';
export { gainOf, type Nonlinearity } from './initialise/fans.ts';
export { byFan, initialise, type Scheme } from './initialise/initialise.ts';
export { type KaimingOptions, kaimingNormal, kaimingUniform } from './initialise/kaiming.ts';
export { type OrthogonalOptions, orthogonal } from './initialise/orthogonal.ts';
export { type XavierOptions, xavierNormal, xavierUniform } from './initialise/xavier.ts';
export { type ParameterStatistics, parameterStatistics } from './inspect/parameterStatistics.ts';
export { type Histogram, type Statistics, sparkline, statisticsOf } from './inspect/statistics.ts';
export { type Summary, type SummaryRow, summary } from './inspect/summary.ts';
export { type LayerStatistics, LayerWatch, type WatchOptions, watchLayers } from './inspect/watchLayers.ts';
export {
  GELU,
  LeakyReLU,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
} from './layers/activations.ts';
export { AdaptiveAvgPool1d, AdaptiveAvgPool2d } from './layers/adaptivePool.ts';
export type { MaskOptions } from './layers/attention/masks.ts';
export {
  type AttentionCall,
  type AttentionResult,
  MultiHeadAttention,
  type MultiHeadAttentionOptions,
} from './layers/attention/multiHeadAttention.ts';
export {
  LearnedPositions,
  type PositionOptions,
  SinusoidalPositions,
} from './layers/attention/positions.ts';
export {
  TransformerEncoder,
  TransformerEncoderLayer,
  type TransformerEncoderOptions,
  type TransformerOptions,
} from './layers/attention/transformer.ts';
export { BatchNorm1d, BatchNorm2d, type BatchNormOptions } from './layers/batchNorm.ts';
export { Conv1d, type Conv1dOptions, Conv2d, type Conv2dOptions } from './layers/convolution.ts';
export {
  ConvTranspose1d,
  type ConvTranspose1dOptions,
  ConvTranspose2d,
  type ConvTranspose2dOptions,
} from './layers/convTranspose.ts';
export { Dropout, type DropoutOptions } from './layers/dropout.ts';
export { Embedding, type EmbeddingOptions } from './layers/embedding.ts';
export { Flatten } from './layers/flatten.ts';
export { GroupNorm, type GroupNormOptions } from './layers/groupNorm.ts';
export { LayerNorm, type LayerNormOptions } from './layers/layerNorm.ts';
export { Linear, type LinearOptions, type LinearShape } from './layers/linear.ts';
export { LowRankLinear } from './layers/lowRankLinear.ts';
export {
  AvgPool1d,
  AvgPool2d,
  type AvgPoolOptions,
  MaxPool1d,
  MaxPool2d,
  type MaxPoolOptions,
} from './layers/pool.ts';
export { GRU, type RecurrentCall, type RecurrentResult } from './layers/recurrent/gru.ts';
export { LSTM, type LstmCall, type LstmResult } from './layers/recurrent/lstm.ts';
export { type Lengths, Recurrent, type RecurrentOptions } from './layers/recurrent/recurrent.ts';
export { RNN, type RnnOptions } from './layers/recurrent/rnn.ts';
export { Sequential } from './layers/sequential.ts';
export { Upsample, type UpsampleOptions } from './layers/upsample.ts';
export { negativeSiSdr } from './losses/audio.ts';
export { type BinaryOptions, bceWithLogits, klToUnitGaussian } from './losses/classification.ts';
export { contrastive, cosineEmbedding, type MarginOptions, triplet } from './losses/metric.ts';
export { type MultiResolutionOptions, multiResolutionStft } from './losses/multiResolutionStft.ts';
export { type NtXentOptions, ntXent } from './losses/ntXent.ts';
export type { LossOptions, Reduction } from './losses/reduction.ts';
export { type HuberOptions, huber, l1, mse } from './losses/regression.ts';
export { RunningAverage, SmoothAverage } from './metrics/average.ts';
export { accuracy, predictions, topKAccuracy } from './metrics/classification.ts';
export { type ClassScores, ConfusionMatrix } from './metrics/confusion.ts';
export { auc, type EqualError, equalErrorRate, type RocCurve, rocCurve } from './metrics/verification.ts';
export { buffer, parameter } from './module/fields.ts';
export type { GeneratorState } from './module/generator.ts';
export { layerKey, seedLayers } from './module/keys.ts';
export { Layer } from './module/layer.ts';
export { type ForwardHook, Module, type Named } from './module/module.ts';
export { type ForwardEvent, observeForward } from './module/observe.ts';
export { type Replacement, replaceModules } from './module/replace.ts';
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
export type { Callback, Ending, RunView } from './train/callback.ts';
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './train/checkpoint.ts';
export {
  evaluate,
  type Metric,
  type Metrics,
  type RowMetric,
  type WholeMetric,
  wholeMetric,
} from './train/evaluate.ts';
export { NonFiniteError } from './train/finite.ts';
export {
  type EpochRecord,
  History,
  type StepColumns,
  type StepRecord,
  type ValidationRecord,
} from './train/history.ts';
export type { CheckpointOptions, FitOptions, StopEarlyOptions, ValidateOptions } from './train/options.ts';
export { type LineOutput, type ProgressOptions, progressTo } from './train/progressLine.ts';
export { type CheckpointStore, memoryStore } from './train/store.ts';
export { type Batch, type FitResult, Trainer, type TrainerOptions } from './train/trainer.ts';
export type { BestOptions } from './train/watch.ts';
