export { assign } from './assign.ts';
export { apply, applyMany, emptyTensor } from './autograd/apply.ts';
export { type BackwardOptions, backward, gradientsOf } from './autograd/backward.ts';
export { defineOp, defineOpMany } from './autograd/define.ts';
export { grad, hessian, jacobian, valueAndGrad } from './autograd/functional.ts';
export { type GradCheckOptions, gradCheck } from './autograd/gradCheck.ts';
export { registerHook, retainGrad } from './autograd/hooks.ts';
export { isRecording, noGrad } from './autograd/mode.ts';
export type { GradientHook } from './autograd/node.ts';
export type { BackwardContext, Gradients, Op, OpMany, OutputSpec } from './autograd/op.ts';
export { trace } from './autograd/trace.ts';
export { type CreationOptions, full, ones, onesLike, zeros, zerosLike } from './creation/fill.ts';
export { manualSeed, type RandomOptions, rand, randn } from './creation/random.ts';
export { arange, eye, linspace } from './creation/ranges.ts';
export { fromArray, tensor } from './creation/tensor.ts';
export type { DataOf, TypedData } from './dtype.ts';
export { type Algebra, numberAlgebra, tensorAlgebra } from './elementwise/algebra.ts';
export { type BinaryDefinition, binary } from './elementwise/binary.ts';
export { type UnaryDefinition, unary } from './elementwise/unary.ts';
export { type EngineName, type EngineState, engine, engineNames, setEngine } from './engine/engine.ts';
export { type ArrayLikeTensor, FileFormatError, type NamedArrays } from './files/arrays.ts';
export { decodeNpy, encodeNpy, type NpyVersion } from './files/npy.ts';
export { decodeNpz, encodeNpz, type NpzOptions } from './files/npz.ts';
export { decodeSafetensors, encodeSafetensors, type Safetensors } from './files/safetensors.ts';
export { detach } from './functions/detach.ts';
export { einsum } from './functions/einsum.ts';
export { oneHot } from './functions/oneHot.ts';
export { roll } from './functions/roll.ts';
export { type Sorted, sort, topK } from './functions/sort.ts';
export { flatten, squeeze, unsqueeze } from './functions/squeeze.ts';
export { split, stack } from './functions/stack.ts';
export { logSumExp, mean, norm, variance } from './functions/statistics.ts';
export { sumTo } from './functions/sumTo.ts';
export { graph } from './graph/describe.ts';
export type {
  GraphDescription,
  GraphEdge,
  GraphNode,
  GraphNodeKind,
  GraphPreview,
} from './graph/description.ts';
export { toDot } from './graph/toDot.ts';
export { toHtml } from './graph/toHtml.ts';
export { toMermaid } from './graph/toMermaid.ts';
export { type GraphPictureOptions, toSvg } from './graph/toSvg.ts';
export { qr } from './linalg/qr.ts';
export { solve } from './linalg/solve.ts';
export { type Singular, svd } from './linalg/svd.ts';
export { type MemoryReport, memory } from './memory/ledger.ts';
export { keep, scope } from './memory/scope.ts';
export { type Methods, methods } from './methods.ts';
export { abs } from './ops/abs.ts';
export { adaptiveAvgPool1d } from './ops/adaptiveAvgPool1d.ts';
export { adaptiveAvgPool2d } from './ops/adaptiveAvgPool2d.ts';
export { add } from './ops/add.ts';
export { argmax } from './ops/argmax.ts';
export { argmin } from './ops/argmin.ts';
export { argsort } from './ops/argsort.ts';
export { avgPool1d } from './ops/avgPool1d.ts';
export { avgPool2d } from './ops/avgPool2d.ts';
export { type BatchNormOptions, batchNorm } from './ops/batchNorm.ts';
export { clamp } from './ops/clamp.ts';
export { concat } from './ops/concat.ts';
export { conv1d } from './ops/conv1d.ts';
export { conv2d } from './ops/conv2d.ts';
export { convTranspose1d } from './ops/convTranspose1d.ts';
export { convTranspose2d } from './ops/convTranspose2d.ts';
export { copy } from './ops/copy.ts';
export { cos } from './ops/cos.ts';
export { type CrossEntropyOptions, crossEntropy, type Reduction } from './ops/crossEntropy.ts';
export { cumsum } from './ops/cumsum.ts';
export { div } from './ops/div.ts';
export { dropout } from './ops/dropout.ts';
export { type EmbeddingOptions, embedding } from './ops/embedding.ts';
export { eq } from './ops/eq.ts';
export { erf } from './ops/erf.ts';
export { exp } from './ops/exp.ts';
export { expand } from './ops/expand.ts';
export { flip } from './ops/flip.ts';
export { floor } from './ops/floor.ts';
export { gather } from './ops/gather.ts';
export { ge } from './ops/ge.ts';
export { gelu } from './ops/gelu.ts';
export { groupNorm } from './ops/groupNorm.ts';
export { type GruOptions, gru } from './ops/gru.ts';
export { gt } from './ops/gt.ts';
export { indexSelect } from './ops/indexSelect.ts';
export { inside } from './ops/inside.ts';
export { layerNorm, type NormOptions } from './ops/layerNorm.ts';
export { le } from './ops/le.ts';
export { leakyRelu } from './ops/leakyRelu.ts';
export { linear } from './ops/linear.ts';
export { log } from './ops/log.ts';
export { log1p } from './ops/log1p.ts';
export { logicalAnd } from './ops/logicalAnd.ts';
export { logicalNot } from './ops/logicalNot.ts';
export { logicalOr } from './ops/logicalOr.ts';
export { logSoftmax } from './ops/logSoftmax.ts';
export { type LstmOptions, lstm } from './ops/lstm.ts';
export { lt } from './ops/lt.ts';
export { matmul } from './ops/matmul.ts';
export { max } from './ops/max.ts';
export { maximum } from './ops/maximum.ts';
export { maxPool1d } from './ops/maxPool1d.ts';
export { maxPool2d } from './ops/maxPool2d.ts';
export { min } from './ops/min.ts';
export { minimum } from './ops/minimum.ts';
export { mul } from './ops/mul.ts';
export { ne } from './ops/ne.ts';
export { neg } from './ops/neg.ts';
export { type AdamState, type AdamStepOptions, adamStep } from './ops/optimize/adam.ts';
export { averageStep } from './ops/optimize/average.ts';
export { clipNorm, clipValue, globalNorm } from './ops/optimize/clip.ts';
export { type RmsPropState, type RmsPropStepOptions, rmsPropStep } from './ops/optimize/rmsProp.ts';
export { type SgdState, type SgdStepOptions, sgdStep } from './ops/optimize/sgd.ts';
export { pad } from './ops/pad.ts';
export { permute } from './ops/permute.ts';
export { pow } from './ops/pow.ts';
export { reciprocal } from './ops/reciprocal.ts';
export type { RecurrentOptions, RecurrentWeights } from './ops/recurrent/layer.ts';
export { relu } from './ops/relu.ts';
export { reshape } from './ops/reshape.ts';
export { type ResizeOptions, resize } from './ops/resize.ts';
export { type RnnOptions, rnn } from './ops/rnn.ts';
export { round } from './ops/round.ts';
export { rsqrt } from './ops/rsqrt.ts';
export { type AttentionOptions, scaledDotProductAttention } from './ops/scaledDotProductAttention.ts';
export { scatterAdd } from './ops/scatterAdd.ts';
export { sigmoid } from './ops/sigmoid.ts';
export { sign } from './ops/sign.ts';
export { silu } from './ops/silu.ts';
export { sin } from './ops/sin.ts';
export { slice } from './ops/slice.ts';
export { softmax } from './ops/softmax.ts';
export { softplus } from './ops/softplus.ts';
export { sqrt } from './ops/sqrt.ts';
export { square } from './ops/square.ts';
export { step } from './ops/step.ts';
export { sub } from './ops/sub.ts';
export { sum } from './ops/sum.ts';
export { tanh } from './ops/tanh.ts';
export { to } from './ops/to.ts';
export { transpose } from './ops/transpose.ts';
export { where } from './ops/where.ts';
export { formatTensor, type PrintOptions } from './print/formatTensor.ts';
export { fillBernoulli, fillNormal, fillUniform, permutation, randomIntegers } from './random/fill.ts';
export { foldIn, randomKey, splitKey } from './random/keys.ts';
export type { RandomKey } from './random/threefry.ts';
export { Value } from './scalar.ts';
export { type AnyTensor, Tensor } from './tensor.ts';
export type { Binary, Broadcast } from './types/broadcast.ts';
export type {
  AnyShape,
  Apply,
  Chain,
  ChainShape,
  FitChain,
  InputOf,
  LinearOutput,
  SameShape,
  ShapeFunction,
  ShapeLayer,
} from './types/layer.ts';
export type { Flatten } from './types/layout.ts';
export type { Matmul } from './types/matmul.ts';
export type { Reduce } from './types/reduce.ts';
export type { DType, Fits, IsOne, Out, Shape, Show } from './types/shape.ts';
export type { Conv, ConvTransposed, PerAxis, Pool, WindowOptions } from './types/window.ts';
