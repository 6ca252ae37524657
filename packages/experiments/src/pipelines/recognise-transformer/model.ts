import {
  BatchNorm1d,
  type Layer,
  LearnedPositions,
  Linear,
  parameter,
  SinusoidalPositions,
  TransformerEncoder,
} from '@sonograd/nn';
import { concat, fillNormal, foldIn, fromArray, type RandomKey, type Tensor } from '@sonograd/tensor';
import { InputError } from '../../inputError.ts';
import { Recogniser, type RecogniserOptions } from '../shared/recogniser.ts';
import type { RecogniseTransformerConfig } from './config.ts';

type ModelConfig = RecogniseTransformerConfig['model'];
export type TransformerOptions = RecogniserOptions & ModelConfig;

/** Cuts a clip into tokens, and lets every token look at all others for what it needs to know. */
export class TransformerRecogniser extends Recogniser {
  readonly embed: Linear<number, number>;
  readonly norm: BatchNorm1d;
  readonly classToken: Tensor | undefined;
  readonly positions: Layer | undefined;
  readonly encoder: TransformerEncoder;
  private readonly patch: Patch;

  constructor({ bins, frames, width, key, ...options }: TransformerOptions) {
    super(bins, frames, { width, dropout: options.dropout, key });
    const { heads, layers, feedforward, dropout, normFirst, pooling } = options;
    if (width % heads !== 0) {
      throw new InputError(`config: model.heads must divide model.width, ${heads} and ${width}`);
    }
    this.patch = patchOf(options.patch, bins, frames);
    this.embed = new Linear(this.patch.bins * this.patch.frames, width, { key });
    this.norm = new BatchNorm1d(width);
    this.classToken = pooling === 'class-token' ? parameter(tokenOf(width, key)) : undefined;
    const tokens = this.patch.rows * this.patch.columns + (this.classToken === undefined ? 0 : 1);
    this.positions = positionsOf(options.positions, tokens, width, key);
    this.encoder = new TransformerEncoder({
      layer: {
        ...{ dModel: width, nhead: heads, dimFeedforward: feedforward, dropout, normFirst },
        ...{ batchFirst: true, activation: 'gelu' },
      },
      ...{ numLayers: layers, norm: width, key },
    });
  }

  protected override hear(x: Tensor): Tensor {
    const tokens = this.tokensOf(x);
    const placed = this.positions === undefined ? tokens : (this.positions.forward(tokens) as Tensor);
    const seen = this.encoder.forward(placed) as Tensor;
    if (this.classToken === undefined) return seen.mean(1) as Tensor;
    return (seen.slice(1, 0, 1) as Tensor).squeeze(1) as Tensor;
  }

  /** [clips, bins, frames] to [clips, tokens, width]. */
  private tokensOf(x: Tensor): Tensor {
    const clips = x.shape[0] ?? 0;
    const embedded = this.embed.forward(flatPatches(x, this.patch)) as Tensor;
    const width = embedded.shape[1] ?? 0;
    const tokens = (this.norm.forward(embedded) as Tensor).reshape([clips, -1, width]) as Tensor;
    if (this.classToken === undefined) return tokens;
    return concat([this.classToken.expand([clips, 1, width]) as Tensor, tokens], 1) as Tensor;
  }
}

interface Patch {
  readonly bins: number;
  readonly frames: number;
  readonly rows: number;
  readonly columns: number;
}

function patchOf({ bins, frames }: ModelConfig['patch'], allBins: number, allFrames: number): Patch {
  const height = bins ?? allBins;
  if (allBins % height !== 0 || allFrames % frames !== 0) {
    const sizes = `${height} x ${frames} of ${allBins} x ${allFrames}`;
    throw new InputError(`config: model.patch must divide bins and frames of a clip, ${sizes}`);
  }
  return { bins: height, frames, rows: allBins / height, columns: allFrames / frames };
}

/** [clips, bins, frames] to [clips × patches, bins × frames of a patch], in the order of time. */
export function flatPatches(x: Tensor, { bins, frames, rows, columns }: Patch): Tensor {
  const clips = x.shape[0] ?? 0;
  const cut = x.reshape([clips, rows, bins, columns, frames]).permute([0, 3, 1, 2, 4]) as Tensor;
  return cut.reshape([clips * rows * columns, bins * frames]) as Tensor;
}

function tokenOf(width: number, key: RandomKey): Tensor {
  const values = fillNormal(new Float32Array(width), foldIn(key, 'class token'), 0, 0.02);
  return fromArray(values, [1, 1, width]) as Tensor;
}

function positionsOf(
  kind: ModelConfig['positions'],
  tokens: number,
  width: number,
  key: RandomKey,
): Layer | undefined {
  if (kind === 'none') return undefined;
  return (
    kind === 'learned' ? new LearnedPositions(tokens, width, { key }) : new SinusoidalPositions(width)
  ) as Layer;
}
