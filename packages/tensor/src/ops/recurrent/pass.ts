import type { AnyTensor } from '../../tensor.ts';
import type { Cell } from './cells.ts';
import type { RecurrentSizes } from './sizes.ts';

/** One run of a layer: what is run, and on what. */
export interface Pass {
  readonly cell: Cell;
  readonly sizes: RecurrentSizes;
  readonly reverse: boolean;
  readonly given: RecurrentInputs;
}

/** Without a memory the hidden state stands in its place, and is not touched as such. */
export interface RecurrentInputs {
  readonly x: AnyTensor;
  readonly weightIh: AnyTensor;
  readonly weightHh: AnyTensor;
  readonly biasIh: AnyTensor;
  readonly biasHh: AnyTensor;
  readonly lengths: AnyTensor;
  readonly hidden: AnyTensor;
  readonly memory: AnyTensor;
}

/** What a layer shows. */
export interface Shown {
  /** The hidden states of all steps, [batch, steps, units]. */
  readonly output: AnyTensor;
  /** The last ones, [batch, units]; while the layer runs, the present ones. */
  readonly hidden: AnyTensor;
  readonly memory: AnyTensor;
}

/** What it saves for the way back. */
export interface Saved {
  /** [batch, steps, width]. */
  readonly gates: AnyTensor;
  /** Hidden states before each step, [batch, steps, units]. */
  readonly before: AnyTensor;
  /** `aside` of the cell, [batch, steps, units]. */
  readonly aside: AnyTensor;
}

export interface RecurrentGradients {
  /** Left out where nobody asks for it: it is as much work as the gradient of the weights. */
  readonly x: AnyTensor | undefined;
  readonly weightIh: AnyTensor;
  readonly weightHh: AnyTensor;
  readonly biasIh: AnyTensor;
  readonly biasHh: AnyTensor;
  /** While the pass runs, the gradients of the present states. */
  readonly hidden: AnyTensor;
  readonly memory: AnyTensor;
}
