import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Peer, type PeerProgram } from './peer.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Every peer that is to be had here; `say` hears of those that are not. */
export async function startPeers(threads: readonly number[], say: (line: string) => void): Promise<Peer[]> {
  const programs = [...javaScriptPrograms(say), ...torchPrograms(threads, say)];
  const peers: Peer[] = [];
  for (const program of programs) {
    try {
      peers.push(await Peer.start(program));
    } catch (error) {
      say(`${program.engine}: left out, ${(error as Error).message}`);
    }
  }
  for (const { title, threads: count } of peers) say(`beside ${title}, threads: ${count}`);
  return peers;
}

/** Installed at first use, from a lock file of their own, so that nobody else pays for them. */
function javaScriptPrograms(say: (line: string) => void): PeerProgram[] {
  try {
    if (!existsSync(`${folder}node_modules/.package-lock.json`)) install();
  } catch (error) {
    say(`tfjs, jax-js: left out, npm ci failed, ${(error as Error).message.split('\n')[0]}`);
    return [];
  }
  const program = (engine: PeerProgram['engine'], file: string, ...args: string[]): PeerProgram => ({
    engine,
    threads: 1,
    command: process.execPath,
    args: [`${folder}${file}`, ...args],
  });
  return [
    program('tfjsWasm', 'tfjs.mjs', 'wasm'),
    program('tfjsCpu', 'tfjs.mjs', 'cpu'),
    program('jaxJs', 'jax.mjs'),
  ];
}

function install(): void {
  execFileSync('npm', ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: 'pipe',
  });
}

/** A process for each number of threads, since OpenBLAS takes its own from the environment alone. */
function torchPrograms(threads: readonly number[], say: (line: string) => void): PeerProgram[] {
  const python = ['python3', '/usr/bin/python3'].find(hasTorch);
  if (python === undefined) {
    say('torch: left out, no python3 here can import it');
    return [];
  }
  return threads.map((count) => ({
    engine: 'torch',
    threads: count,
    command: python,
    args: ['-B', `${folder}torch_worker.py`, String(count)],
    environment: {
      OMP_NUM_THREADS: String(count),
      OPENBLAS_NUM_THREADS: String(count),
      // Threads that spin between ops would slow down whoever has the next turn.
      OMP_WAIT_POLICY: 'PASSIVE',
    },
  }));
}

function hasTorch(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
