import {
  foldIn,
  fromArray,
  type RandomKey,
  randomIntegers,
  type SameShape,
  type Tensor,
} from '@sonograd/tensor';
import { Generator } from '../module/generator.ts';
import { layerKey } from '../module/keys.ts';
import { Layer } from '../module/layer.ts';
import { showShape } from '../module/shape.ts';

export interface SpecAugmentOptions {
  /** How many bands of bins are hidden, and the most bins each may have. */
  readonly frequencyMasks?: number;
  readonly frequencyWidth?: number;
  /** How many stretches of frames are hidden, and the most frames each may have. */
  readonly timeMasks?: number;
  readonly timeWidth?: number;
  /** What hidden values become; the mean of their spectrogram unless given. */
  readonly fill?: number;
  readonly key?: RandomKey;
}

/** Hides bands and stretches of spectrograms [..., bins, frames] while training (Park et al., 2019), each its own. */
export class SpecAugment extends Layer<SameShape> {
  readonly generator: Generator;
  readonly options: Omit<SpecAugmentOptions, 'key'>;

  constructor({ key, ...options }: SpecAugmentOptions = {}) {
    super();
    for (const [name, value] of Object.entries(options)) {
      if (name === 'fill' || (Number.isInteger(value) && value >= 0)) continue;
      throw new RangeError(`SpecAugment: ${name} must be a whole number of at least 0, got ${value}`);
    }
    this.options = options;
    this.generator = new Generator(foldIn(layerKey(key), 'specAugment'));
  }

  protected override run(x: Tensor): Tensor {
    if (!this.training) return x;
    if (x.rank < 2)
      throw new RangeError(`SpecAugment: x must be [..., bins, frames], got ${showShape(x.shape)}`);
    const [bins = 0, frames = 0] = x.shape.slice(-2);
    const { frequencyMasks = 2, frequencyWidth = Math.floor(bins / 4) } = this.options;
    const { timeMasks = 2, timeWidth = Math.floor(frames / 8), fill } = this.options;
    const rows = bins * frames > 0 ? x.size / (bins * frames) : 0;
    const key = this.generator.next();
    const inBins = keptPlaces(rows, bins, frequencyMasks, frequencyWidth, foldIn(key, 'frequency'));
    const inFrames = keptPlaces(rows, frames, timeMasks, timeWidth, foldIn(key, 'time'));
    const lead = x.shape.slice(0, -2);
    const kept = fromArray(inBins, [...lead, bins, 1]).mul(
      fromArray(inFrames, [...lead, 1, frames]) as Tensor,
    ) as Tensor;
    const instead = fill ?? (x.detach().mean([-2, -1], { keepDims: true }) as Tensor);
    const hidden = kept.neg().add(1).mul(instead) as Tensor;
    return x.mul(kept).add(hidden) as Tensor;
  }

  override describe(): string {
    return Object.entries(this.options)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  }
}

/** For each row, 1 for what stays and 0 for what is hidden; widths and places are drawn evenly. */
function keptPlaces(rows: number, size: number, masks: number, widest: number, key: RandomKey): Float32Array {
  const kept = new Float32Array(rows * size).fill(1);
  const drawn = new Int32Array(1);
  const below = (limit: number, at: number) => randomIntegers(drawn, key, 0, limit, at)[0] ?? 0;
  for (let mask = 0; mask < rows * masks; mask++) {
    const width = below(Math.min(widest, size) + 1, 2 * mask);
    const start = below(size - width + 1, 2 * mask + 1);
    const row = (mask % rows) * size;
    kept.fill(0, row + start, row + start + width);
  }
  return kept;
}
