import { emptyTensor } from '../autograd/apply.ts';
import { requireDType } from '../shape/require.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { OneHot } from '../types/select.ts';
import type { Shape } from '../types/shape.ts';

/** A row of zeros with a 1 at each label's place (float32). */
export function oneHot<S extends Shape, const Classes extends number>(
  labels: Tensor<S, 'int32'>,
  classes: Classes,
): Tensor<OneHot<S, Classes>> {
  requireDType('oneHot', labels, ['int32']);
  const out = emptyTensor('oneHot', [...labels.shape, classes], 'float32');
  const [to, from] = [out.data.fill(0), labels.data];
  for (let index = 0; index < from.length; index++) {
    const label = from[index]!;
    if (label < 0 || label >= classes) {
      throw new RangeError(
        `oneHot: labels must be from 0 to ${classes - 1}, got ${label} at position ${index}`,
      );
    }
    to[index * classes + label] = 1;
  }
  return out as AnyTensor as Tensor<OneHot<S, Classes>>;
}
