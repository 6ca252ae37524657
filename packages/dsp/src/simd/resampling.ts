import type { ResamplePlan } from '../resample/plan.ts';
import { readPadded } from '../stft/pad.ts';
import { resampleModule } from './resampleModule.ts';
import { allocate, floats, kernelsOf, placeWords, remember, withScratch, words } from './runtime.ts';

const resampleLanes = kernelsOf<'dots'>(resampleModule);

/** So many samples stand in the lanes' memory at once. */
const chunkValues = 1 << 16;

/** The taps in memory, rows filled up with zeros to whole vectors. */
function placeTaps({ up, width, taps }: ResamplePlan): { address: number; rowBytes: number } {
  const rowBytes = 16 * Math.ceil(width / 4);
  const address = allocate(up * rowBytes);
  for (let phase = 0; phase < up; phase++) {
    const row = (address + phase * rowBytes) / 4;
    floats.fill(0, row, row + rowBytes / 4);
    for (let tap = 0; tap < width; tap++) floats[row + tap] = taps[phase * width + tap];
  }
  return { address, rowBytes };
}

/** `resample` in single precision: chunk after chunk, phase after phase. */
export function resampleInLanes(plan: ResamplePlan, samples: Float32Array, out: Float32Array): void {
  const { key, up, down, first } = plan;
  const { dots } = resampleLanes();
  withScratch(
    () => remember(`resample ${key}`, () => placeTaps(plan)),
    ({ address, rowBytes }) => {
      const frames = Math.ceil(out.length / up);
      const chunk = Math.min(
        4 * Math.ceil(frames / 4),
        Math.max(4, 4 * Math.floor(chunkValues / Math.max(up, down) / 4)),
      );
      const reach = chunk * down + rowBytes / 4 + first[up - 1] - first[0];
      const source = allocate(4 * reach);
      const target = allocate(4 * chunk * up);
      const args = placeWords(0, 4 * down, 0, rowBytes, 0, 4 * up);
      for (let frame = 0; frame < frames; frame += chunk) {
        const here = floats.subarray(source / 4, source / 4 + reach);
        readPadded(samples, frame * down + first[0], 'constant', here);
        for (let phase = 0; phase < up; phase++) {
          words[args / 4] = source + 4 * (first[phase] - first[0]);
          words[args / 4 + 2] = address + phase * rowBytes;
          words[args / 4 + 4] = target + 4 * phase;
          dots(args, 0, Math.min(chunk, frames - frame));
        }
        const count = Math.min(chunk * up, out.length - frame * up);
        out.set(floats.subarray(target / 4, target / 4 + count), frame * up);
      }
    },
  );
}
