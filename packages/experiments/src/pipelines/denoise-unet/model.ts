import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  Layer,
  LayerNorm,
  MaxPool2d,
  MultiHeadAttention,
  ReLU,
  Sequential,
} from '@sonograd/nn';
import { concat, foldIn, type RandomKey, type Tensor } from '@sonograd/tensor';

export interface UNetOptions {
  readonly width: number;
  readonly levels: number;
  readonly attentionHeads: number | null;
  readonly key: RandomKey;
}

/** Twice: 3 x 3 filters, batch-norm, ReLU. */
function block(from: number, to: number, key: RandomKey): Layer {
  const filters = (inChannels: number) => new Conv2d(inChannels, to, 3, { padding: 1, key });
  return new Sequential(
    filters(from),
    new BatchNorm2d(to),
    new ReLU(),
    filters(to),
    new BatchNorm2d(to),
    new ReLU(),
  ) as Layer;
}

/**
 * Down a level the picture is half as large and has twice the channels: less of where, more of what. On the way up
 * each level is given what the way down had seen at its size, by a skip connection, so that edges stay where they were.
 */
export class UNet extends Layer {
  readonly down: readonly Layer[];
  readonly attention: BottleneckAttention | undefined;
  readonly up: readonly Layer[];
  readonly join: readonly Layer[];
  readonly out: Conv2d<number, 1, 1>;
  readonly #pool = new MaxPool2d(2);

  constructor({ width, levels, attentionHeads, key }: UNetOptions) {
    super();
    const channels = Array.from({ length: levels }, (_, level) => width * 2 ** level);
    const upper = channels.slice(0, -1);
    const keyOf = (name: string, level: number) => foldIn(key, `${name} ${level}`);
    this.down = channels.map((to, level) => block(channels[level - 1] ?? 1, to, keyOf('down', level)));
    this.attention =
      attentionHeads === null
        ? undefined
        : new BottleneckAttention(channels.at(-1)!, attentionHeads, foldIn(key, 'attention'));
    this.up = upper.map(
      (to, level) => new ConvTranspose2d(2 * to, to, 2, { stride: 2, key: keyOf('up', level) }) as Layer,
    );
    this.join = upper.map((to, level) => block(2 * to, to, keyOf('join', level)));
    this.out = new Conv2d(width, 1, 1, { key: foldIn(key, 'out') });
  }

  /** Pictures [clips, 1, bins, frames] to pictures. */
  protected override run(x: Tensor): Tensor {
    const seen: Tensor[] = [];
    for (const block of this.down) {
      const above = seen.at(-1);
      seen.push(block.forward(above === undefined ? x : this.#pool.forward(above)) as Tensor);
    }
    const lowest = seen.pop()!;
    const bottom = this.attention === undefined ? lowest : (this.attention.forward(lowest) as Tensor);
    const top = seen.reduceRight((below, skip, level) => {
      const raised = this.up[level]!.forward(below) as Tensor;
      return this.join[level]!.forward(concat([raised, skip], 1) as Tensor) as Tensor;
    }, bottom);
    return this.out.forward(top) as Tensor;
  }
}

/** Every place of the smallest picture looks at all others, and adds what it finds to what it is. */
export class BottleneckAttention extends Layer {
  readonly norm: LayerNorm;
  readonly heads: MultiHeadAttention;

  constructor(channels: number, heads: number, key: RandomKey) {
    super();
    this.norm = new LayerNorm(channels);
    this.heads = new MultiHeadAttention(channels, heads, { batchFirst: true, key });
  }

  protected override run(x: Tensor): Tensor {
    const [clips = 0, channels = 0, height = 0, width = 0] = x.shape;
    const places = x.reshape([clips, channels, height * width]).transpose(1, 2) as Tensor;
    const normed = this.norm.forward(places) as Tensor;
    const { output } = this.heads.forward(normed, normed, normed, { needWeights: false });
    return places.add(output).transpose(1, 2).reshape(x.shape) as Tensor;
  }
}
