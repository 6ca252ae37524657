import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An expected tensor: a stretch of the binary file, whole or every k-th element with the sums of all. */
export interface Expected {
  shape: number[];
  dtype: 'float32' | 'int32' | 'bool';
  values: Float32Array | Int32Array;
  /** Below this magnitude an error counts as absolute. */
  floor: number;
  every: number;
  sum?: number;
  absoluteSum?: number;
}

/** An expected tensor as the index holds it; other members of the record stay as they are. */
export type Stored = Omit<Expected, 'values' | 'floor' | 'every'> & {
  at: number;
  floor?: number;
  every?: number;
};

export type Resolved<T> = T extends Stored
  ? Omit<T, 'at' | 'floor' | 'every'> & Expected
  : T extends readonly unknown[] | object
    ? { [K in keyof T]: Resolved<T[K]> }
    : T;

const here = dirname(fileURLToPath(import.meta.url));

/** The names of all golden files of a folder (`ops`, `nn/layers`, …), without their endings. */
export function goldenNames(folder: string): string[] {
  const files = readdirSync(join(here, folder)).filter((file) => file.endsWith('.json'));
  return files.map((file) => basename(file, '.json')).sort();
}

/** Reads an index and puts the values of its binary file in their places. */
export function readGolden<Index>(folder: string, name: string): Resolved<Index> {
  const index: unknown = JSON.parse(readFileSync(join(here, folder, `${name}.json`), 'utf8'));
  const binary = join(here, folder, `${name}.bin`);
  const buffer = existsSync(binary) ? Uint8Array.from(readFileSync(binary)).buffer : new ArrayBuffer(0);
  return resolve(index, buffer) as Resolved<Index>;
}

/** Where a file of a folder lies, for what is not an index: `goldenPath('nn/models', 'mlp.safetensors')`. */
export function goldenPath(folder: string, file: string): string {
  return join(here, folder, file);
}

function resolve(part: unknown, buffer: ArrayBuffer): unknown {
  if (Array.isArray(part)) return part.map((item) => resolve(item, buffer));
  if (typeof part !== 'object' || part === null) return part;
  if ('at' in part) return expected(part as Stored, buffer);
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, resolve(value, buffer)]));
}

function expected({ at, floor = 1, every = 1, ...stored }: Stored, buffer: ArrayBuffer): Expected {
  const size = stored.shape.reduce((product, length) => product * length, 1);
  const View = stored.dtype === 'float32' ? Float32Array : Int32Array;
  return { ...stored, floor, every, values: new View(buffer, 4 * at, Math.ceil(size / every)) };
}

/** What must be known of a computed tensor to compare it. */
export interface Received {
  shape: readonly number[];
  dtype: string;
  data: ArrayLike<number>;
}

/**
 * What is wrong with a computed tensor, or undefined when nothing is.
 * An error is held against `tolerance · max(|expected|, floor)`, the sum against the sum of magnitudes.
 */
export function difference(received: Received, expected: Expected, tolerance: number): string | undefined {
  const shape = `[${received.shape.join(', ')}]`;
  if (shape !== `[${expected.shape.join(', ')}]`) return `shape ${shape}, not [${expected.shape.join(', ')}]`;
  if (received.dtype !== expected.dtype) return `dtype ${received.dtype}, not ${expected.dtype}`;
  for (let k = 0; k < expected.values.length; k++) {
    const at = k * expected.every;
    const [got, want] = [received.data[at] as number, expected.values[k] as number];
    if (!near(got, want, tolerance * Math.max(Math.abs(want), expected.floor)))
      return `${got}, not ${want}, at ${at}`;
  }
  return expected.sum === undefined ? undefined : sumDifference(received.data, expected, tolerance);
}

/** The largest error as a fraction of `max(|expected|, floor)`, for reports. */
export function largestError(received: Received, expected: Expected): number {
  let largest = 0;
  for (let k = 0; k < expected.values.length; k++) {
    const want = expected.values[k] as number;
    const error = Math.abs((received.data[k * expected.every] as number) - want);
    if (error > 0) largest = Math.max(largest, error / Math.max(Math.abs(want), expected.floor));
  }
  return largest;
}

function near(got: number, want: number, allowed: number): boolean {
  return (
    Object.is(got, want) || got === want || Math.abs(got - want) <= (Number.isFinite(want) ? allowed : -1)
  );
}

function sumDifference(data: ArrayLike<number>, expected: Expected, tolerance: number): string | undefined {
  let [sum, absoluteSum] = [0, 0];
  for (let k = 0; k < data.length; k++) {
    sum += data[k] as number;
    absoluteSum += Math.abs(data[k] as number);
  }
  const allowed = tolerance * (expected.absoluteSum ?? 0) + 1e-30;
  if (!near(sum, expected.sum ?? 0, allowed)) return `sum ${sum}, not ${expected.sum}`;
  if (!near(absoluteSum, expected.absoluteSum ?? 0, allowed))
    return `sum of magnitudes ${absoluteSum}, not ${expected.absoluteSum}`;
  return undefined;
}
