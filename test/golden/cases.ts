import type { Input } from './formulas.ts';
import type { Stored } from './readGolden.ts';

/** What a call gives; `field` names it where there are several, `dOut` is there where it has a gradient. */
export type StoredOutput = Stored & { field?: string | number; dOut?: Input };
export type StoredGradient = Stored & { input: number };

/** A case of an op or of a loss. `call` holds its arguments, with `{ input: k }` for a tensor and null for none. */
export interface OpCase {
  call: unknown[];
  tolerance: number;
  inputs: Input[];
  outputs: StoredOutput[];
  gradients?: StoredGradient[];
  /** New values of inputs that the op changes. */
  after?: StoredGradient[];
}

export interface OpIndex {
  op: string;
  cases: OpCase[];
}

export interface LossIndex {
  loss: string;
  cases: OpCase[];
}

/** A case of a layer: `new Layer(...arguments, options)`, its state by name, and `forward(...call)`. */
export interface LayerCase {
  arguments: unknown[];
  options: Record<string, unknown>;
  training: boolean;
  tolerance: number;
  parameters: Record<string, Input>;
  buffers: Record<string, Input>;
  inputs: Input[];
  call: unknown[];
  outputs: StoredOutput[];
  inputGradients: StoredGradient[];
  parameterGradients: Record<string, Stored>;
  buffersAfter: Record<string, Stored>;
}

export interface LayerIndex {
  layer: string;
  cases: LayerCase[];
}

/** The parameters after steps 1, 2, 3, 5, …; the gradient of parameter p at step t (from 0) is `steppedInput`'s. */
export interface OptimizerCase {
  options: Record<string, unknown>;
  groups?: { parameters: number[]; options: Record<string, unknown> }[];
  clip?: { norm?: number; value?: number };
  steps: number;
  tolerance: number;
  gradientSeed: number;
  gradientRange: [number, number];
  parameters: Input[];
  after: Record<string, Stored[]>;
}

export interface OptimizerIndex {
  optimizer: string;
  cases: OptimizerCase[];
}

/** `rates[t]` is the rate of step t, counted from 0; `metrics[t]` is known after step t. */
export interface ScheduleIndex {
  schedule: string;
  cases: { options: Record<string, unknown>; metrics?: number[]; tolerance: number; rates: number[] }[];
}

/** An average that starts as the weights of step 0; the weights of each step are `steppedInput`'s. */
export interface AverageIndex {
  cases: {
    decay: number;
    steps: number;
    tolerance: number;
    weightSeed: number;
    weightRange: [number, number];
    shape: number[];
    after: Record<string, Stored[]>;
  }[];
}

/** 100 steps on one batch, `inputs` being the rows and their labels; `losses[t]` is that before step t. */
export interface TrainingIndex {
  cases: {
    model: string;
    options: Record<string, unknown>;
    rates?: number[];
    tolerance: number;
    parameters: Record<string, Input>;
    inputs: Input[];
    losses: number[];
    parametersAfter: Record<string, Stored>;
  }[];
}

/** A whole model on the weights of its safetensors file; `inputs` are the rows and their labels. */
export interface ModelIndex {
  model: string;
  cases: {
    training: boolean;
    tolerance: number;
    inputs: Input[];
    logits: Stored;
    loss: Stored;
    inputGradient: Stored;
    parameterGradients: Record<string, Stored>;
    buffersAfter: Record<string, Stored>;
  }[];
}

/** The formula of a parameter's gradient (or of a weight) at a step, both counted from 0. */
export function steppedInput(
  shape: number[],
  seed: number,
  [low, high]: [number, number],
  parameter: number,
  step: number,
): Input {
  return {
    shape,
    dtype: 'float32',
    formula: { kind: 'uniform', low, high, seed: seed + 1000 * parameter + step },
  };
}

/** Puts tensors where a call says `{ input: k }`, and undefined for an argument left out. */
export function placeInputs<T>(part: unknown, inputs: readonly T[]): unknown {
  if (part === null) return undefined;
  if (Array.isArray(part)) return part.map((item) => placeInputs(item, inputs));
  if (typeof part !== 'object') return part;
  if ('input' in part) return inputs[part.input as number];
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, placeInputs(value, inputs)]));
}

/** A call in words, for messages: `[3, 65], -1, { keepDims: true }`. */
export function showCall(call: unknown[], inputs: readonly Input[]): string {
  return call.map((part) => show(part, inputs)).join(', ');
}

function show(part: unknown, inputs: readonly Input[]): string {
  if (part === null) return 'undefined';
  if (Array.isArray(part)) return `[${part.map((item) => show(item, inputs)).join(', ')}]`;
  if (typeof part !== 'object') return JSON.stringify(part);
  if ('input' in part) return showInput(inputs[part.input as number] as Input);
  const members = Object.entries(part).map(([key, value]) => `${key}: ${show(value, inputs)}`);
  return `{ ${members.join(', ')} }`;
}

function showInput({ shape, dtype }: Input): string {
  return `${dtype === 'float32' ? '' : `${dtype} `}[${shape.join(', ')}]`;
}
