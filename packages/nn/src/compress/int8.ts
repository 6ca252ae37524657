import type { StateDict, StateEntry } from '../module/state.ts';

const [bytesEnding, scaleEnding, shapeEnding] = ['.int8', '.scale', '.shape'] as const;

/**
 * A state with one byte for each weight: every row of a tensor of at least two axes as whole numbers from -127 to 127
 * and the step between them. Four bytes go into an int32, so that safetensors and npz can hold the result. Errors are
 * at most half a step, a 254th of the row's largest weight.
 */
export function toInt8(state: StateDict): Map<string, StateEntry> {
  return new Map(
    [...state].flatMap(([name, entry]): [string, StateEntry][] => {
      const rows = entry.shape[0] ?? 0;
      if (entry.dtype !== 'float32' || entry.shape.length < 2 || rows === 0) return [[name, entry]];
      const { bytes, scales } = quantised(name, entry.data as Float32Array, rows);
      const words = new Int32Array(bytes.buffer);
      return [
        [name + bytesEnding, { dtype: 'int32', shape: [words.length], data: words }],
        [name + scaleEnding, { dtype: 'float32', shape: [rows], data: scales }],
        [
          name + shapeEnding,
          { dtype: 'int32', shape: [entry.shape.length], data: Int32Array.from(entry.shape) },
        ],
      ];
    }),
  );
}

/** The state that `toInt8` was given, but for rounding. */
export function fromInt8(packed: StateDict): Map<string, StateEntry> {
  return new Map(
    [...packed].flatMap(([name, entry]): [string, StateEntry][] => {
      if (belongsToBytes(packed, name)) return [];
      if (!name.endsWith(bytesEnding)) return [[name, entry]];
      const own = name.slice(0, -bytesEnding.length);
      const [scales, shape] = [part(packed, own + scaleEnding), [...part(packed, own + shapeEnding).data]];
      return [[own, { dtype: 'float32', shape, data: restored(own, entry, scales, shape) }]];
    }),
  );
}

function quantised(
  name: string,
  values: Float32Array,
  rows: number,
): { readonly bytes: Int8Array; readonly scales: Float32Array } {
  const width = values.length / rows;
  const bytes = new Int8Array(4 * Math.ceil(values.length / 4));
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * width, (row + 1) * width);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!Number.isFinite(largest))
      throw new RangeError(`toInt8: weights must be finite, got ${largest} in ${name}`);
    const scale = largest / 127;
    scales[row] = scale;
    for (let i = 0; i < width; i++)
      bytes[row * width + i] = scale > 0 ? Math.round((own[i] as number) / scale) : 0;
  }
  return { bytes, scales };
}

function restored(
  name: string,
  packed: StateEntry,
  { data: scales }: StateEntry,
  shape: readonly number[],
): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  const bytes = new Int8Array(Int32Array.from(packed.data).buffer);
  if (bytes.length < size || scales.length !== shape[0]) {
    throw new RangeError(
      `fromInt8: ${name} does not hold its shape, ${bytes.length} bytes and ${scales.length} rows for [${shape.join(', ')}]`,
    );
  }
  const width = size / scales.length;
  return Float32Array.from(
    { length: size },
    (_, at) => (bytes[at] as number) * (scales[Math.floor(at / width)] as number),
  );
}

/** Scale and shape of packed bytes, not a parameter that happens to be called so. */
function belongsToBytes(packed: StateDict, name: string): boolean {
  return [scaleEnding, shapeEnding].some(
    (ending) => name.endsWith(ending) && packed.has(name.slice(0, -ending.length) + bytesEnding),
  );
}

function part(state: StateDict, name: string): StateEntry {
  const found = state.get(name);
  if (found === undefined) throw new Error(`fromInt8: the state must have ${name}, got none`);
  return found;
}
