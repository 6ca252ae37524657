import { type AnyTensor, type DType, fromArray, noGrad, type Shape, type Tensor } from '@sonograd/tensor';
import { type BatchOf, type Dataset, requireIndex } from './dataset.ts';

/** The shape of one row. */
type Row<S extends Shape> = S extends readonly [number, ...infer Rest extends Shape] ? Rest : Shape;

/** One item of tensors whose first axis counts items. */
export type RowsOf<Fields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends Tensor<infer S extends Shape, infer D extends DType>
    ? Tensor<Row<S>, D>
    : never;
};

/** Tensors whose first axis counts items. Batches are gathered row by row, without making items first. */
export function tensorDataset<Fields extends Readonly<Record<string, AnyTensor>>>(
  fields: Fields,
): Dataset<RowsOf<Fields>> & { batch(indices: Int32Array): BatchOf<RowsOf<Fields>> } {
  const length = commonLength(fields);
  const gather = <Result>(indices: Int32Array, change: (rows: AnyTensor) => AnyTensor): Result =>
    noGrad(() => {
      const index = fromArray(indices, [indices.length]);
      const rows = Object.entries(fields).map(([name, field]) => [
        name,
        change((field as AnyTensor).indexSelect(0, index)),
      ]);
      return Object.fromEntries(rows) as Result;
    });
  return {
    length,
    get(index) {
      requireIndex(index, length);
      return gather(Int32Array.of(index), (rows) => rows.reshape(rows.shape.slice(1)));
    },
    batch: (indices) => gather(indices, (rows) => rows),
  };
}

function commonLength(fields: Readonly<Record<string, AnyTensor>>): number {
  const entries = Object.entries(fields);
  const [first] = entries;
  const length = first?.[1].shape[0];
  const odd = entries.find(([, { shape }]) => shape[0] === undefined || shape[0] !== length);
  if (first === undefined || length === undefined || odd !== undefined) {
    const given = entries.map(([name, { shape }]) => `${name} [${shape.join(', ')}]`).join(', ');
    throw new RangeError(`tensorDataset: fields must have the same number of rows, got ${given || 'none'}`);
  }
  return length;
}
