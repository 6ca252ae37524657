import type { Shape, Show } from './shape.ts';

/**
 * The output of an equation such as `bij,bjk->bik`. Each letter is bound to a length; an intersection of what every
 * operand says of it is at once the check and the answer. Without `->`, or with an ellipsis, the shape stays open.
 */
export type Einsum<
  Equation extends string,
  Shapes extends readonly Shape[],
> = Equation extends `${string}.${string}`
  ? Shape
  : Equation extends `${infer Inputs}->${infer Output}`
    ? number extends Shapes['length']
      ? Shape
      : Bound<Equation, Inputs, Shapes> extends infer Lengths
        ? Lengths extends string
          ? Lengths
          : Read<Equation, Output, Lengths>
        : never
    : Shape;

/** Goes through the operands; comes to `{ i: 2; j: 3 }`, or to a sentence. */
type Bound<
  Equation extends string,
  Inputs extends string,
  Shapes extends readonly Shape[],
  Lengths = unknown,
> = Shapes extends readonly [infer S extends Shape, ...infer Rest extends readonly Shape[]]
  ? Inputs extends `${infer Labels},${infer More}`
    ? Then<Equation, More, Rest, BoundOne<Labels, S, Lengths>>
    : Rest extends readonly []
      ? BoundOne<Inputs, S, Lengths>
      : `einsum: "${Equation}" has fewer operands than tensors`
  : `einsum: "${Equation}" has more operands than tensors`;

type Then<
  Equation extends string,
  Inputs extends string,
  Shapes extends readonly Shape[],
  Lengths,
> = Lengths extends string ? Lengths : Bound<Equation, Inputs, Shapes, Lengths>;

type BoundOne<
  Labels extends string,
  S extends Shape,
  Lengths,
  All extends string = Labels,
  Whole extends Shape = S,
> = Labels extends `${infer Label}${infer Rest}`
  ? Label extends ' '
    ? BoundOne<Rest, S, Lengths, All, Whole>
    : S extends readonly [infer Length, ...infer More extends Shape]
      ? [Lengths & { [Key in Label]: Length }] extends [never]
        ? `einsum: sizes of ${Label} differ, ${Show<[Length & number]>} in ${Show<Whole>}`
        : BoundOne<Rest, More, Lengths & { [Key in Label]: Length }, All, Whole>
      : number extends S['length']
        ? BoundOne<Rest, S, Lengths & { [Key in Label]: number }, All, Whole>
        : `einsum: "${All}" names more axes than ${Show<Whole>} has`
  : S extends readonly [number, ...Shape]
    ? `einsum: "${All}" names fewer axes than ${Show<Whole>} has`
    : Lengths;

type Read<
  Equation extends string,
  Output extends string,
  Lengths,
  Done extends Shape = [],
> = Output extends `${infer Label}${infer Rest}`
  ? Label extends ' '
    ? Read<Equation, Rest, Lengths, Done>
    : Label extends keyof Lengths
      ? Read<Equation, Rest, Lengths, [...Done, Lengths[Label] & number]>
      : `einsum: ${Label} is in no operand of "${Equation}"`
  : Done;
