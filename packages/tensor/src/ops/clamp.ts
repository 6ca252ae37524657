import { unary } from '../elementwise/unary.ts';
import type { Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';

const between = unary<[low: number, high: number]>({
  name: 'clamp',
  value: (m, x, [low, high]) => m.min(m.max(x, low!), high!),
  slope: (m, x, _y, [low, high]) => m.inside(x, low!, high!),
});

/** x held between two bounds, either of which may be left out. The gradient flows where x is within them. */
export function clamp<S extends Shape>(x: Tensor<S>, low = -Infinity, high = Infinity): Tensor<S> {
  if (!(low <= high)) throw new RangeError(`clamp: low must not exceed high, got ${low} and ${high}`);
  return between(x, low, high);
}
