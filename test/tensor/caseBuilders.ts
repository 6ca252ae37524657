import { type AnyTensor, type DType, fromArray, type Shape, type Tensor } from '@sonograd/tensor';
import fc from 'fast-check';

/** What an input looks like; float32 between -2 and 2 unless it says otherwise. */
export interface Input {
  readonly shape: Shape;
  readonly dtype?: DType;
  readonly low?: number;
  /** Not included. */
  readonly high?: number;
}

/** A call on inputs of these shapes. Inputs are typed as float32, whatever they hold. */
export interface Example {
  readonly inputs: readonly (Shape | Input)[];
  readonly run: (...inputs: Tensor[]) => AnyTensor | readonly AnyTensor[];
}

/** `example((a, b) => a.matmul(b), [2, 3], [3, 4])`. */
export function example(run: Example['run'], ...inputs: Example['inputs']): Example {
  return { run, inputs };
}

export interface OpCase {
  /** On every engine: values against the reference, and gradients by differences where the inputs are small. */
  readonly examples: readonly Example[];
  /** Further examples, of random shapes. */
  readonly random?: fc.Arbitrary<Example>;
  /** Set where no gradient flows, or where it jumps so that differences cannot find it. */
  readonly gradient?: 'none';
  /** Wrong calls, and what is said about them behind the op's name. */
  readonly errors: readonly (readonly [call: () => unknown, message: string])[];
}

export const zerosOf = (shape: Shape, dtype: DType = 'float32'): Tensor =>
  inputTensor({ shape, dtype, low: 0, high: 1 }, 0);

/** An int32 input, for signatures that ask for one. */
export const asInt32 = (x: Tensor) => x as AnyTensor as Tensor<Shape, 'int32'>;
export const asBool = (x: Tensor) => x as AnyTensor as Tensor<Shape, 'bool'>;

/** Lengths around whole fours, and what lies before, between and behind. */
const lengths = [0, 1, 3, 4, 5, 63, 64, 65, 127];
const shapes: readonly Shape[] = [[], [2, 3], [3, 1, 5], ...lengths.map((length) => [length])];

const size = fc.integer({ min: 0, max: 9 });
export const someShape: fc.Arbitrary<Shape> = fc.array(size, { maxLength: 4 });

interface ElementwiseOptions {
  /** Where the function is defined. */
  readonly low?: number;
  readonly high?: number;
  readonly integers?: boolean;
}

type Elementwise = (x: Tensor) => AnyTensor;

/** A function of one tensor, element by element. */
export function elementwise(run: Elementwise, options: ElementwiseOptions = {}): OpCase {
  const { integers = false, ...range } = options;
  const dtypes: DType[] = integers ? ['float32', 'int32'] : ['float32'];
  const make = (shape: Shape, dtype: DType): Example => ({ inputs: [{ shape, dtype, ...range }], run });
  return {
    examples: dtypes.flatMap((dtype) => shapes.map((shape) => make(shape, dtype))),
    random: fc.tuple(someShape, fc.constantFrom(...dtypes)).map(([shape, dtype]) => make(shape, dtype)),
    errors: [[() => run(zerosOf([2, 3], 'bool')), `dtype must be ${dtypes.join(' or ')}, got bool [2, 3]`]],
  };
}

interface BroadcastOptions extends ElementwiseOptions {
  readonly dtypes?: readonly DType[];
  /** For the right operand, where it differs. */
  readonly right?: { readonly low: number; readonly high: number };
}

const pairs: readonly (readonly [Shape, Shape])[] = [
  ...shapes.map((shape) => [shape, shape] as const),
  ...lengths.map((length) => [[length], []] as const),
  [[], [5]],
  [
    [2, 3],
    [2, 1],
  ],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[65, 3], [3]],
  [
    [3, 65],
    [3, 1],
  ],
  [
    [1, 127],
    [3, 1],
  ],
  [
    [2, 5, 1, 7],
    [1, 3, 7],
  ],
  [
    [2, 1, 3, 1, 5],
    [1, 4, 1, 2, 1],
  ],
];

/** Two shapes that broadcast: axes are taken away or set to 1 on either side. */
const somePair: fc.Arbitrary<readonly [Shape, Shape]> = fc
  .tuple(
    someShape,
    fc.array(fc.constantFrom('both', 'left', 'right'), { minLength: 4, maxLength: 4 }),
    fc.nat(4),
  )
  .map(([shape, kept, missing]) => [
    shape.map((length, axis) => (kept[axis] === 'right' ? 1 : length)),
    shape.map((length, axis) => (kept[axis] === 'left' ? 1 : length)).slice(Math.min(missing, shape.length)),
  ]);

