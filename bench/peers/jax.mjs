/** Does the work of the benchmarks with jax-js on WebAssembly, each op compiled by `jit`. */
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, vjp } from '@jax-js/jax';
import { numbersFor, serve } from './worker.mjs';

await init('wasm');
defaultDevice('wasm');

const fromNumpy = ['exp', 'tanh', 'log', 'sqrt', 'sin'];
const fromNetworks = ['relu', 'sigmoid', 'gelu', 'silu', 'softplus'];
const windows = ({ stride = 1, padding = 0 }) => [
  [stride, stride],
  [
    [padding, padding],
    [padding, padding],
  ],
];

const ops = {
  ...Object.fromEntries(fromNumpy.map((name) => [name, ([x]) => np[name](x)])),
  ...Object.fromEntries(fromNetworks.map((name) => [name, ([x]) => nn[name](x)])),
  erf: ([x]) => lax.erf(x),
  add: ([a, b]) => np.add(a, b),
  mul: ([a, b]) => np.multiply(a, b),
  sum: ([x], { axis = null }) => np.sum(x, axis),
  mean: ([x], { axis = null }) => np.mean(x, axis),
  max: ([x], { axis = null }) => np.max(x, axis),
  argmax: ([x]) => np.argmax(x, -1),
  softmax: ([x]) => nn.softmax(x, -1),
  logSoftmax: ([x]) => nn.logSoftmax(x, -1),
  permute: ([x], { axes }) => np.transpose(x, axes),
  matmul: ([a, b], { transposeB = false }) => np.matmul(a, transposeB ? np.matrixTranspose(b) : b),
  linear: ([x, weight, bias]) => np.add(np.matmul(x, np.matrixTranspose(weight)), bias),
  conv2d: ([x, filters], settings) => lax.conv(x, filters, ...windows(settings)),
};

let inputs = [];

/** Convolutions run at about 1 GFLOP/s: larger ones would hold up everybody. */
const mostFlops = 1e8;

function prepare({ op, inputs: specs, settings = {}, mode, by, flops = 0 }) {
  const isUnknown = ops[op] === undefined || settings.dilation !== undefined;
  // Gradients cannot be timed without the way forward.
  if (isUnknown || mode === 'backward' || (op === 'conv2d' && flops > mostFlops)) return undefined;
  inputs = specs.map((spec, at) => np.array(numbersFor(spec, at)).reshape(spec.shape));
  const forward = jit((...own) => ops[op](own, settings));
  if (mode === 'forward') return () => finish(forward(...again(inputs)));
  if (by !== undefined) return undefined;
  const both = jit((dOut, ...own) => {
    const [out, back] = vjp((...given) => ops[op](given, settings), own);
    out.dispose();
    return back(dOut);
  });
  const dOut = np.onesLike(forward(...again(inputs)));
  inputs.push(dOut);
  return () => finish(both(dOut.ref, ...again(inputs.slice(0, -1))));
}

/** Every call consumes its arguments unless they are counted once more. */
function again(arrays) {
  return arrays.map((array) => array.ref);
}

async function finish(result) {
  await blockUntilReady(result);
  for (const array of [result].flat()) array.dispose();
}

function release() {
  for (const array of inputs) array.dispose();
  inputs = [];
}

await serve('jax-js wasm', { prepare, release });
