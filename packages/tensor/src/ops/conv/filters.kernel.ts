import { f32, i32, kernelFamily } from '@sonograd/wasm';

const parameters = {
  to: 'i32',
  from: 'i32',
  /** Of one group. */
  outputs: 'i32',
  channels: 'i32',
  /** Numbers of a filter in each channel. */
  kernelSize: 'i32',
  /** Places in a filter, in bytes: those that are taken, in the order in which they shall lie. */
  taps: 'i32',
  tapCount: 'i32',
} as const;

export const filterKernels = kernelFamily('convolutionFilters', (family) => ({
  /** [group][output][channel][kernel] becomes [group][channel][output][tap]. An item is a channel of a group. */
  turn: family.kernel(parameters, (k, { to, from, outputs, channels, kernelSize, taps, tapCount }) => {
    const filterBytes = k.let(kernelSize.shl(2), 'filterBytes');
    const tapsEnd = k.let(tapCount.shl(2).add(taps), 'tapsEnd');
    const at = k.variable(i32, k.begin.mul(outputs).mul(tapCount).shl(2).add(to), 'at');
    k.for(k.begin, k.end, 1, (item) => {
      const group = k.let(item.div(channels), 'group');
      const firstOutput = group.mul(outputs).mul(channels);
      const source = k.variable(
        i32,
        firstOutput.add(item.rem(channels)).mul(filterBytes).add(from),
        'source',
      );
      k.for(0, outputs, 1, () => {
        const tap = k.variable(i32, taps, 'tap');
        k.while(
          () => tap.ne(tapsEnd),
          () => {
            k.store(at, f32.load(i32.load(tap).add(source)));
            at.set(at.add(4));
            tap.set(tap.add(4));
          },
        );
        source.set(channels.mul(filterBytes).add(source));
      });
    });
  }),
}));
