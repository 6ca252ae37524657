import { expect } from 'vitest';
import { FileFormatError } from '../../packages/tensor/src/files/arrays.ts';

/** The error names the format, what is wrong, and where. */
export function expectFormatError(
  run: () => unknown,
  format: string,
  message: string,
  byteOffset: number,
): void {
  let caught: unknown;
  try {
    run();
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(FileFormatError);
  const error = caught as FileFormatError;
  expect(error.message).toContain(message);
  expect(error.message.startsWith(`${format}: `)).toBe(true);
  expect(error.byteOffset).toBe(byteOffset);
  expect(error.message.endsWith(`(at byte ${byteOffset})`)).toBe(true);
}
