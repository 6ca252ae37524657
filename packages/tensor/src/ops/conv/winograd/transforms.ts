import type { F32x4 } from '@sonograd/wasm';

/**
 * Winograd's minimal filtering F(4, 3): four outputs of a filter of three from six products instead of twelve (Lavin and
 * Gray 2015, with the points 0, 1, -1, 2, -2 and infinity). Done down and across, 36 products make 16 outputs of a 3 × 3
 * filter, which take 144 otherwise. Each function is one axis of a transform, on as many numbers as a vector has lanes.
 */
type Lanes = readonly F32x4[];

/** Six numbers of the image. */
export function transformInput([d0, d1, d2, d3, d4, d5]: Lanes, keep: Keep): F32x4[] {
  const [outer, inner] = [keep(d2!.negMulAdd(4, d4!)), keep(d1!.negMulAdd(4, d3!))];
  const [near, far] = [keep(d4!.sub(d2!)), keep(d3!.sub(d1!))];
  return [
    d0!.mulAdd(4, d2!.negMulAdd(5, d4!)),
    outer.add(inner),
    outer.sub(inner),
    far.mulAdd(2, near),
    far.negMulAdd(2, near),
    d1!.mulAdd(4, d3!.negMulAdd(5, d5!)),
  ];
}

/** Six products to four outputs. */
export function transformOutput([m0, m1, m2, m3, m4, m5]: Lanes, keep: Keep): F32x4[] {
  const [sum, difference] = [keep(m1!.add(m2!)), keep(m1!.sub(m2!))];
  const [sumOfTwos, differenceOfTwos] = [keep(m3!.add(m4!)), keep(m3!.sub(m4!))];
  return [
    m0!.add(sum).add(sumOfTwos),
    differenceOfTwos.mulAdd(2, difference),
    sumOfTwos.mulAdd(4, sum),
    differenceOfTwos.mulAdd(8, difference).add(m5!),
  ];
}

/** Three numbers of a filter. */
export function transformFilter([g0, g1, g2]: Lanes, keep: Keep): F32x4[] {
  const [ends, quarters] = [keep(g0!.add(g2!).mul(-1 / 6)), keep(g2!.mulAdd(4, g0!).mul(1 / 24))];
  return [
    g0!.mul(1 / 4),
    g1!.negMulAdd(1 / 6, ends),
    g1!.mulAdd(1 / 6, ends),
    g1!.mulAdd(1 / 12, quarters),
    g1!.negMulAdd(1 / 12, quarters),
    g2!,
  ];
}

/** The reverse of `transformOutput`, for gradients: four of an output to six of products. */
export function transformOutputGradient([y0, y1, y2, y3]: Lanes, keep: Keep): F32x4[] {
  const [even, odd] = [keep(y0!.add(y2!)), keep(y1!.add(y3!))];
  const [evenOfTwos, oddOfTwos] = [keep(y2!.mulAdd(4, y0!)), keep(y3!.mulAdd(4, y1!))];
  return [
    y0!,
    even.add(odd),
    even.sub(odd),
    oddOfTwos.mulAdd(2, evenOfTwos),
    oddOfTwos.negMulAdd(2, evenOfTwos),
    y3!,
  ];
}

/** The reverse of `transformFilter`: six of products to three of a filter. */
export function transformFilterGradient([m0, m1, m2, m3, m4, m5]: Lanes, keep: Keep): F32x4[] {
  const [sum, difference] = [keep(m1!.add(m2!)), keep(m2!.sub(m1!))];
  const [sumOfTwos, differenceOfTwos] = [keep(m3!.add(m4!)), keep(m3!.sub(m4!))];
  return [
    m0!.mulAdd(1 / 4, sumOfTwos.mulAdd(1 / 24, sum.mul(-1 / 6))),
    differenceOfTwos.mulAdd(1 / 12, difference.mul(1 / 6)),
    sumOfTwos.sub(sum).mulAdd(1 / 6, m5!),
  ];
}

/** Puts a value that is used twice into a local. */
export type Keep = (value: F32x4) => F32x4;

/** Four vectors as the columns of what had been rows. */
export function transpose([a, b, c, d]: Lanes, keep: Keep): F32x4[] {
  const [low, high] = [keep(a!.shuffle(b!, 0, 4, 1, 5)), keep(a!.shuffle(b!, 2, 6, 3, 7))];
  const [lowNext, highNext] = [keep(c!.shuffle(d!, 0, 4, 1, 5)), keep(c!.shuffle(d!, 2, 6, 3, 7))];
  return [
    low.shuffle(lowNext, 0, 1, 4, 5),
    low.shuffle(lowNext, 2, 3, 6, 7),
    high.shuffle(highNext, 0, 1, 4, 5),
    high.shuffle(highNext, 2, 3, 6, 7),
  ];
}

/** The first two columns alone. */
export function transposePairs([a, b, c, d]: Lanes, keep: Keep): F32x4[] {
  const [low, lowNext] = [keep(a!.shuffle(b!, 0, 4, 1, 5)), keep(c!.shuffle(d!, 0, 4, 1, 5))];
  return [low.shuffle(lowNext, 0, 1, 4, 5), low.shuffle(lowNext, 2, 3, 6, 7)];
}
