/**
 * A plain array of doubles. V8 reads and writes one in fewer instructions than a Float64Array, which has a view
 * and a buffer between it and its numbers: the transforms gain a fifth. It must never see a hole, nor begin
 * with a whole number, for then it would be an array of something else first.
 */
export function doublesOf(values: ArrayLike<number>): number[] {
  const doubles = [0.5];
  for (let i = 0; i < values.length; i++) doubles[i] = values[i];
  doubles.length = values.length;
  return doubles;
}

/**
 * Fills the first `length` doubles with the values from `start` on. By eights, since of one read and one write
 * most is the loop: half the time.
 */
export function fillDoubles(
  doubles: number[],
  values: ArrayLike<number>,
  start: number,
  length: number,
): void {
  const whole = length & -8;
  for (let i = 0, at = start | 0; i < whole; i = (i + 8) | 0, at = (at + 8) | 0) {
    doubles[i] = values[at];
    doubles[i + 1] = values[at + 1];
    doubles[i + 2] = values[at + 2];
    doubles[i + 3] = values[at + 3];
    doubles[i + 4] = values[at + 4];
    doubles[i + 5] = values[at + 5];
    doubles[i + 6] = values[at + 6];
    doubles[i + 7] = values[at + 7];
  }
  for (let i = whole; i < length; i++) doubles[i] = values[start + i];
}
