import { SmoothAverage } from '../metrics/average.ts';
import type { Callback, RunView } from './callback.ts';
import type { ValidationRecord } from './history.ts';

/** Where a run stands, for one line of text. */
export interface ProgressState {
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of this epoch that are done, and how many it has, where that is known. */
  readonly done: number;
  readonly total: number | undefined;
  readonly stepsPerSecond: number;
  readonly loss: number;
}

const barCells = 20;

/** `epoch 3/20 ━━━━━━━╸──────────── 38% 128 steps/s 1:05 left loss 0.0123`. */
export function progressLine(state: ProgressState): string {
  const { epoch, epochs, done, total, stepsPerSecond, loss } = state;
  const place = total === undefined ? `${done} steps` : `${bar(done / total)} ${percent(done / total)}`;
  const left = total === undefined ? undefined : ((epochs - epoch) * total - done) / stepsPerSecond;
  return [
    `epoch ${Math.min(epoch + 1, epochs)}/${epochs}`,
    place,
    `${threeDigits(stepsPerSecond)} steps/s`,
    ...(left === undefined ? [] : [`${clock(left)} left`]),
    `loss ${threeDigits(loss)}`,
  ].join(' ');
}

/** `validation at step 75: loss 0.123, accuracy 0.98`. */
export function validationLine({ step, epoch: _, ...values }: ValidationRecord): string {
  const shown = Object.entries(values).map(([name, value]) => `${name} ${threeDigits(value)}`);
  return `validation at step ${step}: ${shown.join(', ')}`;
}

/** Half a cell counts as well. */
export function bar(share: number): string {
  const halves = Math.round(Math.min(1, Math.max(0, share)) * 2 * barCells);
  const full = '━'.repeat(halves >> 1) + (halves % 2 === 1 ? '╸' : '');
  return full + '─'.repeat(barCells - full.length);
}

export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const twoDigits = (count: number) => String(count).padStart(2, '0');
  const tail = `${twoDigits(minutes)}:${twoDigits(whole % 60)}`;
  return hours > 0 ? `${hours}:${tail}` : tail.replace(/^0/, '');
}

export function threeDigits(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);
}

function percent(share: number): string {
  return `${Math.floor(100 * share)}%`;
}

/** Where lines go. A terminal's last line is written over again and again; elsewhere each line stays. */
export interface LineOutput {
  readonly terminal: boolean;
  write(text: string): void;
}

export interface ProgressOptions {
  /** Milliseconds between two lines: short on a terminal, where they replace each other, long elsewhere. */
  readonly everyMilliseconds?: number;
  /** For tests. */
  readonly now?: () => number;
}

/** A callback that shows how far a run is, and keeps a line for each validation. */
export function progressTo(output: LineOutput, options: ProgressOptions = {}): Callback {
  const { now = () => performance.now(), everyMilliseconds = output.terminal ? 100 : 30_000 } = options;
  const replace = (line: string) => output.write(output.terminal ? `\r\u001b[2K${line}` : `${line}\n`);
  const lasting = (line: string) => output.write(output.terminal ? `\r\u001b[2K${line}\n` : `${line}\n`);
  const calm = new SmoothAverage();
  let [started, firstStep, shown] = [0, 0, 0];
  const speed = (run: RunView) => (1000 * (run.step - firstStep)) / Math.max(1e-3, now() - started);
  const stateOf = (run: RunView): ProgressState => ({
    ...{ epoch: run.epoch, epochs: run.epochs, total: run.stepsPerEpoch, loss: calm.value },
    ...{ done: run.step - run.epochStart, stepsPerSecond: speed(run) },
  });
  return {
    onStart(run) {
      [started, shown, firstStep] = [now(), now(), run.step];
    },
    onStep(run, { loss }) {
      calm.add(loss);
      if (now() - shown < everyMilliseconds) return;
      shown = now();
      replace(progressLine(stateOf(run)));
    },
    onValidate: (_, record) => lasting(validationLine(record)),
    onEpoch(run, { loss }) {
      lasting(`epoch ${run.epoch}/${run.epochs}: loss ${threeDigits(loss)}`);
    },
    onEnd: (run, ending) =>
      lasting(`${endings[ending]} after ${run.step} steps in ${clock((now() - started) / 1000)}`),
  };
}

const endings = { finished: 'finished', stoppedEarly: 'stopped early', cancelled: 'cancelled' } as const;
