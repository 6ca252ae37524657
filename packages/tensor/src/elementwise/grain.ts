/**
 * Elements of the cheapest kernels that pay for the way to another thread, which takes 2 to 5 µs: on shorter
 * tensors two threads measured no faster than one. Dearer kernels take fewer.
 */
export const elementsPerRange = 32_768;
