export { buffer, parameter } from './module/fields.ts';
export { layerKey, seedLayers } from './module/keys.ts';
export { Module, type Named } from './module/module.ts';
export {
  type LoadOptions,
  loadStateDict,
  type StateDict,
  type StateEntry,
  stateDict,
} from './module/state.ts';
