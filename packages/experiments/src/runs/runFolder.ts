import { accessSync, appendFileSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readFile, writeFileAtomic } from '@sonograd/tensor/files';
import { explainSystemError, firstLine, InputError } from '../inputError.ts';

/** What `config.json` holds: enough to run the whole again. */
export interface RunRecord {
  readonly pipeline: string;
  readonly config: unknown;
  readonly started: string;
  readonly version: string;
}

export type MetricLine = Readonly<Record<string, number | string | boolean | null>>;

const encoder = new TextEncoder();

/** The folder of one run. Every file in it is whole at every moment. */
export class RunFolder {
  private constructor(readonly path: string) {}

  /** A new folder `<time>-<pipeline>` under `root`. */
  static create(root: string, record: RunRecord): RunFolder {
    const stamp = record.started.replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    const name = `${stamp}-${record.pipeline}`;
    const path = firstFree(join(root, name));
    try {
      mkdirSync(join(path, 'samples'), { recursive: true });
    } catch (error) {
      throw explainSystemError('run', path, error);
    }
    const folder = new RunFolder(path);
    folder.writeJson('config.json', record);
    return folder;
  }

  /** The folder of an earlier run. */
  static open(path: string): RunFolder {
    const folder = new RunFolder(path);
    folder.record();
    return folder;
  }

  get name(): string {
    return basename(this.path);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  sample(name: string): string {
    return join(this.path, 'samples', name);
  }

  has(name: string): boolean {
    return existsSync(this.file(name));
  }

  record(): RunRecord {
    const record = this.readJson('config.json');
    if (typeof record === 'object' && record !== null && 'pipeline' in record && 'config' in record) {
      return record as RunRecord;
    }
    throw new InputError(`run: config.json does not say which pipeline ran, ${this.path}`);
  }

  readJson(name: string): unknown {
    let text: string;
    try {
      text = readFileSync(this.file(name), 'utf8');
    } catch (error) {
      throw explainSystemError('run', this.file(name), error);
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new InputError(`run: not JSON, ${firstLine(error)}, ${this.file(name)}`, { cause: error });
    }
  }

  readBytes(name: string): Uint8Array {
    try {
      return readFile(this.file(name));
    } catch (error) {
      throw explainSystemError('run', this.file(name), error);
    }
  }

  write(name: string, content: string | Uint8Array): string {
    const path = this.file(name);
    try {
      writeFileAtomic(path, typeof content === 'string' ? encoder.encode(content) : content);
    } catch (error) {
      throw explainSystemError('run', path, error);
    }
    return path;
  }

  writeJson(name: string, value: unknown): string {
    return this.write(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** One more line of `metrics.jsonl`. */
  appendMetrics(line: MetricLine): void {
    const path = this.file('metrics.jsonl');
    try {
      appendFileSync(path, `${JSON.stringify(line)}\n`);
    } catch (error) {
      throw explainSystemError('run', path, error);
    }
  }

  /** Puts the lines of one phase in place of those it had; the lines of others stay. */
  replaceMetrics(phase: string, lines: readonly MetricLine[]): void {
    const others = this.metrics().filter((line) => line.phase !== phase);
    const text = [...others, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
    this.write('metrics.jsonl', text);
  }

  /** The lines so far; the last may be half a line where the power failed, and does not count. */
  metrics(): MetricLine[] {
    if (!this.has('metrics.jsonl')) return [];
    const lines = readFileSync(this.file('metrics.jsonl'), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as MetricLine);
  }
}

/** Makes the folder of all runs if need be; whoever may not write there hears of it before the work begins. */
export function requireWritable(root: string): void {
  try {
    mkdirSync(root, { recursive: true });
    accessSync(root, constants.W_OK);
  } catch (error) {
    throw explainSystemError('run', root, error);
  }
}

function firstFree(path: string): string {
  if (!existsSync(path)) return path;
  for (let count = 2; ; count++) if (!existsSync(`${path}-${count}`)) return `${path}-${count}`;
}
