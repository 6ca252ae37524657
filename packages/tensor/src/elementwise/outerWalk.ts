import type { Walk } from '../shape/broadcast.ts';
import { forEachRow } from './walk.ts';

const atTheStart: readonly number[] = [0, 0, 0];

/**
 * A kernel walks the last `inside` axes by itself. Calls `visit` for each index of the axes further outside (once
 * where there are none) with its number and every operand's offset.
 */
export function forEachOuter(
  { sizes, strides }: Walk,
  inside: number,
  visit: (index: number, offsets: readonly number[]) => void,
): void {
  if (sizes.length <= inside) {
    visit(0, atTheStart);
    return;
  }
  const outer = (list: readonly number[], inner: number) => [...list.slice(0, -inside), inner];
  forEachRow({ sizes: outer(sizes, 1), strides: strides.map((own) => outer(own, 0)) }, visit);
}

/** The last `count` entries, with `padding` in front where there are fewer. */
export function lastEntries(list: readonly number[], count: number, padding: number): number[] {
  const last = new Array<number>(count);
  const missing = count - list.length;
  for (let index = 0; index < count; index++)
    last[index] = index < missing ? padding : list[index - missing]!;
  return last;
}
