import type { AnyTensor } from '../tensor.ts';
import { type BroadcastRun, broadcastKernels } from './broadcastKernels.ts';

let words: BroadcastRun | undefined;
let bytes: BroadcastRun | undefined;

/** A choice moves bits and does no arithmetic: int32 goes through the kernel of float32. */
export function runWhere(out: AnyTensor, condition: AnyTensor, a: AnyTensor, b: AnyTensor): void {
  if (out.dtype === 'bool') {
    bytes ??= broadcastKernels({
      name: 'whereBool',
      out: 'bool',
      inputs: ['bool', 'bool', 'bool'],
      formula: (choice, first, second) => choice.select(first, second),
    });
    bytes(out, [condition, a, b]);
  } else {
    words ??= broadcastKernels({
      name: 'where',
      out: 'float32',
      inputs: ['bool', 'float32', 'float32'],
      formula: (choice, first, second) => choice.select(first, second),
    });
    words(out, [condition, a, b]);
  }
}
