import type { AnyTensor } from '../../tensor.ts';
import { planeSlackBytes } from '../conv/planes.kernel.ts';
import { withScratch } from '../conv/scratch.ts';
import { copiedPlanes } from '../conv/windows.ts';
import { reserveWorkspace } from '../matmul/workspace.kernel.ts';
import { maxPoolKernels } from './maxPool.kernel.ts';
import { imageOf, type PoolWindows } from './window.ts';

/** Numbers that are worth another thread. */
const worthwhileNumbers = 2e4;

export function runMaxPool(out: AnyTensor, places: AnyTensor, image: AnyTensor, windows: PoolWindows): void {
  const [height, width] = imageOf(image);
  const [down, across] = imageOf(out);
  const planes = image.size / (height * width);
  if (out.size === 0) return;
  const outputs = [out.pointer, places.pointer, image.pointer, height, width, down, across] as const;
  const grain = Math.ceil(worthwhileNumbers / (height * width));
  if (isTwoByTwo(windows)) {
    maxPoolKernels.two.run(planes, outputs, grain);
    return;
  }
  const { kernel, stride, padding, dilation } = windows;
  const taps = (axis: 0 | 1) => Array.from({ length: kernel[axis] }, (_, tap) => tap * dilation[axis]);
  const [tapRows, tapColumns] = [taps(0), taps(1)];
  const copy = copiedPlanes({ tapRows, tapColumns, stride }, [down, across]);
  const inImage = tapRows.flatMap((row) => tapColumns.map((column) => row * width + column));
  const { workspace, slotBytes } = reserveWorkspace(copy.bytesPerChannel + planeSlackBytes);
  withScratch((scratch) => {
    const table = scratch.integers(copy.tapBytes.flatMap((bytes, tap) => [bytes, inImage[tap]!]));
    const [phasesDown, phasesAcross] = copy.phases;
    maxPoolKernels.any.run(
      planes,
      [
        ...outputs,
        -padding[0],
        -padding[1],
        stride[0],
        stride[1],
        phasesDown,
        phasesAcross,
        copy.rows,
        copy.columns,
        table,
        copy.tapBytes.length,
        workspace,
        slotBytes,
      ],
      grain,
    );
  });
}

function isTwoByTwo({ kernel, stride, padding, dilation }: PoolWindows): boolean {
  return [...kernel, ...stride].every((size) => size === 2) && [...padding, ...dilation].join() === '0,0,1,1';
}

export function runSpread(image: AnyTensor, dOut: AnyTensor, places: AnyTensor): void {
  const { planes, planeBytes, outBytes, grain } = planesOf(image, dOut);
  maxPoolKernels.spread.run(
    planes,
    [image.pointer, dOut.pointer, places.pointer, planeBytes, outBytes],
    grain,
  );
}

export function runPick(out: AnyTensor, image: AnyTensor, places: AnyTensor): void {
  const { planes, planeBytes, outBytes, grain } = planesOf(image, out);
  maxPoolKernels.pick.run(planes, [out.pointer, image.pointer, places.pointer, planeBytes, outBytes], grain);
}

function planesOf(image: AnyTensor, out: AnyTensor) {
  const planes = image.shape[0]! * image.shape[1]!;
  const planeBytes = image.bytes / planes;
  const outBytes = out.bytes / planes;
  return { planes, planeBytes, outBytes, grain: Math.ceil(worthwhileNumbers / (planeBytes / 4)) };
}
