import { f32x4, heap, type I32, i32, kernelFamily } from '@sonograd/wasm';
import { elementsPerRange } from '../elementwise/grain.ts';
import type { AnyTensor } from '../tensor.ts';

/** Columns whose sums fit the registers. */
const blockColumns = 32;

const kernels = kernelFamily('embedding', (family) => ({
  /** An item is an index: its row is copied. */
  value: family.kernel(
    { out: 'i32', weight: 'i32', indices: 'i32', width: 'i32' },
    (k, { out, weight, indices, width }) => {
      const rowBytes = k.let(width.shl(2));
      k.for(k.begin, k.end, 1, (item) => {
        const row = i32.load(indices.add(item.shl(2)));
        k.memoryCopy(out.add(item.mul(rowBytes)), weight.add(row.mul(rowBytes)), rowBytes);
      });
    },
  ),
  /** An item is a row of the weight: it adds up the gradients of its places, in their order. */
  gradient: family.kernel(
    { dWeight: 'i32', dOut: 'i32', starts: 'i32', places: 'i32', width: 'i32' },
    (k, { dWeight, dOut, starts, places, width }) => {
      const rowBytes = k.let(width.shl(2));
      const blockBytes = k.let(rowBytes.and(-4 * blockColumns));
      k.for(k.begin, k.end, 1, (row) => {
        const to = k.let(dWeight.add(row.mul(rowBytes)));
        const begin = k.let(i32.load(starts.add(row.shl(2))));
        const end = k.let(i32.load(starts.add(row.shl(2)), 4));
        const eachPlace = (body: (from: I32) => void) => {
          k.for(begin, end, 1, (position) => {
            body(k.let(dOut.add(i32.load(places.add(position.shl(2))).mul(rowBytes))));
          });
        };
        k.for(0, blockBytes, 4 * blockColumns, (offset) => {
          const sums = Array.from({ length: blockColumns / 4 }, () => k.variable(f32x4, 0, 'sum'));
          eachPlace((from) => {
            for (const [part, sum] of sums.entries())
              sum.set(sum.add(f32x4.load(from.add(offset), 16 * part)));
          });
          for (const [part, sum] of sums.entries()) k.store(to.add(offset), sum, 16 * part);
        });
        k.forLanes(blockBytes.shrU(2), width, (at) => {
          const sum = k.variable(f32x4, 0, 'sum');
          eachPlace((from) => sum.set(sum.add(at.load(from))));
          at.store(to, sum);
        });
      });
    },
  ),
}));

export function runEmbedding(out: AnyTensor, weight: AnyTensor, indices: AnyTensor): void {
  const width = weight.shape[1]!;
  if (out.size === 0) return;
  const values = [out.pointer, weight.pointer, indices.pointer, width] as const;
  kernels.value.run(indices.size, values, Math.ceil(elementsPerRange / width));
}

export function runEmbeddingGradient(
  dWeight: AnyTensor,
  dOut: AnyTensor,
  indices: AnyTensor,
  padding: number | undefined,
): void {
  const [rows, width] = dWeight.shape as [number, number];
  if (dWeight.size === 0) return;
  const block = heap.allocate(4 * (rows + 1 + indices.size));
  const places = block + 4 * (rows + 1);
  sortPlaces(heap.i32(block, rows + 1), heap.i32(places, indices.size), indices.data as Int32Array, padding);
  const grain = Math.ceil(elementsPerRange / (width * (1 + indices.size / rows)));
  kernels.gradient.run(rows, [dWeight.pointer, dOut.pointer, block, places, width], grain);
  heap.free(block);
}

/** Counting sort: the places of row r stand from `starts[r]` to `starts[r + 1]`. */
function sortPlaces(
  starts: Int32Array,
  places: Int32Array,
  indices: Int32Array,
  padding: number | undefined,
): void {
  starts.fill(0);
  for (let place = 0; place < indices.length; place++) {
    if (indices[place] !== padding) starts[indices[place]!]! += 1;
  }
  let end = 0;
  for (let row = 0; row < starts.length; row++) {
    end += starts[row]!;
    starts[row] = end;
  }
  for (let place = indices.length - 1; place >= 0; place--) {
    const row = indices[place]!;
    if (row === padding) continue;
    starts[row]! -= 1;
    places[starts[row]!] = place;
  }
}
