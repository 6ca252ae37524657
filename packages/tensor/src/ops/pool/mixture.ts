/** How one axis of the output is mixed from the input: for each output index a run of inputs and their weights. */
export interface Run {
  readonly first: number;
  readonly weights: readonly number[];
}

/** `size` is that of the input. */
export interface Mixture {
  readonly size: number;
  readonly runs: readonly Run[];
}

/** Which outputs each input goes to, and with what weight: what gradients are mixed by. */
export function transposed({ size, runs }: Mixture): Mixture {
  const lists: { first: number; weights: number[] }[] = Array.from({ length: size }, () => ({
    first: 0,
    weights: [],
  }));
  runs.forEach(({ first, weights }, index) => {
    weights.forEach((weight, k) => {
      const list = lists[first + k]!;
      if (list.weights.length === 0) list.first = index;
      while (list.first + list.weights.length < index) list.weights.push(0);
      list.weights.push(weight);
    });
  });
  return { size: runs.length, runs: lists };
}

/** The mean of each window; of what lies inside the image alone where padding does not count. */
export function windowMeans(
  size: number,
  count: number,
  kernel: number,
  stride: number,
  padding: number,
  countPadding: boolean,
): Mixture {
  const runs = Array.from({ length: count }, (_, index) => {
    const first = Math.max(0, index * stride - padding);
    const length = Math.min(size, index * stride - padding + kernel) - first;
    return evenRun(first, length, countPadding ? kernel : length);
  });
  return { size, runs };
}

/** The mean of `count` parts that cover everything, as even as whole numbers allow; parts may overlap by one. */
export function partMeans(size: number, count: number): Mixture {
  const runs = Array.from({ length: count }, (_, index) => {
    const first = Math.floor((index * size) / count);
    const length = Math.ceil(((index + 1) * size) / count) - first;
    return evenRun(first, length, length);
  });
  return { size, runs };
}

function evenRun(first: number, length: number, divisor: number): Run {
  return { first, weights: new Array<number>(length).fill(1 / divisor) };
}

export function nearest(size: number, count: number): Mixture {
  const runs = Array.from({ length: count }, (_, index) => ({
    first: Math.floor((index * size) / count),
    weights: [1],
  }));
  return { size, runs };
}

/** Between the two nearest centres, the outer halves of the edge pixels as the edge. */
export function linear(size: number, count: number): Mixture {
  const runs = Array.from({ length: count }, (_, index) => {
    const at = Math.min(Math.max(((index + 0.5) * size) / count - 0.5, 0), size - 1);
    const first = Math.min(Math.floor(at), Math.max(size - 2, 0));
    return { first, weights: size === 1 ? [1] : [1 - (at - first), at - first] };
  });
  return { size, runs };
}
