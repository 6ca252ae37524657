/** Compiles only where both are the very same type: `number` is not `5`, `any` is nothing but `any`. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export type Expect<Holds extends true> = Holds;

/** `same<Tensor<[2, 2]>>()(x)` compiles only where that is the very type of x. */
export function same<Expected>() {
  return <Actual>(
    _actual: Actual,
    ..._differs: Equal<Actual, Expected> extends true ? [] : [is: Actual]
  ) => {};
}
