import { forEachRow } from '../elementwise/walk.ts';
import { currentEngine } from '../engine/engine.ts';
import { collapse } from '../shape/broadcast.ts';
import type { AnyTensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { runMove } from './move.kernel.ts';

/** A box inside a tensor: where it starts and how far apart neighbours along each axis are, in elements. */
export interface Box {
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * Copies a box of `sizes` from one tensor to another. Permute, slice, flip, expand, pad and concat are all
 * this, with different strides: negative ones walk backwards, 0 repeats.
 */
export function moveBox(sizes: Shape, out: AnyTensor, to: Box, input: AnyTensor, from: Box): void {
  if (sizes.includes(0)) return;
  const walk = collapse(sizes, [to.strides.slice(), from.strides.slice()]);
  if (walk.sizes.length === 0) {
    walk.sizes.push(1);
    for (const strides of walk.strides) strides.push(1);
  }
  if (currentEngine() !== 'reference') {
    runMove(walk, out, to.offset, input, from.offset);
    return;
  }
  const [target, source] = [out.data, input.data];
  const [stepTo, stepFrom] = walk.strides.map((strides) => strides.at(-1)!) as [number, number];
  const length = walk.sizes.at(-1)!;
  forEachRow(walk, (_, [startTo, startFrom]) => {
    let [i, j] = [to.offset + startTo!, from.offset + startFrom!];
    for (let count = 0; count < length; count++, i += stepTo, j += stepFrom) target[i] = source[j]!;
  });
}
