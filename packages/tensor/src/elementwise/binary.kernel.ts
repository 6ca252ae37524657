import type { AnyTensor } from '../tensor.ts';
import type { BinaryDefinition } from './binary.ts';
import { type BroadcastRun, broadcastKernels } from './broadcastKernels.ts';
import { integerAlgebra, lanesAlgebra } from './lanesAlgebra.ts';

export interface BinaryKernels {
  run(out: AnyTensor, a: AnyTensor, b: AnyTensor): void;
}

/** One family for the op, and one for its int32 form when it is first asked for. */
export function binaryKernels({ name, value }: BinaryDefinition): BinaryKernels {
  let floats: BroadcastRun | undefined;
  let integers: BroadcastRun | undefined;
  return {
    run(out, a, b) {
      if (out.dtype === 'int32') {
        integers ??= broadcastKernels({
          name: `${name}Int32`,
          out: 'int32',
          inputs: ['int32', 'int32'],
          formula: (left, right) => value(integerAlgebra, left, right),
        });
        integers(out, [a, b]);
      } else {
        floats ??= broadcastKernels({
          name,
          out: 'float32',
          inputs: ['float32', 'float32'],
          formula: (left, right) => value(lanesAlgebra, left, right),
        });
        floats(out, [a, b]);
      }
    },
  };
}
