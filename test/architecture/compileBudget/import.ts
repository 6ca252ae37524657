import { randn } from '@sonograd/tensor';

/** What the import alone costs: the first method that is called makes the compiler read them all. */
export const activated = randn([2, 3]).relu();
