import { buffer, Module } from '@sonograd/nn';
import { fillNormal, fromArray, noGrad, type RandomKey, svd, type Tensor, zeros } from '@sonograd/tensor';

/** The place of all digits together, behind those of each. */
export const allDigits = 10;
const places = 11;
/** On the diagonal, so that digits with fewer clips than the code has numbers have a factor too. */
const leastVariance = 1e-6;

/** What is told of one clip: the middle of its cloud, and how far it reaches along each axis. */
export interface CodeOf {
  readonly digit: number;
  readonly mean: ArrayLike<number>;
  readonly logVariance: ArrayLike<number>;
}

/**
 * Where the training clips lie in the code: for each digit, and for all of them, the mean and the covariance of their
 * clouds put together, as a normal distribution. The covariance is kept as its Cholesky factor, to draw from. It is
 * part of the checkpoint, so that a digit can be asked for without the clips.
 */
export class CodeMap extends Module {
  readonly mean: Tensor;
  /** Lower triangles, [11, latent, latent]. */
  readonly factor: Tensor;

  constructor(readonly latent: number) {
    super();
    this.mean = buffer(zeros([places, latent]) as Tensor);
    this.factor = buffer(zeros([places, latent, latent]) as Tensor);
  }

  /** Takes its numbers from the clouds of all training clips. */
  measure(codes: readonly CodeOf[]): void {
    const { latent } = this;
    for (let place = 0; place < places; place++) {
      const own = codes.filter(({ digit }) => place === allDigits || digit === place);
      // A digit that nobody said is drawn from where all lie.
      const { mean, covariance } = momentsOf(own.length > 0 ? own : codes, latent);
      this.mean.data.set(mean, place * latent);
      this.factor.data.set(cholesky(covariance, latent), place * latent * latent);
    }
  }

  /** `count` codes of a digit, or of all: mean + factor · noise. */
  draw(place: number, count: number, key: RandomKey): Tensor {
    const { latent } = this;
    const noise = fillNormal(new Float32Array(count * latent), key);
    const mean = this.mean.data.subarray(place * latent, (place + 1) * latent);
    const factor = this.factor.data.subarray(place * latent ** 2, (place + 1) * latent ** 2);
    const codes = new Float32Array(count * latent);
    for (let n = 0; n < count; n++) {
      for (let i = 0; i < latent; i++) {
        let value = mean[i]!;
        for (let j = 0; j <= i; j++) value += factor[i * latent + j]! * noise[n * latent + j]!;
        codes[n * latent + i] = value;
      }
    }
    return fromArray(codes, [count, latent]) as Tensor;
  }

  /** The plane through the middle of all codes along which they differ most, out to `reach` deviations, row by row. */
  plane(side: number, reach: number): Tensor {
    const { latent } = this;
    const axes = noGrad(() => this.principalAxes());
    const center = this.mean.data.subarray(allDigits * latent);
    const codes = new Float32Array(side * side * latent);
    const step = (n: number) => (side === 1 ? 0 : reach * ((2 * n) / (side - 1) - 1));
    for (let n = 0; n < side * side; n++) {
      const [down, across] = [step(Math.floor(n / side)), step(n % side)];
      for (let i = 0; i < latent; i++) {
        codes[n * latent + i] = center[i]! + across * axes[0]![i]! + down * (axes[1]?.[i] ?? 0);
      }
    }
    return fromArray(codes, [side * side, latent]) as Tensor;
  }

  /** The two directions of greatest variance, each as long as the deviation along it. */
  private principalAxes(): Float32Array[] {
    const { latent } = this;
    const factor = fromArray(this.factor.data.slice(allDigits * latent ** 2), [latent, latent]) as Tensor;
    // The covariance is factor · factorᵀ: its eigenvectors are the left singular vectors of the factor.
    const { u, s } = svd(factor as Tensor<[number, number]>);
    return Array.from({ length: Math.min(2, latent) }, (_, k) =>
      Float32Array.from({ length: latent }, (_, i) => u.data[i * latent + k]! * s.data[k]!),
    );
  }

  override describe(): string {
    return `${places} of ${this.latent}`;
  }
}

/** Of a mixture of normal clouds: the covariance of their middles, and their mean variance on the diagonal. */
export function momentsOf(codes: readonly CodeOf[], latent: number) {
  const mean = new Float64Array(latent);
  const covariance = new Float64Array(latent * latent);
  for (const code of codes) for (let i = 0; i < latent; i++) mean[i]! += code.mean[i]! / codes.length;
  for (const code of codes) {
    for (let i = 0; i < latent; i++) {
      const away = (code.mean[i]! - mean[i]!) / codes.length;
      for (let j = 0; j <= i; j++) covariance[i * latent + j]! += away * (code.mean[j]! - mean[j]!);
      covariance[i * latent + i]! += Math.exp(code.logVariance[i]!) / codes.length;
    }
  }
  for (let i = 0; i < latent; i++) {
    covariance[i * latent + i]! += leastVariance;
    for (let j = 0; j < i; j++) covariance[j * latent + i] = covariance[i * latent + j]!;
  }
  return { mean, covariance };
}

/** The lower triangle L with L · Lᵀ = matrix, row by row (Cholesky and Banachiewicz). */
export function cholesky(matrix: ArrayLike<number>, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) rest -= factor[i * size + k]! * factor[j * size + k]!;
      if (i === j && !(rest > 0)) {
        throw new RangeError(`cholesky: the matrix must be positive definite, ${rest} is left in row ${i}`);
      }
      factor[i * size + j] = i === j ? Math.sqrt(rest) : rest / factor[j * size + j]!;
    }
  }
  return factor;
}
