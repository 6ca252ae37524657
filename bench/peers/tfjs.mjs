/** Does the work of the benchmarks with TensorFlow.js; the argument names its backend, wasm or cpu. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { numbersFor, serve } from './worker.mjs';

const [backend] = process.argv.slice(2);
if (backend === 'wasm') {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  setWasmPaths(join(folder, '/'));
}
await tf.setBackend(backend);
await tf.ready();

const unary = {
  relu: tf.relu,
  exp: tf.exp,
  tanh: tf.tanh,
  sigmoid: tf.sigmoid,
  log: tf.log,
  sqrt: tf.sqrt,
  softplus: tf.softplus,
  erf: tf.erf,
  sin: tf.sin,
};
const pads = ({ padding = 0 }) => (padding === 0 ? 'valid' : padding);
const reduce =
  (f) =>
  ([x], { axis }) =>
    f(x, axis);

const ops = {
  ...Object.fromEntries(Object.entries(unary).map(([name, f]) => [name, ([x]) => f(x)])),
  leakyRelu: ([x]) => tf.leakyRelu(x, 0.01),
  add: ([a, b]) => tf.add(a, b),
  mul: ([a, b]) => tf.mul(a, b),
  sum: reduce(tf.sum),
  mean: reduce(tf.mean),
  max: reduce(tf.max),
  variance: ([x], { axis }) => tf.moments(x, axis).variance,
  argmax: ([x]) => tf.argMax(x, -1),
  cumsum: ([x]) => tf.cumsum(x, -1),
  softmax: ([x]) => tf.softmax(x),
  logSoftmax: ([x]) => tf.logSoftmax(x),
  permute: ([x], { axes }) => tf.transpose(x, axes),
  concat: (inputs, { axis }) => tf.concat(inputs, axis),
  slice: ([x], { axis, start, end }) =>
    tf.slice(
      x,
      x.shape.map((_, at) => (at === axis ? start : 0)),
      x.shape.map((size, at) => (at === axis ? end - start : size)),
    ),
  indexSelect: ([x, index]) => tf.gather(x, index),
  rand: (_, { shape }) => tf.randomUniform(shape),
  randn: (_, { shape }) => tf.randomNormal(shape),
  matmul: ([a, b], { transposeB = false }) => tf.matMul(a, b, false, transposeB),
  linear: ([x, weight, bias]) => tf.add(tf.matMul(x, weight), bias),
  conv2d: ([x, filters], settings) =>
    tf.conv2d(x, filters, settings.stride ?? 1, pads(settings), 'NHWC', settings.dilation ?? 1),
  maxPool2d: ([x], { kernel }) => tf.maxPool(x, kernel, kernel, 'valid'),
  avgPool2d: ([x], { kernel }) => tf.avgPool(x, kernel, kernel, 'valid'),
  resize: ([x], { size, mode }) =>
    mode === 'bilinear'
      ? tf.image.resizeBilinear(x, size, false, true)
      : tf.image.resizeNearestNeighbor(x, size, false, true),
  attention: ([q, k, v]) =>
    tf.matMul(tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape.at(-1)))), v),
};

const onImages = new Set(['conv2d', 'maxPool2d', 'avgPool2d', 'resize']);

/**
 * As its users lay tensors out: channels last, from [batch, channels, height, width] and, for filters, from
 * [outputs, channels, height, width]; weights as [inputs, outputs].
 */
function arranged(op, shape, at) {
  if (op === 'linear' && at === 1) return [...shape].reverse();
  if (!onImages.has(op) || shape.length !== 4) return shape;
  const [first, channels, height, width] = shape;
  return at === 0 ? [first, height, width, channels] : [height, width, channels, first];
}

let inputs = [];

const perceptrons = {
  frameMlp: { sizes: [128, 64, 10], batch: 32 },
  framePairAe: { sizes: [256, 128, 256], batch: 256 },
  concatenationAe: { sizes: [8192, 512, 256, 512, 8192], batch: 32 },
  mnistMlp: { sizes: [784, 1024, 1024, 1024, 1024, 1024, 10], batch: 128, dropout: 0.2 },
};

/** A training step of the fully connected models; convolutions have no gradient on the wasm backend. */
function prepareStep({ model: name }) {
  if (perceptrons[name] === undefined) return undefined;
  const { sizes, batch, dropout } = perceptrons[name];
  const [features, ...units] = sizes;
  const model = tf.sequential();
  units.forEach((count, at) => {
    const isLast = at === units.length - 1;
    const activation = isLast ? 'linear' : 'relu';
    model.add(tf.layers.dense({ units: count, activation, ...(at === 0 && { inputShape: [features] }) }));
    if (dropout !== undefined && !isLast) model.add(tf.layers.dropout({ rate: dropout }));
  });
  const isClassifier = units.at(-1) === 10;
  const loss = isClassifier
    ? (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits)
    : 'meanSquaredError';
  model.compile({ optimizer: tf.train.adam(1e-3), loss });
  const x = tf.tensor(numbersFor({ shape: [batch, features] }, 0), [batch, features]);
  const labels = numbersFor({ shape: [batch], kind: 'labels' }, 1);
  const target = isClassifier ? tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), 10).toFloat()) : x;
  inputs = isClassifier ? [x, target] : [x];
  return () => model.trainOnBatch(x, target);
}

/** Scalar loops take seconds for what others do in a few milliseconds. */
const mostFlops = backend === 'cpu' ? 3e8 : Infinity;

function prepare({ op, inputs: specs, settings = {}, mode, by, flops = 0 }) {
  if (op === 'step') return prepareStep(settings);
  // Gradients cannot be timed without the way forward.
  if (ops[op] === undefined || mode === 'backward' || flops > mostFlops) return undefined;
  inputs = specs.map((spec, at) => {
    const isInteger = spec.kind === 'labels' || spec.kind === 'indices';
    return tf.tensor(numbersFor(spec, at), arranged(op, spec.shape, at), isInteger ? 'int32' : 'float32');
  });
  const forward = (...own) => ops[op](own, settings);
  if (mode === 'forward') {
    return () => {
      const out = tf.tidy(() => forward(...inputs));
      // The cpu backend computes some things only when they are read.
      out.dataSync();
      out.dispose();
    };
  }
  const wanted = by ?? inputs.map((_, at) => at);
  const gradients = tf.grads((...chosen) =>
    forward(...inputs.map((x, at) => chosen[wanted.indexOf(at)] ?? x)),
  );
  return () => tf.tidy(() => void gradients(wanted.map((at) => inputs[at])));
}

function release() {
  tf.dispose(inputs);
  inputs = [];
}

await serve(`TensorFlow.js ${tf.version_core} ${backend}`, { prepare, release });
