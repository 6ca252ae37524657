import { type AnyTensor, type DType, emptyTensor, Tensor } from '@sonograd/tensor';
import type { BatchOf, Field } from './dataset.ts';

/** A field as dtype, shape and elements, whatever it was given as. */
interface Elements {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Puts items together: every field gets a new first axis that counts them. */
export function collate<Item extends object>(items: readonly Item[]): BatchOf<Item> {
  return Object.fromEntries(
    fieldNames(items).map((name) => [name, stackFields(name, columnOf(items, name))]),
  ) as BatchOf<Item>;
}

export interface PaddingOptions {
  /** What stands behind the end of shorter items. */
  readonly value?: number;
}

/**
 * A collate for items of unlike lengths: the named fields are filled up along their first axis to the longest of the
 * batch, and `lengths` tells how long each item was (by the first of the names).
 */
export function padded<Name extends string>(
  names: Name | readonly Name[],
  { value = 0 }: PaddingOptions = {},
): <Item extends Readonly<Record<Name, Field>>>(
  items: readonly Item[],
) => BatchOf<Item> & { readonly lengths: Tensor<readonly [number], 'int32'> } {
  const filled: readonly string[] = typeof names === 'string' ? [names] : names;
  return (items) => {
    const batch = fieldNames(items).map((name) => {
      const column = columnOf(items, name);
      return [name, stackFields(name, column, filled.includes(name) ? value : undefined)];
    });
    const lengths = columnOf(items, filled[0]!).map(({ shape }) => shape[0] ?? 0);
    return Object.fromEntries([...batch, ['lengths', labels(lengths)]]);
  };
}

function stackFields(name: string, column: readonly Elements[], fill?: number): AnyTensor {
  const shapes = column.map(({ shape }) => (fill === undefined ? shape : shape.slice(1)));
  requireAlike(name, column, shapes, fill !== undefined);
  const { dtype, shape } = column[0]!;
  const item = fill === undefined ? shape : [Math.max(...column.map(lengthOf)), ...shape.slice(1)];
  const size = item.reduce((product, length) => product * length, 1);
  const out = emptyTensor('collate', [column.length, ...item], dtype);
  const to = out.data;
  if (fill !== undefined) to.fill(fill);
  column.forEach(({ data }, index) => {
    to.set(data, index * size);
  });
  return out;
}

function requireAlike(
  name: string,
  column: readonly Elements[],
  shapes: readonly (readonly number[])[],
  fills: boolean,
): void {
  const [first] = column;
  const odd = column.findIndex(
    ({ dtype }, index) => dtype !== first!.dtype || `${shapes[index]}` !== `${shapes[0]}`,
  );
  if (odd < 0) return;
  const hint = fills ? 'only the first axis may differ' : `pad with { collate: padded('${name}') }`;
  throw new RangeError(
    `collate: ${name} must be alike in all items, got ${show(first!)} and ${show(column[odd]!)}; ${hint}`,
  );
}

function fieldNames<Item extends object>(items: readonly Item[]): string[] {
  const [first] = items;
  if (first === undefined) throw new RangeError('collate: there must be items, got none');
  return Object.keys(first);
}

function columnOf<Item extends object>(items: readonly Item[], name: string): Elements[] {
  return items.map((item, index) => elementsOf(name, index, (item as Record<string, unknown>)[name]));
}

function elementsOf(name: string, index: number, field: unknown): Elements {
  if (field instanceof Tensor) return field as AnyTensor;
  if (field instanceof Float32Array) return { dtype: 'float32', shape: [field.length], data: field };
  if (field instanceof Int32Array) return { dtype: 'int32', shape: [field.length], data: field };
  if (field instanceof Uint8Array) return { dtype: 'bool', shape: [field.length], data: field };
  if (Number.isInteger(field)) return { dtype: 'int32', shape: [], data: Int32Array.of(field as number) };
  throw new TypeError(
    `collate: ${name} of item ${index} must be a tensor, a typed array or a whole number, got ${String(field)}`,
  );
}

function labels(values: readonly number[]): AnyTensor {
  const out = emptyTensor('collate', [values.length], 'int32');
  out.data.set(values);
  return out;
}

function lengthOf({ shape }: Elements): number {
  return shape[0] ?? 0;
}

function show({ dtype, shape }: Elements): string {
  return `${dtype} [${shape.join(', ')}]`;
}
