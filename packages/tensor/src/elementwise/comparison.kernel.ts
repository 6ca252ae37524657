import type { AnyTensor } from '../tensor.ts';
import type { DType } from '../types/shape.ts';
import { type BroadcastRun, broadcastKernels } from './broadcastKernels.ts';

/** What a comparison asks. */
export type Relation = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

export interface ComparisonKernels {
  run(out: AnyTensor, a: AnyTensor, b: AnyTensor): void;
}

/** One family for the relation on each dtype, declared when it is first asked for. */
export function comparisonKernels(relation: Relation): ComparisonKernels {
  const built: { [D in DType]?: BroadcastRun } = {};
  const declare: { readonly [D in DType]: () => BroadcastRun } = {
    float32: () =>
      broadcastKernels({
        name: relation,
        out: 'bool',
        inputs: ['float32', 'float32'],
        formula: (a, b) => a[relation](b),
      }),
    int32: () =>
      broadcastKernels({
        name: `${relation}Int32`,
        out: 'bool',
        inputs: ['int32', 'int32'],
        formula: (a, b) => a[relation](b),
      }),
    // As a mask, true is -1 and would come before false.
    bool: () =>
      broadcastKernels({
        name: `${relation}Bool`,
        out: 'bool',
        inputs: ['bool', 'bool'],
        formula: (a, b) => b[relation](a),
      }),
  };
  return {
    run(out, a, b) {
      const run = built[a.dtype] ?? declare[a.dtype]();
      built[a.dtype] = run;
      run(out, [a, b]);
    },
  };
}
