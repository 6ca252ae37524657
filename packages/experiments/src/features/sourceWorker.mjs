// A thread that runs from source has to be taught TypeScript first. The built package has worker.js instead.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
