import { heap } from '@sonograd/wasm';

/** Hands out heap memory for the time of one call; all of it is given back at the end, whatever happens. */
export interface Scratch {
  bytes(length: number): number;
  integers(values: readonly number[]): number;
}

export function withScratch<Result>(body: (scratch: Scratch) => Result): Result {
  const pointers: number[] = [];
  const bytes = (length: number): number => {
    const pointer = heap.allocate(Math.max(length, 4));
    pointers.push(pointer);
    return pointer;
  };
  const integers = (values: readonly number[]): number => {
    const pointer = bytes(4 * values.length);
    heap.i32(pointer, values.length).set(values);
    return pointer;
  };
  try {
    return body({ bytes, integers });
  } finally {
    for (const pointer of pointers) heap.free(pointer);
  }
}

/** Each bias eight times side by side: what a strip of eight columns starts from. */
export function biasTable(scratch: Scratch, bias: number | undefined, outputs: number): number {
  const table = scratch.bytes(32 * outputs);
  const numbers = heap.f32(table, 8 * outputs);
  if (bias === undefined) {
    numbers.fill(0);
    return table;
  }
  const values = heap.f32(bias, outputs);
  for (let output = 0; output < outputs; output++) {
    numbers.fill(values[output]!, 8 * output, 8 * output + 8);
  }
  return table;
}
