import { type F32x4, f32, f32x4, type I32, type I32x4, i32, i32x4, kernelFamily } from '@sonograd/wasm';
import { fillPlanes } from '../conv/planes.kernel.ts';
import { withSlot } from '../matmul/workspace.kernel.ts';

/** An item is a plane: one channel of one image. Beside each maximum stands where in its plane it was found. */
const outputs = {
  out: 'i32',
  places: 'i32',
  image: 'i32',
  height: 'i32',
  width: 'i32',
  down: 'i32',
  across: 'i32',
} as const;

const general = {
  ...outputs,
  top: 'i32',
  left: 'i32',
  strideDown: 'i32',
  strideAcross: 'i32',
  phasesDown: 'i32',
  phasesAcross: 'i32',
  rows: 'i32',
  columns: 'i32',
  /** For each tap, where in the copied plane it reads, and where in the image that is, from the window's corner. */
  taps: 'i32',
  tapCount: 'i32',
  workspace: 'i32',
  slotBytes: 'i32',
} as const;

interface Best {
  readonly value: F32x4;
  readonly place: I32x4;
}

/** The first of equal values stays; NaN is above everything. */
function better(best: Best, next: Best): Best {
  const isMore = next.value.gt(best.value).or(next.value.ne(next.value));
  return { value: isMore.select(next.value, best.value), place: isMore.select(next.place, best.place) };
}

export const maxPoolKernels = kernelFamily('maxPool', (family) => ({
  any: family.kernel(general, (k, given) => {
    const { out, places, image, height, width, down, across, strideDown, strideAcross, tapCount } = given;
    const planeBytes = k.let(height.mul(width).shl(2), 'planeBytes');
    const outBytes = k.let(down.mul(across).shl(2), 'outBytes');
    const columnSteps = k.let(i32x4(0, 1, 2, 3).mul(strideAcross.splat()), 'columnSteps');
    const tapsEnd = k.let(tapCount.shl(3).add(given.taps), 'tapsEnd');
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (item) => {
        const source = {
          from: item.mul(planeBytes).add(image),
          fromPlaneBytes: 0,
          channels: 1,
          rowWidth: width,
        };
        k.call(fillPlanes, { ...given, ...source, to: slot, around: -Infinity });
        k.for(0, down, 1, (i) => {
          const row = k.let(i.mul(given.columns).shl(2).add(slot), 'row');
          const outRow = k.let(i.mul(across).shl(2).add(item.mul(outBytes)), 'outRow');
          const cornerRow = k.let(i.mul(strideDown).add(given.top).mul(width).add(given.left), 'cornerRow');
          k.forLanes(0, across, (at) => {
            const corner = k.let(
              at.index.mul(strideAcross).add(cornerRow).splat().add(columnSteps),
              'corner',
            );
            const value = k.variable(f32x4, f32x4(-Infinity), 'value');
            const place = k.variable(i32x4, corner.max(0), 'place');
            const tap = k.variable(i32, given.taps, 'tap');
            k.while(
              () => tap.ne(tapsEnd),
              () => {
                const next = {
                  value: k.let(at.load(row.add(i32.load(tap)))),
                  place: corner.add(i32.load(tap, 4).splat()),
                };
                const found = better({ value, place }, next);
                const kept = { value: k.let(found.value), place: k.let(found.place) };
                value.set(kept.value);
                place.set(kept.place);
                tap.set(tap.add(8));
              },
            );
            at.store(outRow.add(out), value);
            at.storeI32(outRow.add(places), place);
          });
        });
      });
    });
  }),

  /** Windows of 2 by 2 side by side: even and odd columns are parted in registers, nothing is copied. */
  two: family.kernel(outputs, (k, { out, places, image, height, width, down, across }) => {
    const planeBytes = k.let(height.mul(width).shl(2), 'planeBytes');
    const outBytes = k.let(down.mul(across).shl(2), 'outBytes');
    const columnSteps = i32x4(0, 2, 4, 6);
    k.for(k.begin, k.end, 1, (item) => {
      k.for(0, down, 1, (i) => {
        const upper = k.let(i.mul(width).shl(3).add(item.mul(planeBytes)).add(image), 'upper');
        const lower = k.let(width.shl(2).add(upper), 'lower');
        const outRow = k.let(i.mul(across).shl(2).add(item.mul(outBytes)), 'outRow');
        k.forLanes(0, across, (at) => {
          const corner = k.let(i.mul(width).add(at.index).shl(1).splat().add(columnSteps), 'corner');
          const under = k.let(corner.add(width.splat()), 'under');
          const [first, second] = evenAndOdd(at.index.shl(3).add(upper));
          const [third, fourth] = evenAndOdd(at.index.shl(3).add(lower));
          const found = [
            { value: k.let(second), place: corner.add(1) },
            { value: k.let(third), place: under },
            { value: k.let(fourth), place: under.add(1) },
          ].reduce(
            (best: Best, next) => {
              const { value, place } = better(best, next);
              return { value: k.let(value), place: k.let(place) };
            },
            { value: k.let(first), place: corner },
          );
          at.store(outRow.add(out), found.value);
          at.storeI32(outRow.add(places), found.place);
        });
      });
    });
  }),

  /** Each gradient goes to where the maximum was. */
  spread: family.kernel(
    { image: 'i32', dOut: 'i32', places: 'i32', planeBytes: 'i32', outBytes: 'i32' },
    (k, { image, dOut, places, planeBytes, outBytes }) => {
      k.for(k.begin, k.end, 1, (item) => {
        const plane = k.let(item.mul(planeBytes).add(image), 'plane');
        const first = k.let(item.mul(outBytes), 'first');
        k.memoryFill(plane, 0, planeBytes);
        k.for(first, first.add(outBytes), 4, (at) => {
          const to = k.let(i32.load(at.add(places)).shl(2).add(plane));
          k.store(to, f32.load(to).add(f32.load(at.add(dOut))));
        });
      });
    },
  ),

  /** What another image holds where the maxima were. */
  pick: family.kernel(
    { out: 'i32', image: 'i32', places: 'i32', planeBytes: 'i32', outBytes: 'i32' },
    (k, { out, image, places, planeBytes, outBytes }) => {
      k.for(k.begin, k.end, 1, (item) => {
        const plane = k.let(item.mul(planeBytes).add(image), 'plane');
        const first = k.let(item.mul(outBytes), 'first');
        k.for(first, first.add(outBytes), 4, (at) => {
          k.store(at.add(out), f32.load(i32.load(at.add(places)).shl(2).add(plane)));
        });
      });
    },
  ),
}));

function evenAndOdd(pointer: I32): [F32x4, F32x4] {
  const [low, high] = [f32x4.load(pointer), f32x4.load(pointer, 16)];
  return [low.shuffle(high, 0, 2, 4, 6), low.shuffle(high, 1, 3, 5, 7)];
}
