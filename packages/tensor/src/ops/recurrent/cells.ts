import type { Algebra } from '../../elementwise/algebra.ts';

/** An algebra that can also compute a value once, for several uses. */
export interface CellAlgebra<T> extends Algebra<T> {
  once(value: T): T;
}

/** What one unit of a cell makes of one step. */
export interface Stepped<T> {
  readonly hidden: T;
  /** The second state, of cells that have one. */
  readonly memory?: T;
  /** The gates, kept for the way back. */
  readonly gates: readonly T[];
  /** One further number that the way back needs. */
  readonly aside?: T;
}

/** The gradients of a step's pre-activations and of the states before it. */
export interface SteppedBack<T> {
  readonly fromInput: readonly T[];
  readonly fromHidden: readonly T[];
  /** Of the hidden state before, beside what flows through the pre-activations. */
  readonly hidden: T | number;
  readonly memory?: T;
}

/** What is known on the way back. */
export interface StepRecord<T> {
  readonly gates: readonly T[];
  readonly aside: T;
  readonly hiddenBefore: T;
}

/**
 * The formulas of a recurrent cell, for one unit: numbers make the reference, SIMD lanes the kernels, tensors the
 * gradients of gradients. Pre-activations come in two parts, x·Wᵀ + b and h·Uᵀ + c, with the gates in PyTorch's order.
 */
export interface Cell {
  readonly name: string;
  readonly gates: number;
  /** Whether a second state runs along (the memory of an LSTM). */
  readonly hasMemory: boolean;
  /** Whether the way back needs `aside`. */
  readonly hasAside: boolean;
  /** Whether both parts of the pre-activations have gradients of their own. */
  readonly splitsGradients: boolean;
  step<T>(
    m: CellAlgebra<T>,
    fromInput: readonly T[],
    fromHidden: readonly T[],
    hidden: T,
    memory: T,
  ): Stepped<T>;
  back<T>(m: CellAlgebra<T>, record: StepRecord<T>, dHidden: T, dMemory: T): SteppedBack<T>;
}

/** Hochreiter and Schmidhuber 1997, with the forget gate of Gers 2000; gates: input, forget, candidate, output. */
export const lstmCell: Cell = {
  name: 'lstm',
  gates: 4,
  hasMemory: true,
  hasAside: true,
  splitsGradients: false,
  step(m, fromInput, fromHidden, _, memory) {
    const [a, b, c, d] = fromInput.map((value, gate) => m.add(value, fromHidden[gate]!));
    const gates = [m.sigmoid(a!), m.sigmoid(b!), m.tanh(c!), m.sigmoid(d!)].map(m.once);
    const [input, forget, candidate, output] = gates;
    const next = m.once(m.add(m.mul(forget!, memory), m.mul(input!, candidate!)));
    return { hidden: m.mul(output!, m.tanh(next)), memory: next, gates, aside: memory };
  },
  back(m, { gates: [input, forget, candidate, output], aside: before }, dHidden, dMemory) {
    const squashed = m.once(m.tanh(m.add(m.mul(forget!, before), m.mul(input!, candidate!))));
    const intoMemory = m.mul(m.mul(dHidden, output!), m.sub(1, m.mul(squashed, squashed)));
    const dNext = m.once(m.add(dMemory, intoMemory));
    const gradients = [
      m.mul(m.mul(dNext, candidate!), sigmoidSlope(m, input!)),
      m.mul(m.mul(dNext, before), sigmoidSlope(m, forget!)),
      m.mul(m.mul(dNext, input!), tanhSlope(m, candidate!)),
      m.mul(m.mul(dHidden, squashed), sigmoidSlope(m, output!)),
    ].map(m.once);
    return { fromInput: gradients, fromHidden: gradients, hidden: 0, memory: m.mul(dNext, forget!) };
  },
};

/** Cho et al. 2014 as PyTorch has it: the reset gate acts on h·Uᵀ + c. Gates: reset, update, candidate. */
export const gruCell: Cell = {
  name: 'gru',
  gates: 3,
  hasMemory: false,
  hasAside: true,
  splitsGradients: true,
  step(m, [a, b, c], [d, e, f], hidden) {
    const reset = m.once(m.sigmoid(m.add(a!, d!)));
    const update = m.once(m.sigmoid(m.add(b!, e!)));
    const candidate = m.once(m.tanh(m.add(c!, m.mul(reset, f!))));
    const next = m.add(candidate, m.mul(update, m.sub(hidden, candidate)));
    return { hidden: next, gates: [reset, update, candidate], aside: f! };
  },
  back(m, { gates: [reset, update, candidate], aside: recalled, hiddenBefore }, dHidden) {
    const dCandidate = m.once(m.mul(m.mul(dHidden, m.sub(1, update!)), tanhSlope(m, candidate!)));
    const intoUpdate = m.mul(dHidden, m.sub(hiddenBefore, candidate!));
    const dUpdate = m.once(m.mul(intoUpdate, sigmoidSlope(m, update!)));
    const dReset = m.once(m.mul(m.mul(dCandidate, recalled), sigmoidSlope(m, reset!)));
    return {
      fromInput: [dReset, dUpdate, dCandidate],
      fromHidden: [dReset, dUpdate, m.mul(dCandidate, reset!)],
      hidden: m.mul(dHidden, update!),
    };
  },
};

/** Elman 1990. */
export const tanhCell: Cell = plainCell('rnnTanh', {
  value: (m, x) => m.tanh(x),
  slope: (m, y) => tanhSlope(m, y),
});

export const reluCell: Cell = plainCell('rnnRelu', {
  value: (m, x) => m.max(x, 0),
  slope: (m, y) => m.step(y),
});

interface Activation {
  value<T>(m: Algebra<T>, x: T): T;
  /** From the value. */
  slope<T>(m: Algebra<T>, y: T): T;
}

function plainCell(name: string, { value, slope }: Activation): Cell {
  return {
    name,
    gates: 1,
    hasMemory: false,
    hasAside: false,
    splitsGradients: false,
    step(m, [a], [b]) {
      const hidden = m.once(value(m, m.add(a!, b!)));
      return { hidden, gates: [hidden] };
    },
    back(m, { gates: [hidden] }, dHidden) {
      const gradients = [m.once(m.mul(dHidden, slope(m, hidden!)))];
      return { fromInput: gradients, fromHidden: gradients, hidden: 0 };
    },
  };
}

function sigmoidSlope<T>(m: Algebra<T>, y: T): T {
  return m.mul(y, m.sub(1, y));
}

function tanhSlope<T>(m: Algebra<T>, y: T): T {
  return m.sub(1, m.mul(y, y));
}
