import * as sono from '@sonograd/tensor';
import { type AnyTensor, methods, type Tensor } from '@sonograd/tensor';
import type { Settings } from '../case.ts';

type OwnOp = (inputs: readonly AnyTensor[], settings: Settings) => Tensor;

/** How each op of the cases is written with our library; elementwise ones are methods of the same name. */
const table: Record<string, OwnOp> = {
  linear: ([x, weight, bias]) => sono.linear(float(x), float(weight), float(bias)),
  matmul: ([a, b], { transposeB }) =>
    float(a).matmul(transposeB === true ? float(b).transpose(-1, -2) : float(b)) as Tensor,
  sum: ([x], settings) => float(x).sum(axesOf(settings)) as Tensor,
  mean: ([x], settings) => float(x).mean(axesOf(settings)) as Tensor,
  max: ([x], settings) => float(x).max(axesOf(settings)) as Tensor,
  variance: ([x], settings) => float(x).variance(axesOf(settings)) as Tensor,
  argmax: ([x]) => float(x).argmax(-1) as AnyTensor as Tensor,
  cumsum: ([x]) => float(x).cumsum(-1) as Tensor,
  softmax: ([x]) => float(x).softmax(-1) as Tensor,
  logSoftmax: ([x]) => float(x).logSoftmax(-1) as Tensor,
  permute: ([x], { axes }) => float(x).permute(axes as number[]) as Tensor,
  concat: (inputs, { axis }) => sono.concat(inputs as Tensor[], axis as number) as Tensor,
  slice: ([x], { axis, start, end }) =>
    float(x).slice(axis as number, start as number, end as number) as Tensor,
  indexSelect: ([x, index]) => float(x).indexSelect(0, index as never) as Tensor,
  rand: (_, { shape }) => sono.rand(shape as number[], { key: drawKey }) as Tensor,
  randn: (_, { shape }) => sono.randn(shape as number[], { key: drawKey }) as Tensor,
  conv2d: ([x, filters], settings) => sono.conv2d(float(x), float(filters), undefined, settings) as Tensor,
  conv1d: ([x, filters], settings) => sono.conv1d(float(x), float(filters), undefined, settings) as Tensor,
  convTranspose2d: ([x, filters], settings) =>
    sono.convTranspose2d(float(x), float(filters), undefined, settings) as Tensor,
  maxPool2d: ([x], { kernel }) => sono.maxPool2d(float(x), kernel as number) as Tensor,
  avgPool2d: ([x], { kernel }) => sono.avgPool2d(float(x), kernel as number) as Tensor,
  resize: ([x], { size, mode }) =>
    sono.resize(float(x), size as [number, number], { mode: mode as 'bilinear' }) as Tensor,
  batchNorm: ([x, weight, bias]) =>
    sono.batchNorm(float(x), { training: true, weight: float(weight), bias: float(bias) }),
  layerNorm: ([x, weight, bias]) => sono.layerNorm(float(x), weight!.shape, float(weight), float(bias)),
  attention: ([query, key, value]) =>
    sono.scaledDotProductAttention(float(query), float(key), float(value)) as Tensor,
  crossEntropy: ([logits, labels]) => sono.crossEntropy(float(logits), labels as never) as Tensor,
  dropout: ([x]) => sono.dropout(float(x), 0.2, drawKey) as Tensor,
  lstm: ([x, ...weights]) => sono.lstm(float(x), recurrent(weights)).output as Tensor,
  gru: ([x, ...weights]) => sono.gru(float(x), recurrent(weights)).output as Tensor,
};

const drawKey = sono.randomKey(7);

export function ownOp(name: string): OwnOp {
  const special = table[name];
  if (special !== undefined) return special;
  const method = (methods as unknown as Record<string, ((...operands: AnyTensor[]) => Tensor) | undefined>)[
    name
  ];
  if (method === undefined) throw new RangeError(`bench: there is no op of this name, ${name}`);
  return ([first, ...rest]) => method.apply(first, rest);
}

function float(input: AnyTensor | undefined): Tensor {
  return input as Tensor;
}

function axesOf({ axis }: Settings): number | undefined {
  return axis as number | undefined;
}

function recurrent([weightIh, weightHh, biasIh, biasHh]: readonly AnyTensor[]): sono.RecurrentWeights {
  return {
    weightIh: float(weightIh),
    weightHh: float(weightHh),
    biasIh: float(biasIh),
    biasHh: float(biasHh),
  };
}
