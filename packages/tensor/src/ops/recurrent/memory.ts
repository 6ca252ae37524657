/** The inputs of a recurrent layer by name: tensors for the reference, and for the kernels as well. */
export interface RecurrentInputs<T> {
  readonly x: T;
  readonly weightIh: T;
  readonly weightHh: T;
  readonly biasIh: T;
  readonly biasHh: T;
  readonly lengths: T;
  readonly hidden: T;
  readonly memory: T;
}

export interface RecurrentOutputs<T> {
  /** The hidden states of all steps, [batch, steps, units]. */
  readonly output: T;
  /** The last ones, [batch, units]; while the layer runs, the present ones. */
  readonly hidden: T;
  readonly memory: T;
  /** Saved for the way back: gates [batch, steps, width], hidden states before each step, `aside` of the cell. */
  readonly gates: T;
  readonly before: T;
  readonly aside: T;
}

export interface RecurrentGradients<T> {
  /** Left out where nobody asks for it: it is as much work as the other products together. */
  readonly x: T | undefined;
  readonly weightIh: T;
  readonly weightHh: T;
  readonly biasIh: T;
  readonly biasHh: T;
  /** While the pass runs, the gradients of the present states. */
  readonly hidden: T;
  readonly memory: T;
}
