import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Work } from '../case.ts';
import type { Contender } from '../measure.ts';
import type { PeerName } from '../record.ts';

export interface PeerProgram {
  readonly engine: PeerName;
  readonly threads: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly ready?: string;
  readonly milliseconds?: number;
  /** It has no such op, or would take too long. */
  readonly refused?: string;
  readonly error?: string;
}

/** Another library in a process of its own, which waits for its turns: one line of JSON there, one back. */
export class Peer {
  readonly engine: PeerName;
  readonly threads: number;
  /** What it calls itself. */
  title = '';
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #complaints = '';

  private constructor({ engine, threads, command, args, environment }: PeerProgram) {
    this.engine = engine;
    this.threads = threads;
    this.#child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: 'pipe' });
    // A program that cannot be started ends its output at once, which `#answer` reports.
    this.#child.on('error', (error) => {
      this.#complaints += error.message;
    });
    this.#child.stdin!.on('error', (error) => {
      this.#complaints += error.message;
    });
    this.#child.stderr!.on('data', (data) => {
      this.#complaints += data;
    });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Rejects with what the program said when it does not come up. */
  static async start(program: PeerProgram): Promise<Peer> {
    const peer = new Peer(program);
    peer.title = (await peer.#answer()).ready ?? program.engine;
    return peer;
  }

  /** A contender for the work, or nothing where the library cannot do it. */
  async contender(work: Work & { readonly flops?: number | undefined }): Promise<Contender | undefined> {
    const { milliseconds, error } = await this.#ask({ prepare: work });
    if (error !== undefined) await this.release();
    if (milliseconds === undefined) return undefined;
    return {
      name: `${this.engine} ${this.threads}`,
      warmUp: () => milliseconds,
      turn: async (seconds) => {
        const answer = await this.#ask({ turn: seconds });
        if (answer.milliseconds === undefined)
          throw new Error(`bench: ${this.title} failed, ${answer.error}`);
        return answer.milliseconds;
      },
    };
  }

  /** Frees what was made for the last work. */
  async release(): Promise<void> {
    await this.#ask({ release: true });
  }

  stop(): void {
    this.#child.kill();
  }

  #ask(request: object): Promise<Answer> {
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
    return this.#answer();
  }

  async #answer(): Promise<Answer> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`bench: ${this.engine} ended, ${this.#complaints.trim().split('\n').at(-1)}`);
    return JSON.parse(value) as Answer;
  }
}
