import { parentPort } from 'node:worker_threads';
import { type Chunk, extractChunk, type Job } from './chunk.ts';
import type { FeatureConfig } from './config.ts';

/** What the crew sends. */
export interface Order {
  readonly jobs: readonly Job[];
  readonly config: FeatureConfig;
}

parentPort?.on('message', ({ jobs, config }: Order) => {
  const chunk: Chunk = extractChunk(jobs, config);
  parentPort?.postMessage(chunk, [chunk.data.buffer]);
});
