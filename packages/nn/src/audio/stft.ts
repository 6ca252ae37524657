import { makeWindow, type WindowShape } from '@sonograd/dsp';
import { fromArray, keep, type Tensor } from '@sonograd/tensor';
import { Module } from '../module/module.ts';
import { showShape } from '../module/shape.ts';
import { binsOf, inverseRealFourier, realFourier, type Spectra } from './fourier.ts';
import { cutFrames, type Framing, framingOf, overlapAdd, type PadMode, signalRows } from './frames.ts';

export interface StftOptions {
  readonly nFft: number;
  /** Samples from one frame to the next; a quarter of `nFft` unless given. */
  readonly hopLength?: number;
  /** A shorter window stands in the middle of its frame. */
  readonly winLength?: number;
  readonly window?: WindowShape;
  /** Frames are centred on their sample, so that the first reaches half its length before the signal. */
  readonly center?: boolean;
  /** What stands beyond the ends; the signal mirrored, as in PyTorch, unless given. */
  readonly padMode?: PadMode;
}

/** What both directions share: sizes and the window. */
abstract class ShortTimeFourier extends Module {
  readonly nFft: number;
  readonly hopLength: number;
  protected readonly padding: number;
  protected readonly padMode: PadMode;
  /** The window in its frame; a table, so no part of the state. */
  readonly #window: Float32Array;
  #table: Tensor | undefined;

  constructor({ nFft, hopLength, winLength = nFft, window = 'hann', center = true, padMode }: StftOptions) {
    super();
    const hop = hopLength ?? Math.floor(nFft / 4);
    if (![nFft, hop, winLength].every((size) => Number.isInteger(size) && size >= 1) || winLength > nFft) {
      throw new RangeError(
        `${this.constructor.name}: sizes must be whole numbers with winLength up to nFft, ` +
          `got nFft=${nFft} hopLength=${hop} winLength=${winLength}`,
      );
    }
    this.nFft = nFft;
    this.hopLength = hop;
    this.padding = center ? Math.floor(nFft / 2) : 0;
    this.padMode = padMode ?? 'reflect';
    this.#window = new Float32Array(nFft);
    this.#window.set(makeWindow(window, winLength), Math.floor((nFft - winLength) / 2));
  }

  protected get window(): Float32Array {
    return this.#window;
  }

  protected get windowTensor(): Tensor {
    this.#table ??= keep(fromArray(this.#window, [this.nFft]) as Tensor);
    return this.#table;
  }

  /** Where frames lie on a signal of the given length. */
  protected placed(length: number, padMode: PadMode): Omit<Framing, 'count'> {
    return { length, size: this.nFft, hopLength: this.hopLength, padding: this.padding, padMode };
  }

  override describe(): string {
    return `nFft ${this.nFft}, hop ${this.hopLength}`;
  }
}

/** Signals [..., samples] to the bins of each frame, real and imaginary parts [..., nFft / 2 + 1, frames]. */
export class Stft extends ShortTimeFourier {
  forward(x: Tensor): Spectra {
    const rows = signalRows('Stft', x);
    const frames = cutFrames(rows, framingOf(this.placed(rows.shape[1] ?? 0, this.padMode)));
    const { real, imaginary } = realFourier(frames.mul(this.windowTensor) as Tensor);
    const lead = x.shape.slice(0, -1);
    const asColumns = (part: Tensor) => {
      const columns = part.transpose(1, 2) as Tensor;
      return columns.reshape([...lead, ...columns.shape.slice(1)]) as Tensor;
    };
    return this.shown(x, { real: asColumns(real), imaginary: asColumns(imaginary) });
  }
}

export interface IstftCall {
  /** Samples of the result; as many as the frames cover for certain unless given. */
  readonly length?: number;
}

/**
 * The signal whose frames lie nearest to the given ones: windowed again, added up where they overlap, and divided by
 * the summed squares of the window (Griffin and Lim, 1984).
 */
export class Istft extends ShortTimeFourier {
  forward(real: Tensor, imaginary: Tensor, { length }: IstftCall = {}): Tensor {
    const [bins, count] = this.requireBins(real, imaginary);
    const asRows = (part: Tensor) => part.reshape([-1, bins, count]).transpose(1, 2) as Tensor;
    const frames = inverseRealFourier({ real: asRows(real), imaginary: asRows(imaginary) }, this.nFft);
    const covered = (count - 1) * this.hopLength + this.nFft - 2 * this.padding;
    const framing = { ...this.placed(length ?? covered, 'constant'), count };
    const summed = overlapAdd(frames.mul(this.windowTensor) as Tensor, framing);
    const signal = summed.mul(this.inverseWeight(framing)) as Tensor;
    return this.shown(
      [real, imaginary],
      signal.reshape([...real.shape.slice(0, -2), framing.length]) as Tensor,
    );
  }

  /** One over the summed squares of the windows over each sample; 1 where they come to nothing. */
  private inverseWeight({ count, length, hopLength, padding, size }: Framing): Tensor {
    const total = new Float64Array(length);
    for (let frame = 0; frame < count; frame++) {
      const start = frame * hopLength - padding;
      for (let i = Math.max(0, -start); i < size && start + i < length; i++) {
        total[start + i] = (total[start + i] as number) + (this.window[i] as number) ** 2;
      }
    }
    const inverse = Float32Array.from(total, (sum) => (sum > 1e-11 ? 1 / sum : 1));
    return fromArray(inverse, [length]) as Tensor;
  }

  private requireBins(real: Tensor, imaginary: Tensor): readonly [bins: number, frames: number] {
    const bins = binsOf(this.nFft);
    const [first, second] = [showShape(real.shape), showShape(imaginary.shape)];
    if (real.rank >= 2 && first === second && real.shape.at(-2) === bins)
      return [bins, real.shape.at(-1) ?? 0];
    throw new RangeError(`Istft: both parts must be [..., ${bins}, frames], got ${first} and ${second}`);
  }
}
