import { BatchNorm1d, Conv1d, ConvTranspose1d, Layer, ReLU, Sequential } from '@sonograd/nn';
import { concat, foldIn, type RandomKey, type Tensor } from '@sonograd/tensor';

export interface WaveUNetOptions {
  readonly width: number;
  readonly levels: number;
  readonly key: RandomKey;
}

/** Samples a filter sees on the way down, and on the way up. */
const [longKernel, shortKernel] = [15, 5];

function filters(from: number, to: number, kernel: number, stride: number, key: RandomKey): Layer {
  return new Sequential(
    new Conv1d(from, to, kernel, { stride, padding: (kernel - 1) / 2, key }),
    new BatchNorm1d(to),
    new ReLU(),
  ) as Layer;
}

/**
 * The same U on the sound itself (after Stoller, Ewert and Dixon, Wave-U-Net, 2018): each level down has half the
 * samples and `width` channels more; on the way up it is joined by what the way down had seen, at last by the sound.
 */
export class WaveUNet extends Layer {
  readonly down: readonly Layer[];
  readonly up: readonly Layer[];
  readonly join: readonly Layer[];
  readonly out: Conv1d<number, 1, 1>;

  constructor({ width, levels, key }: WaveUNetOptions) {
    super();
    const channels = [1, ...Array.from({ length: levels }, (_, level) => width * (level + 1))];
    const upper = channels.slice(0, -1);
    const keyOf = (name: string, level: number) => foldIn(key, `${name} ${level}`);
    const made = (level: number) => Math.max(width, channels[level]!);
    this.down = upper.map((from, level) =>
      filters(from, channels[level + 1]!, longKernel, 2, keyOf('down', level)),
    );
    this.up = upper.map((_, level) => {
      const below = level === levels - 1 ? channels[levels]! : made(level + 1);
      const options = { stride: 2, padding: 1, key: keyOf('up', level) };
      return new ConvTranspose1d(below, made(level), 4, options) as Layer;
    });
    this.join = upper.map((skip, level) =>
      filters(made(level) + skip, made(level), shortKernel, 1, keyOf('join', level)),
    );
    this.out = new Conv1d(width, 1, 1, { key: foldIn(key, 'out') });
  }

  /** Sounds [clips, 1, samples] to sounds; samples must halve as often as there are levels. */
  protected override run(x: Tensor): Tensor {
    const seen: Tensor[] = [x];
    for (const block of this.down) seen.push(block.forward(seen.at(-1)!) as Tensor);
    const lowest = seen.pop()!;
    const top = seen.reduceRight((below, skip, level) => {
      const raised = this.up[level]!.forward(below) as Tensor;
      return this.join[level]!.forward(concat([raised, skip], 1) as Tensor) as Tensor;
    }, lowest);
    return this.out.forward(top) as Tensor;
  }
}
