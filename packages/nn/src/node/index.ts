export { checkpointFolder } from './checkpointFolder.ts';
export { type Interruption, interruption } from './interruption.ts';
export { progress } from './progress.ts';
