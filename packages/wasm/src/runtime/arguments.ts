import { heap } from '../heap/heap.ts';

/** Where kernels find their arguments: 32-bit words in the heap's first kilobyte. One kernel runs at a time. */
export const argumentsPointer = 64;
export const maximumArguments = 240;

let integers: Int32Array = new Int32Array(0);
let floats: Float32Array = new Float32Array(0);

/** Unshared memory takes its views away when it grows; shared memory leaves them as they are. */
function lookAgain(): void {
  integers = heap.i32(argumentsPointer, maximumArguments);
  floats = heap.f32(argumentsPointer, maximumArguments);
}

/** `isFloat` says for each argument whether its word is a float or an integer. */
export function writeArguments(isFloat: Uint8Array, values: readonly number[]): void {
  if (integers.length === 0) lookAgain();
  for (let index = 0; index < isFloat.length; index++) {
    if (isFloat[index] === 1) floats[index] = values[index] as number;
    else integers[index] = values[index] as number;
  }
}
