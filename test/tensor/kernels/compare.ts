import { type AnyTensor, type EngineName, noGrad, setEngine } from '@sonograd/tensor';
import { expect } from 'vitest';

/** What a call gives on an engine, copied out of its memory. The call makes its own inputs. */
export function valuesOn(engine: EngineName, run: () => AnyTensor): number[] {
  setEngine(engine, { threads: 1 });
  let values: number[] = [];
  noGrad(() => {
    values = [...run().data];
  });
  return values;
}

/** Runs on `simd`, and expects what the reference gives, within a part of its largest finite element. */
export function expectAsReference(run: () => AnyTensor, tolerance = 0): number[] {
  const expected = valuesOn('reference', run);
  const received = valuesOn('simd', run);
  expect(received.length).toBe(expected.length);
  const finite = expected.filter((value) => Number.isFinite(value)).map(Math.abs);
  const allowed = tolerance * finite.reduce((most, value) => Math.max(most, value), 0);
  const wrong = expected.findIndex((value, index) => !isClose(value, received[index]!, allowed));
  if (wrong >= 0) expect(`${received[wrong]} at ${wrong}`).toBe(`${expected[wrong]} at ${wrong}`);
  return received;
}

function isClose(expected: number, received: number, allowed: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(received);
  return expected === received || Math.abs(expected - received) <= allowed;
}

/** Numbers between -1 and 1 in an order of their own; the same for the same seed. */
export function noise(count: number, seed = 1): Float32Array {
  let state = (seed * 2_654_435_761) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
