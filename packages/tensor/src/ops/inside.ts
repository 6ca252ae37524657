import { unary } from '../elementwise/unary.ts';

/** 1 where `low <= x <= high`, else 0; no gradient flows. */
export const inside = unary<[low: number, high: number]>({
  name: 'inside',
  value: (m, x, [low, high]) => m.inside(x, low!, high!),
});
