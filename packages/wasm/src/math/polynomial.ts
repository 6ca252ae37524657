import type { F32x4 } from '../language/values.ts';

/** c₀ + c₁x + c₂x² + … by Horner's rule, one mulAdd for each coefficient but the last. */
export function polynomial(x: F32x4, coefficients: readonly number[]): F32x4 {
  const [first, second, ...rest] = coefficients.toReversed() as [number, number, ...number[]];
  let value = x.mulAdd(first, second);
  for (const coefficient of rest) value = value.mulAdd(x, coefficient);
  return value;
}
