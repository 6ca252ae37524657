import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@sonograd/tensor/files';
import { z } from 'zod';
import { explainSystemError, InputError } from '../inputError.ts';
import { makeFolder } from '../makeFolder.ts';
import { finalMetrics } from '../runs/reportData.ts';
import type { Task } from './plan.ts';

const cellResult = z.strictObject({
  metrics: finalMetrics,
  /** The run's folder. */
  run: z.string(),
  /** Of the process that came to the end; what one before it did that was cut off is not in it. */
  seconds: z.number(),
});

/** What one run of a sweep came to. */
export type CellResult = z.infer<typeof cellResult>;

const owner = z.strictObject({ process: z.int() });

/** One run of a sweep on disk. What there is in its folder is all that is known of it, also after a power cut. */
export class CellFolder {
  readonly path: string;

  constructor(sweep: string, task: Task) {
    this.path = join(sweep, task.folder);
    const settings = { pipeline: task.pipeline, config: task.config };
    const text = `${JSON.stringify(settings, null, 2)}\n`;
    if (!existsSync(this.settings)) {
      makeFolder('sweep', this.path);
      this.write('settings.json', text);
    } else if (this.read('settings.json') !== text) {
      const what = `${task.cell} was run with other settings here`;
      throw new InputError(`sweep: ${what}, choose another folder by --out, ${this.path}`);
    }
  }

  /** For `--config`. */
  get settings(): string {
    return join(this.path, 'settings.json');
  }

  get runs(): string {
    return join(this.path, 'runs');
  }

  get log(): string {
    return join(this.path, 'log.txt');
  }

  result(): CellResult | undefined {
    return this.parse('result.json', cellResult);
  }

  /** Takes the last line of a run's `--json`. */
  finish(said: string): CellResult {
    const { metrics, run, seconds } = z.looseObject(cellResult.shape).parse(JSON.parse(said));
    const result = { metrics, run, seconds };
    this.write('result.json', `${JSON.stringify(result, null, 2)}\n`);
    return result;
  }

  /** The run that was begun and did not come to its end. */
  begun(): string | undefined {
    const names = existsSync(this.runs) ? readdirSync(this.runs).sort() : [];
    const whole = names.filter((name) => existsSync(join(this.runs, name, 'config.json')));
    const last = whole.at(-1);
    return last === undefined ? undefined : join(this.runs, last);
  }

  /** The process that works at it, or did so when everything was killed. */
  owner(): number | undefined {
    return this.parse('process.json', owner)?.process;
  }

  ownedBy(process: number): void {
    this.write('process.json', `${JSON.stringify({ process })}\n`);
  }

  ownedByNobody(): void {
    rmSync(join(this.path, 'process.json'), { force: true });
  }

  private parse<T>(name: string, schema: z.ZodType<T>): T | undefined {
    if (!existsSync(join(this.path, name))) return undefined;
    try {
      return schema.parse(JSON.parse(this.read(name)));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
      throw new InputError(
        `sweep: not what a sweep writes, delete it and run again, ${join(this.path, name)}`,
        {
          cause: error,
        },
      );
    }
  }

  private read(name: string): string {
    try {
      return readFileSync(join(this.path, name), 'utf8');
    } catch (error) {
      throw explainSystemError('sweep', join(this.path, name), error);
    }
  }

  private write(name: string, text: string): void {
    try {
      writeFileAtomic(join(this.path, name), new TextEncoder().encode(text));
    } catch (error) {
      throw explainSystemError('sweep', join(this.path, name), error);
    }
  }
}