/** A function of two tensors that broadcast. */
export function broadcasting(
  run: (a: Tensor, b: Tensor) => AnyTensor,
  { dtypes = ['float32'], right, low, high }: BroadcastOptions = {},
): OpCase {
  const range = { ...(low !== undefined && { low }), ...(high !== undefined && { high }) };
  const make = ([a, b]: readonly [Shape, Shape], dtype: DType): Example => ({
    inputs: [
      { shape: a, dtype, ...range },
      { shape: b, dtype, ...(right ?? range) },
    ],
    run,
  });
  const kind = dtypes[0]!;
  const mixed = [() => run(zerosOf([2], 'int32'), zerosOf([3], 'bool'))] as const;
  return {
    examples: dtypes.flatMap((dtype) => pairs.map((pair) => make(pair, dtype))),
    random: fc.tuple(somePair, fc.constantFrom(...dtypes)).map(([pair, dtype]) => make(pair, dtype)),
    errors: [
      [() => run(zerosOf([2, 3], kind), zerosOf([4], kind)), 'shapes do not broadcast, [2, 3] and [4]'],
      ...(dtypes.includes('int32')
        ? [[...mixed, "dtypes differ, int32 [2] and bool [3]; convert one with to('int32')"] as const]
        : []),
    ],
  };
}

type Axes = number | readonly number[] | undefined;
type Reduction = (x: Tensor, axes: Axes, options: { keepDims: boolean }) => AnyTensor;

const reduced: readonly (readonly [Shape, Axes])[] = [
  [[], undefined],
  ...lengths.map((length) => [[length], undefined] as const),
  ...lengths.map((length) => [[3, length], -1] as const),
  ...lengths.map((length) => [[length, 5], 0] as const),
  [[4, 67], 0],
  [[2, 3, 4], 1],
  [
    [2, 3, 4],
    [0, 2],
  ],
  [
    [2, 3, 2, 2],
    [1, -1],
  ],
];

interface ReductionCaseOptions {
  /** Whether there is a result for no elements. */
  readonly empty?: boolean;
  readonly severalAxes?: boolean;
  readonly integers?: boolean;
}

/** A function that reduces along axes. */
export function reducing(
  run: Reduction,
  { empty = false, severalAxes = true, integers = true }: ReductionCaseOptions = {},
): OpCase {
  const dtypes: DType[] = integers ? ['float32', 'int32'] : ['float32'];
  const allowed = ([shape, axes]: readonly [Shape, Axes]) =>
    (empty || !shape.includes(0)) && (severalAxes || !Array.isArray(axes));
  const make = (shape: Shape, axes: Axes, dtype: DType, keepDims: boolean): Example => ({
    inputs: [{ shape, dtype }],
    run: (x) => run(x, axes, { keepDims }),
  });
  return {
    examples: dtypes.flatMap((dtype) =>
      reduced.filter(allowed).map(([shape, axes], index) => make(shape, axes, dtype, index % 2 === 1)),
    ),
    random: fc
      .tuple(someShape, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.boolean())
      .map(([shape, chosen, keepDims]) => {
        const axes = shape.flatMap((_, axis) => (chosen[axis] ? [axis] : []));
        const sizes = empty ? shape : shape.map((length) => Math.max(1, length));
        return make(sizes, severalAxes ? axes : axes[0], 'float32', keepDims);
      }),
    errors: [
      [() => run(zerosOf([2, 3]), 2, { keepDims: false }), 'axis must be from -2 to 1, got 2'],
      [
        () => run(zerosOf([2], 'bool'), 0, { keepDims: false }),
        `dtype must be ${dtypes.join(' or ')}, got bool [2]`,
      ],
    ],
  };
}

/** A function that works along one axis and keeps the shape. */
export function alongAxis(run: (x: Tensor, axis: number) => AnyTensor | readonly AnyTensor[]): OpCase {
  const make = (shape: Shape, axis: number): Example => ({ inputs: [shape], run: (x) => run(x, axis) });
  return {
    examples: [
      ...lengths.map((length) => make([3, length], 1)),
      ...lengths.map((length) => make([5, length], 0)),
      make([2, 3, 4], -2),
    ],
    random: fc
      .tuple(fc.array(size, { minLength: 1, maxLength: 4 }), fc.nat(3))
      .map(([shape, axis]) => make(shape, axis % shape.length)),
    errors: [[() => run(zerosOf([2, 3]), 2), 'axis must be from -2 to 1, got 2']],
  };
}

/** Values from a shape and a seed: all different, in no order, and none where functions have a kink. */
export function inputTensor(given: Shape | Input, seed: number): Tensor {
  const input: Input = 'shape' in given ? given : { shape: given };
  const { shape, dtype = 'float32', low = -2, high = 2 } = input;
  const count = shape.reduce((product, length) => product * length, 1);
  const places = shuffled(count, seed);
  if (dtype === 'bool')
    return fromArray(
      Uint8Array.from(places, (place) => place % 2),
      shape,
    ) as AnyTensor as Tensor;
  if (dtype === 'int32') {
    const whole = (place: number) => low + (place % Math.max(1, Math.floor(high - low)));
    return fromArray(Int32Array.from(places, whole), shape) as AnyTensor as Tensor;
  }
  const step = (high - low) / Math.max(count, 1);
  const start = seed % 2 === 0 ? 0.37 : 0.29;
  return fromArray(
    Float32Array.from(places, (place) => low + (place + start) * step),
    shape,
  ) as Tensor;
}

/** 0 to count - 1 in an order that follows from the seed (Fisher and Yates). */
function shuffled(count: number, seed: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  for (let index = count - 1; index > 0; index--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (index + 1));
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
  return order;
}
