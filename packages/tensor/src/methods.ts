import { assign } from './assign.ts';
import { backward } from './autograd/backward.ts';
import { registerHook, retainGrad } from './autograd/hooks.ts';
import * as functions from './functions/index.ts';
import { toArray, toText } from './functions/read.ts';
import { whereMethod } from './functions/whereMethod.ts';
import * as ops from './ops/index.ts';
import { Tensor } from './tensor.ts';

/** A function with the tensor first as a method: `relu(x)` becomes `x.relu()`, types and all. */
function method<X, Rest extends unknown[], Result>(
  f: (x: X, ...rest: Rest) => Result,
): (this: X, ...rest: Rest) => Result {
  return function (this: X, ...rest: Rest) {
    return f(this, ...rest);
  };
}

/** Element by element: arithmetic. */
const arithmetic = {
  abs: method(ops.abs),
  add: method(ops.add),
  clamp: method(ops.clamp),
  div: method(ops.div),
  floor: method(ops.floor),
  inside: method(ops.inside),
  maximum: method(ops.maximum),
  minimum: method(ops.minimum),
  mul: method(ops.mul),
  neg: method(ops.neg),
  pow: method(ops.pow),
  reciprocal: method(ops.reciprocal),
  round: method(ops.round),
  rsqrt: method(ops.rsqrt),
  sign: method(ops.sign),
  sqrt: method(ops.sqrt),
  square: method(ops.square),
  step: method(ops.step),
  sub: method(ops.sub),
};

/** Element by element: functions and activations. */
const formulas = {
  cos: method(ops.cos),
  erf: method(ops.erf),
  exp: method(ops.exp),
  gelu: method(ops.gelu),
  leakyRelu: method(ops.leakyRelu),
  log: method(ops.log),
  log1p: method(ops.log1p),
  relu: method(ops.relu),
  sigmoid: method(ops.sigmoid),
  silu: method(ops.silu),
  sin: method(ops.sin),
  softplus: method(ops.softplus),
  tanh: method(ops.tanh),
};

/** Element by element: questions, answered by bool tensors. */
const comparisons = {
  eq: method(ops.eq),
  ge: method(ops.ge),
  gt: method(ops.gt),
  le: method(ops.le),
  logicalAnd: method(ops.logicalAnd),
  logicalNot: method(ops.logicalNot),
  logicalOr: method(ops.logicalOr),
  lt: method(ops.lt),
  ne: method(ops.ne),
  where: method(whereMethod),
};

/** Fewer elements than before. */
const reductions = {
  argmax: method(ops.argmax),
  argmin: method(ops.argmin),
  logSumExp: method(functions.logSumExp),
  max: method(ops.max),
  mean: method(functions.mean),
  min: method(ops.min),
  norm: method(functions.norm),
  sum: method(ops.sum),
  variance: method(functions.variance),
};

/** Along one axis, the shape stays. */
const alongAxis = {
  argsort: method(ops.argsort),
  cumsum: method(ops.cumsum),
  flip: method(ops.flip),
  logSoftmax: method(ops.logSoftmax),
  roll: method(functions.roll),
  softmax: method(ops.softmax),
  sort: method(functions.sort),
  topK: method(functions.topK),
};

/** Products. */
const products = {
  matmul: method(ops.matmul),
};

/** The same elements in another arrangement. */
const layout = {
  expand: method(ops.expand),
  flatten: method(functions.flatten),
  pad: method(ops.pad),
  permute: method(ops.permute),
  reshape: method(ops.reshape),
  slice: method(ops.slice),
  split: method(functions.split),
  squeeze: method(functions.squeeze),
  transpose: method(ops.transpose),
  unsqueeze: method(functions.unsqueeze),
};

/** By index. */
const selection = {
  gather: method(ops.gather),
  indexSelect: method(ops.indexSelect),
  oneHot: method(functions.oneHot),
  scatterAdd: method(ops.scatterAdd),
};

/** Memory, history, and what people read. */
const state = {
  assign: method(assign),
  backward: method(backward),
  copy: method(ops.copy),
  detach: method(functions.detach),
  registerHook: method(registerHook),
  retainGrad: method(retainGrad),
  to: method(ops.to),
  toArray: method(toArray),
  toString: method(toText),
};

type Arithmetic = typeof arithmetic;
type Formulas = typeof formulas;
type Comparisons = typeof comparisons;
type Reductions = typeof reductions;
type AlongAxis = typeof alongAxis;
type Products = typeof products;
type Layout = typeof layout;
type Selection = typeof selection;
type State = typeof state;

/** In groups, because a compiler writes each inferred type out in the declaration files. */
export interface Methods
  extends Arithmetic,
    Formulas,
    Comparisons,
    Reductions,
    AlongAxis,
    Products,
    Layout,
    Selection,
    State {}

/** Every method of a tensor that is an op or made of ops. A new op adds one line to a group above. */
export const methods: Methods = {
  ...arithmetic,
  ...formulas,
  ...comparisons,
  ...reductions,
  ...alongAxis,
  ...products,
  ...layout,
  ...selection,
  ...state,
};

for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}
