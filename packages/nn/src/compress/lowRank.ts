import { noGrad, svd, type Tensor } from '@sonograd/tensor';
import { table } from '../inspect/table.ts';
import { Linear } from '../layers/linear.ts';
import { LowRankLinear } from '../layers/lowRankLinear.ts';
import type { Module } from '../module/module.ts';
import { replaceModules } from '../module/replace.ts';

export interface LowRankOptions {
  /** The rank of every layer; or, instead, the share of the squared singular values that is kept. */
  readonly rank?: number;
  readonly energy?: number;
  /** Which layers; all linear ones unless given. */
  readonly layers?: (name: string, layer: Linear<number, number>) => boolean;
}

export interface CompressedLayer {
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly rank: number;
  /** Whether the layer was replaced: a rank that saves nothing leaves it as it is. */
  readonly replaced: boolean;
  /** The same as the products for each row of the input, biases apart. */
  readonly weightsBefore: number;
  readonly weightsAfter: number;
  /** The size of what the weight lost, as a share of its own (Frobenius). */
  readonly error: number;
}

export interface CompressionReport {
  readonly layers: readonly CompressedLayer[];
  readonly parametersBefore: number;
  readonly parametersAfter: number;
  toString(): string;
}

/**
 * Replaces the linear layers of a trained model by products of two thin matrices, the nearest of their rank (Eckart
 * and Young, 1936). The model is changed in place; a few more epochs win back most of what it lost.
 */
export function compressLowRank(model: Module, options: LowRankOptions): CompressionReport {
  const { rank, energy, layers = () => true } = options;
  if ((rank === undefined) === (energy === undefined)) {
    throw new TypeError(`compressLowRank: needs either rank or energy, got rank=${rank} energy=${energy}`);
  }
  if (energy !== undefined && !(energy > 0 && energy <= 1)) {
    throw new RangeError(`compressLowRank: energy must lie in (0, 1], got ${energy}`);
  }
  const parametersBefore = countParameters(model);
  const report: CompressedLayer[] = [];
  replaceModules(model, (name, module) => {
    if (!(module instanceof Linear) || !layers(name, module)) return undefined;
    const [entry, layer] = compressed(name, module, options);
    report.push(entry);
    return layer;
  });
  const parametersAfter = countParameters(model);
  return {
    layers: report,
    parametersBefore,
    parametersAfter,
    toString: () => print(report, parametersBefore, parametersAfter),
  };
}

function compressed(
  name: string,
  layer: Linear<number, number>,
  { rank, energy = 1 }: LowRankOptions,
): readonly [CompressedLayer, Module | undefined] {
  const { inFeatures, outFeatures } = layer;
  const { u, s, v } = noGrad(() => svd(layer.weight));
  const squares = Array.from(s.data, (value) => value ** 2);
  const whole = squares.reduce((sum, square) => sum + square, 0);
  const kept = Math.min(rank ?? rankForEnergy(squares, energy * whole), squares.length);
  const lost = squares.slice(kept).reduce((sum, square) => sum + square, 0);
  const weightsAfter = kept * (inFeatures + outFeatures);
  const weightsBefore = inFeatures * outFeatures;
  const replaced = weightsAfter < weightsBefore;
  const entry = {
    name,
    inFeatures,
    outFeatures,
    rank: kept,
    replaced,
    weightsBefore,
    weightsAfter: replaced ? weightsAfter : weightsBefore,
    error: replaced && whole > 0 ? Math.sqrt(lost / whole) : 0,
  };
  return [entry, replaced ? factored(layer, u, s, v, kept) : undefined];
}

/** The fewest singular values whose squares come to the wanted sum. */
function rankForEnergy(squares: readonly number[], wanted: number): number {
  let [sum, rank] = [0, 0];
  // Rounding must not ask for a value more than there are.
  while (rank < squares.length && (rank === 0 || sum < wanted * (1 - 1e-9))) {
    sum += squares[rank] ?? 0;
    rank += 1;
  }
  return rank;
}

/** Both factors get the root of each singular value, so that neither learns faster than the other. */
function factored(
  { inFeatures, outFeatures, bias }: Linear<number, number>,
  u: Tensor,
  s: Tensor,
  v: Tensor,
  rank: number,
): LowRankLinear<number, number> {
  const layer = new LowRankLinear(inFeatures, outFeatures, rank, { bias: bias !== undefined });
  noGrad(() => {
    const roots = s.slice(0, 0, rank).sqrt() as Tensor;
    layer.up.assign(u.slice(1, 0, rank).mul(roots) as Tensor);
    layer.down.assign(v.slice(1, 0, rank).mul(roots).transpose(0, 1) as Tensor);
    if (bias !== undefined) layer.bias?.assign(bias);
  });
  return layer;
}

function countParameters(model: Module): number {
  return model.parameters().reduce((sum, { size }) => sum + size, 0);
}

function print(layers: readonly CompressedLayer[], before: number, after: number): string {
  const head = ['layer', 'weight', 'rank', 'multiply-adds before', 'after', 'error'];
  const rows = layers.map((layer) => [
    layer.name,
    `${layer.inFeatures} -> ${layer.outFeatures}`,
    layer.replaced ? layer.rank : '-',
    layer.weightsBefore,
    layer.weightsAfter,
    layer.error,
  ]);
  return `${table(head, rows)}\nparameters: ${before} -> ${after}, ${(before / after).toFixed(2)} times fewer`;
}
