import { buffer, Layer } from '@sonograd/nn';
import { eye, fromArray, scope, solve, svd, type Tensor, zeros } from '@sonograd/tensor';
import { groupBy } from '../shared/groupBy.ts';

/** A direction that explains less than this share of the best one is rounding. */
const smallestShare = 1e-6;

export interface DiscriminantOptions {
  /** Added to the scatter within classes, as a share of its mean variance. */
  readonly ridge: number;
}

/**
 * Linear discriminant analysis (Fisher, 1936; Rao, 1948): the directions in which the classes lie far apart, compared
 * with how far each is spread, scaled so that every class has a spread of about 1 along each.
 */
export class Discriminant extends Layer {
  readonly mean: Tensor;
  readonly directions: Tensor;

  constructor(
    readonly size: number,
    readonly count: number,
  ) {
    super();
    this.mean = buffer(zeros([size]) as Tensor);
    this.directions = buffer(zeros([size, count]) as Tensor);
  }

  /** Rows [rows, size] to [rows, count]. */
  protected override run(x: Tensor): Tensor {
    return x.sub(this.mean).matmul(this.directions) as Tensor;
  }

  /** Takes mean and directions from rows whose classes are known. */
  measure(rows: readonly Float32Array[], classes: readonly string[], { ridge }: DiscriminantOptions): void {
    const groups = groupsOf(rows, classes);
    const mean = meanOf(rows);
    this.mean.data.set(mean);
    scope(() => {
      const within = withinScatter(groups, ridge);
      const between = betweenFactor(groups, mean, rows.length);
      this.directions.data.set(directionsOf(within, between, this.count));
    });
  }

  override describe(): string {
    return `${this.size} -> ${this.count}`;
  }
}

/**
 * With between = M Mᵀ, a matrix of rank below the number of classes, the eigenvectors of within⁻¹ M Mᵀ are within⁻¹ M u
 * where u are those of the small matrix K = Mᵀ within⁻¹ M. Divided by the root of its eigenvalue, each has a variance
 * of 1 within classes.
 */
function directionsOf(within: Tensor, between: Tensor, count: number): Float32Array {
  const solved = solve(within, between) as Tensor;
  const { u, s } = svd(between.transpose(0, 1).matmul(solved) as Tensor);
  const [size = 0, classes = 0] = between.shape;
  // The means of k classes around their own mean span k - 1 directions.
  const scales = Float32Array.from({ length: classes }, (_, k) =>
    k < classes - 1 && s.data[k]! > smallestShare * s.data[0]! ? 1 / Math.sqrt(s.data[k]!) : 0,
  );
  const { data } = solved.matmul(u as Tensor).mul(fromArray(scales, [1, classes])) as Tensor;
  return Float32Array.from({ length: size * count }, (_, i) => {
    const [row, column] = [Math.floor(i / count), i % count];
    return column < classes ? data[row * classes + column]! : 0;
  });
}

/** The covariance that the classes have in common, with something on its diagonal that makes it invertible. */
function withinScatter(groups: readonly (readonly Float32Array[])[], ridge: number): Tensor {
  const centred = groups.flatMap((rows) => {
    const mean = meanOf(rows);
    return rows.map((row) => row.map((value, i) => value - mean[i]!));
  });
  const x = matrix(centred);
  const scatter = x
    .transpose(0, 1)
    .matmul(x)
    .mul(1 / Math.max(1, centred.length - groups.length)) as Tensor;
  const size = scatter.shape[0] ?? 1;
  let trace = 0;
  for (let i = 0; i < size; i++) trace += scatter.data[i * (size + 1)]!;
  return scatter.add(eye(size).mul((ridge * trace) / size || ridge)) as Tensor;
}

/** M with M Mᵀ = the scatter of the class means, [size, classes]. */
function betweenFactor(
  groups: readonly (readonly Float32Array[])[],
  mean: Float32Array,
  count: number,
): Tensor {
  const rows = groups.map((group) => {
    const weight = Math.sqrt(group.length / count);
    return meanOf(group).map((value, i) => weight * (value - mean[i]!));
  });
  return matrix(rows).transpose(0, 1) as Tensor;
}

function groupsOf(rows: readonly Float32Array[], classes: readonly string[]): Float32Array[][] {
  const members = groupBy(rows.keys(), (index) => classes[index]!);
  return [...members.values()].map((indices) => indices.map((index) => rows[index]!));
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) for (let i = 0; i < sum.length; i++) sum[i]! += row[i]!;
  return Float32Array.from(sum, (value) => value / rows.length);
}

function matrix(rows: readonly Float32Array[]): Tensor {
  const size = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * size);
  rows.forEach((row, index) => {
    data.set(row, index * size);
  });
  return fromArray(data, [rows.length, size]) as Tensor;
}
