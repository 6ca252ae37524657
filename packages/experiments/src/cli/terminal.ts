import { progress } from '@sonograd/nn/node';
import type { Progress } from '../pipelines/pipeline.ts';

const barCells = 20;
const redrawMs = 100;

/** Where lines go: standard error, so that standard output holds results alone. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Bars that move on a terminal; elsewhere a line when something begins. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return {
    note: (line) => void stream.write(`${line}\n`),
    bar: (title) => bar(title, stream),
    training(phase) {
      stream.write(`training: ${phase}\n`);
      return progress({ stream });
    },
  };
}

export function bar(title: string, screen: Screen): (done: number, total: number) => void {
  let shown = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    const over = done >= total;
    if (screen.isTTY !== true) {
      if (shown < 0) screen.write(`${title}\n`);
      shown = 0;
    } else if (over || performance.now() - shown > redrawMs) {
      shown = performance.now();
      screen.write(`\r\u001b[2K${drawBar(done / Math.max(1, total))} ${title}${over ? '\n' : ''}`);
    }
  };
}

function drawBar(share: number): string {
  const full = Math.round(Math.min(1, share) * barCells);
  const percent = `${Math.floor(100 * Math.min(1, share))}%`.padStart(4);
  return `${'━'.repeat(full)}${'─'.repeat(barCells - full)}${percent}`;
}
