/**
 * The radices whose product is `size`, large ones first; undefined when a prime above 5 is left over,
 * which is the case for Bluestein's algorithm. Eights are for machines with registers for eight
 * complex numbers: scalar code gains by them, the lanes lose.
 */
export function splitIntoRadices(size: number, eights = false): number[] | undefined {
  const found: number[] = [];
  let rest = size;
  // Sixteen is two fours: an eight would leave a two, the dearest stage for its work.
  while (eights && rest % 8 === 0 && (rest % 16 !== 0 || rest % 32 === 0)) {
    found.push(8);
    rest /= 8;
  }
  for (const radix of [4, 2, 3, 5]) {
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

/** cos and sin of -2 pi k / size, exact on the eight principal angles, for any integer k >= 0. */
export function unitRoot(k: number, size: number): [re: number, im: number] {
  const eighths = (8 * (k % size)) / size;
  const octant = Math.floor(eighths);
  // Within an octant the angle is at most pi / 4 from an axis, so that cos and sin lose nothing.
  const offset = octant % 2 === 0 ? eighths - octant : octant + 1 - eighths;
  const near = Math.cos((Math.PI / 4) * offset);
  const far = Math.sin((Math.PI / 4) * offset);
  switch (octant) {
    case 0:
      return [near, -far];
    case 1:
      return [far, -near];
    case 2:
      return [-far, -near];
    case 3:
      return [-near, -far];
    case 4:
      return [-near, far];
    case 5:
      return [-far, near];
    case 6:
      return [far, near];
    default:
      return [near, far];
  }
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
