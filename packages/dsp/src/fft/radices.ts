/**
 * The radices whose product is `size`, fours first and a two last, where it needs no roots; undefined when a prime above 5 is left over,
 * which is the case for Bluestein's algorithm.
 */
export function splitIntoRadices(size: number): number[] | undefined {
  const found: number[] = [];
  let rest = size;
  for (const radix of [4, 3, 5, 2]) {
    for (; rest % radix === 0; rest /= radix) found.push(radix);
  }
  return rest === 1 ? found : undefined;
}

/** The next size from `minimum` up that needs no prime above 5. */
export function nextSmoothSize(minimum: number): number {
  let size = minimum;
  while (splitIntoRadices(size) === undefined) size++;
  return size;
}

/** cos and sin of -2 pi k / size for any integer k >= 0, exact on the axes. */
export function unitRoot(k: number, size: number): [re: number, im: number] {
  const steps = 4 * (k % size);
  const quarter = Math.round(steps / size);
  // What is left is at most an eighth of a turn from an axis, and a whole number before it is divided.
  const angle = (Math.PI / 2) * ((steps - quarter * size) / size);
  const re = Math.cos(angle);
  const im = -Math.sin(angle);
  return quarter === 1 ? [im, -re] : quarter === 2 ? [-re, -im] : quarter === 3 ? [-im, re] : [re, im];
}

/** root^(p k) of one stage for p < count and 0 < k < radix, where root is the unit root of count * radix. */
export function stageRoots(radix: number, count: number): Float64Array {
  const roots = new Float64Array(2 * count * (radix - 1));
  let at = 0;
  for (let p = 0; p < count; p++) {
    for (let k = 1; k < radix; k++) {
      const [re, im] = unitRoot(p * k, radix * count);
      roots[at++] = re;
      roots[at++] = im;
    }
  }
  return roots;
}
