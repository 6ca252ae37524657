/** Inputs made from formulas; golden_format.py has the twin of every function here. */
export type Formula =
  | {
      kind: 'uniform';
      seed: number;
      low: number;
      high: number;
      avoid?: number[];
      margin?: number;
      diagonal?: [number, number];
    }
  | { kind: 'distinct'; seed: number; low: number; high: number }
  | { kind: 'integers'; seed: number; low: number; high: number }
  | { kind: 'bools'; seed: number; share: number }
  | { kind: 'values'; values: (number | 'NaN' | 'Infinity' | '-Infinity')[] };

/** An input: `grad` says that a gradient for it is expected. */
export interface Input {
  shape: number[];
  dtype: 'float32' | 'int32' | 'bool';
  formula: Formula;
  grad?: boolean;
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** The elements of an input, the same bits as in Python. */
export function generate({ shape, dtype, formula }: Input): Float32Array | Int32Array | Uint8Array {
  const size = shape.reduce((product, length) => product * length, 1);
  return new arrays[dtype](numbers(formula, size, shape));
}

function numbers(formula: Formula, size: number, shape: number[]): Float64Array {
  if (formula.kind === 'values') return Float64Array.from(formula.values, Number);
  const fraction = fractions(formula.seed, size);
  if (formula.kind === 'bools') return fraction.map((u) => (u < formula.share ? 1 : 0));
  const { low, high } = formula;
  if (formula.kind === 'integers') return fraction.map((u) => low + Math.floor(u * (high - low)));
  if (formula.kind === 'distinct')
    return ranks(fraction).map((rank) => low + ((high - low) * (rank + 0.5)) / size);
  const { avoid = [], margin = 0, diagonal } = formula;
  const flat = fraction.map((u) =>
    avoid.reduce((x, point) => pushAway(x, point, margin), low + (high - low) * u),
  );
  if (diagonal !== undefined) addDiagonal(flat, shape, diagonal);
  return flat;
}

/** Numbers in [0, 1) with 24 bits, exact in float32. */
function fractions(seed: number, size: number): Float64Array {
  const start = scramble(seed);
  return new Float64Array(size).map((_, index) => (scramble(index + start) >>> 8) / 2 ** 24);
}

function scramble(number: number): number {
  let x = number | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

function ranks(fraction: Float64Array): Float64Array {
  const order = Array.from(fraction, (_, index) => index);
  order.sort((a, b) => (fraction[a] as number) - (fraction[b] as number));
  const result = new Float64Array(fraction.length);
  order.forEach((index, rank) => {
    result[index] = rank;
  });
  return result;
}

function pushAway(x: number, point: number, margin: number): number {
  if (Math.abs(x - point) >= margin) return x;
  return x >= point ? point + margin : point - margin;
}

function addDiagonal(flat: Float64Array, shape: number[], [start, step]: [number, number]): void {
  const [rows, columns] = shape.slice(-2) as [number, number];
  for (let matrix = 0; matrix < flat.length; matrix += rows * columns) {
    for (let i = 0; i < Math.min(rows, columns); i++) {
      const at = matrix + i * columns + i;
      flat[at] = (flat[at] as number) + (start + step * i);
    }
  }
}
