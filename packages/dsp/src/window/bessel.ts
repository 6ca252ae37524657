/** Modified Bessel function of the first kind, order zero, by its power series: every term is positive, so nothing cancels. */
export function besselI0(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}

/** Kaiser's window at a distance from its middle, which is 0; its ends are 1. */
export function kaiser(beta: number, distance: number): number {
  return besselI0(beta * Math.sqrt(Math.max(0, 1 - distance ** 2))) / besselI0(beta);
}
