import { Conv1d, Dropout, GRU, type Layer, Linear, Module } from '@sonograd/nn';
import { concat, type RandomKey, type Tensor } from '@sonograd/tensor';
import type { NetworkConfig } from './config.ts';

/** Which frames of a stretch are wanted: those around them are there to be seen. */
export interface Part {
  readonly from: number;
  readonly to: number;
  /** What a recurrent network remembers of the frames before `from`. */
  readonly state?: Tensor | undefined;
}

export interface Answer {
  /** [clips, wanted frames, bins] */
  readonly output: Tensor;
  /** What it remembers behind the last wanted frame. */
  readonly state: Tensor | undefined;
}

/** From frames [clips, frames, bins] to as many numbers for each wanted frame. */
export abstract class FrameNetwork extends Module {
  /** So many frames on each side have a say in a frame's output, beside what is remembered. */
  abstract readonly reach: number;

  abstract answer(x: Tensor, part: Part): Answer;

  forward(x: Tensor): Tensor {
    return this.shown(x, this.answer(x, { from: 0, to: x.shape[1] ?? 0 }).output);
  }
}

interface Sizes {
  readonly bins: number;
  readonly dropout: number;
  readonly key: RandomKey;
}

type Kind<Name extends NetworkConfig['kind']> = Extract<NetworkConfig, { kind: Name }>;

export function makeNetwork(config: NetworkConfig, sizes: Sizes): FrameNetwork {
  switch (config.kind) {
    case 'dense':
      return new DenseFrames(config, sizes);
    case 'conv':
      return new ConvFrames(config, sizes);
    case 'gru':
      return new GruFrames(config, sizes);
  }
}

/** One frame and its neighbours at a time, through layers that see all bins. */
class DenseFrames extends FrameNetwork {
  readonly reach: number;
  readonly layers: readonly Linear<number, number>[];
  readonly out: Linear<number, number>;
  readonly dropout: Dropout;

  constructor({ hidden, layers, context }: Kind<'dense'>, { bins, dropout, key }: Sizes) {
    super();
    this.reach = context;
    const seen = (2 * context + 1) * bins;
    this.layers = Array.from(
      { length: layers },
      (_, index) => new Linear(index === 0 ? seen : hidden, hidden, { key }),
    );
    this.out = new Linear(hidden, bins, { key });
    this.dropout = new Dropout(dropout, { key });
  }

  override answer(x: Tensor, part: Part): Answer {
    const last = this.layers.reduce(
      (value, layer) => this.dropout.forward(layer.forward(value).relu() as Tensor),
      besideNeighbours(x, this.reach, part),
    );
    return { output: this.out.forward(last), state: undefined };
  }
}

/** Filters over time; bins are channels. Each layer adds to what the one before it made (He et al., 2016). */
class ConvFrames extends FrameNetwork {
  readonly reach: number;
  readonly layers: readonly Layer[];
  readonly out: Linear<number, number>;
  readonly dropout: Dropout;

  constructor({ hidden, layers }: Kind<'conv'>, { bins, dropout, key }: Sizes) {
    super();
    this.reach = 2 ** layers - 1;
    this.layers = Array.from({ length: layers }, (_, index) => {
      const dilation = 2 ** index;
      return new Conv1d(index === 0 ? bins : hidden, hidden, 3, { padding: dilation, dilation, key });
    });
    this.out = new Linear(hidden, bins, { key });
    this.dropout = new Dropout(dropout, { key });
  }

  override answer(x: Tensor, { from, to }: Part): Answer {
    const [first, ...others] = this.layers as [Layer, ...Layer[]];
    const entered = first.forward(x.transpose(1, 2) as Tensor) as Tensor;
    const last = others.reduce(
      (value, layer) => value.add(layer.forward(this.dropout.forward(value.relu() as Tensor))) as Tensor,
      entered,
    );
    const wanted = last.relu().slice(2, from, to).transpose(1, 2) as Tensor;
    return { output: this.out.forward(this.dropout.forward(wanted)), state: undefined };
  }
}

/**
 * Memory walks through time once, forwards, some frames ahead of the one that is answered: what is remembered at that
 * moment, beside the frame itself and its neighbours, decides the answer. It can go on where it stopped.
 */
class GruFrames extends FrameNetwork {
  readonly reach: number;
  readonly gru: GRU;
  readonly hidden: Linear<number, number>;
  readonly out: Linear<number, number>;
  readonly dropout: Dropout;
  private readonly context: number;
  private readonly ahead: number;

  constructor({ hidden, layers, context, ahead }: Kind<'gru'>, { bins, dropout, key }: Sizes) {
    super();
    this.context = context;
    this.ahead = ahead;
    this.reach = Math.max(context, ahead);
    this.gru = new GRU(bins, hidden, { numLayers: layers, batchFirst: true, dropout, key });
    this.hidden = new Linear(hidden + (2 * context + 1) * bins, hidden, { key });
    this.out = new Linear(hidden, bins, { key });
    this.dropout = new Dropout(dropout, { key });
  }

  override answer(x: Tensor, { from, to, state }: Part): Answer {
    const { ahead, dropout } = this;
    // Who begins must first hear what lies between the first frame and the one that is listened to.
    const start = state === undefined ? from : from + ahead;
    const none = [0, 0] as const;
    const heard = x.pad([none, [0, ahead], none]).slice(1, start, to + ahead) as Tensor;
    const { output, hidden } = this.gru.forward(heard, state === undefined ? {} : { state });
    const remembered = (output as Tensor).slice(1, from + ahead - start, to + ahead - start) as Tensor;
    const both = concat([dropout.forward(remembered), besideNeighbours(x, this.context, { from, to })], 2);
    const last = dropout.forward(this.hidden.forward(both as Tensor).relu() as Tensor);
    return { output: this.out.forward(last), state: hidden as Tensor };
  }
}

/** Each wanted frame with its neighbours in one row; beyond the ends lies what is usual, zero. */
export function besideNeighbours(x: Tensor, context: number, { from, to }: Part): Tensor {
  if (context === 0) return x.slice(1, from, to) as Tensor;
  const none = [0, 0] as const;
  const widened = x.pad([none, [context, context], none]) as Tensor;
  const shifts = Array.from({ length: 2 * context + 1 }, (_, shift) => shift);
  return concat(
    shifts.map((shift) => widened.slice(1, from + shift, to + shift) as Tensor),
    2,
  ) as Tensor;
}
