import type { OutputSpec } from '../../autograd/op.ts';
import { showShape } from '../../shape/shape.ts';
import type { Shape } from '../../types/shape.ts';
import type { Cell } from './cells.ts';

/** x is [batch, steps, features]; each state has `units` numbers a row. */
export interface RecurrentSizes {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  /** Rows of the weights: `units` for each gate. */
  readonly width: number;
}

/** Where the inputs of a recurrent op stand in its list. */
export const at = {
  x: 0,
  weightIh: 1,
  weightHh: 2,
  biasIh: 3,
  biasHh: 4,
  lengths: 5,
  hidden: 6,
  memory: 7,
} as const;

export function sizesOf(cell: Cell, inputs: readonly { readonly shape: Shape }[]): RecurrentSizes {
  const [x, weightHh] = [inputs[at.x]!.shape, inputs[at.weightHh]!.shape];
  const [batch, steps, features] = x as [number, number, number];
  const units = weightHh[1]!;
  return { batch, steps, features, units, width: cell.gates * units };
}

/** The rules for the inputs; checked against what x and the recurrent weights say. */
export function checkInputs(op: string, cell: Cell, inputs: readonly OutputSpec[]): void {
  const shapes = inputs.map(({ shape }) => shape);
  const [x, weightHh] = [shapes[at.x]!, shapes[at.weightHh]!];
  if (x.length !== 3) {
    throw new RangeError(`${op}: x must be [batch, steps, features], got ${showShape(x)}`);
  }
  if (weightHh.length !== 2 || weightHh[0] !== cell.gates * weightHh[1]!) {
    const rule = cell.gates === 1 ? '[units, units]' : `[${cell.gates} units, units]`;
    throw new RangeError(`${op}: weightHh must be ${rule}, got ${showShape(weightHh)}`);
  }
  const { batch, features, units, width } = sizesOf(cell, inputs);
  const rules: [keyof typeof at, Shape][] = [
    ['weightIh', [width, features]],
    ['biasIh', [width]],
    ['biasHh', [width]],
    ['lengths', [batch]],
    ['hidden', [batch, units]],
  ];
  if (cell.hasMemory) rules.push(['memory', [batch, units]]);
  for (const [name, expected] of rules) {
    const [given, wanted] = [showShape(shapes[at[name]]!), showShape(expected)];
    if (given === wanted) continue;
    throw new RangeError(
      `${op}: ${name === 'memory' ? 'cell' : name} must be ${wanted}, got ${given} beside x ${showShape(x)}`,
    );
  }
}
