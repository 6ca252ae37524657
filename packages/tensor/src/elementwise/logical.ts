import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { broadcastShapes } from '../shape/broadcast.ts';
import { requireDType } from '../shape/require.ts';
import type { AnyTensor } from '../tensor.ts';
import { broadcastLoop } from './binary.ts';

/** Makes a broadcasting op on two bool tensors. Masks are small; plain loops serve every engine. */
export function logical(name: string, value: (a: number, b: number) => number) {
  const op: Op = {
    name,
    shape: ([a, b]) => broadcastShapes(name, a!, b!),
    forward: (out, [a, b]) => broadcastLoop(out, a!, b!, value),
  };
  return <T extends AnyTensor>(a: AnyTensor, b: unknown): T => {
    const right = b as AnyTensor;
    requireDType(name, a, ['bool']);
    requireDType(name, right, ['bool']);
    return apply(op, [a, right], undefined);
  };
}
