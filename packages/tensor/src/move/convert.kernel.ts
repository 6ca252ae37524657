import { f32x4, kernelFamily } from '@sonograd/wasm';
import { elementsPerRange } from '../elementwise/grain.ts';
import { type LanesOf, laneAccess } from '../elementwise/laneAccess.ts';
import type { AnyTensor } from '../tensor.ts';
import type { DType } from '../types/shape.ts';

/** One kernel for each pair of dtypes. Towards int32 elements are cut towards zero. */
const kernels = kernelFamily('convert', (family) => {
  const pair = <From extends DType, To extends DType>(
    from: From,
    to: To,
    formula: (lanes: LanesOf[From]) => LanesOf[To],
  ) =>
    family.kernel({ out: 'i32', x: 'i32' }, (k, { out, x }) =>
      k.forLanes(k.begin, k.end, (at) =>
        laneAccess[to].store(at, out, formula(laneAccess[from].load(at, x))),
      ),
    );
  return {
    float32ToInt32: pair('float32', 'int32', (x) => x.toI32x4()),
    float32ToBool: pair('float32', 'bool', (x) => x.ne(0)),
    int32ToFloat32: pair('int32', 'float32', (x) => x.toF32x4()),
    int32ToBool: pair('int32', 'bool', (x) => x.ne(0)),
    boolToFloat32: pair('bool', 'float32', (mask) => f32x4(1).and(mask)),
    boolToInt32: pair('bool', 'int32', (mask) => mask.and(1)),
  };
});

const table: { readonly [From in DType]: { readonly [To in DType]?: typeof kernels.float32ToInt32 } } = {
  float32: { int32: kernels.float32ToInt32, bool: kernels.float32ToBool },
  int32: { float32: kernels.int32ToFloat32, bool: kernels.int32ToBool },
  bool: { float32: kernels.boolToFloat32, int32: kernels.boolToInt32 },
};

export function runConvert(out: AnyTensor, x: AnyTensor): void {
  const kernel = table[x.dtype][out.dtype];
  if (kernel === undefined) throw new TypeError(`to: x must have another dtype, ${x.dtype} to ${out.dtype}`);
  kernel.run(x.size, [out.pointer, x.pointer], elementsPerRange);
}
