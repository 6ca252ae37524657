import type { InterpolateOptions } from '../pipeline.ts';

/** Below this angle an arc is a straight line as far as float32 can tell. */
const leastAngle = 1e-4;

/** The point at `share` of the way from one code to another. */
export function along(
  from: Float32Array,
  to: Float32Array,
  share: number,
  path: InterpolateOptions['path'],
): Float32Array {
  const [first, second] = path === 'linear' ? [1 - share, share] : arcShares(from, to, share);
  return from.map((value, i) => first * value + second * to[i]!);
}

/**
 * How much of both ends there is on the great circle between them (Shoemake, 1985): codes drawn from a normal
 * distribution of many dimensions lie in a thin shell, and a straight line would cut through the empty middle.
 */
function arcShares(from: Float32Array, to: Float32Array, share: number): [number, number] {
  const cosine = dot(from, to) / Math.sqrt(dot(from, from) * dot(to, to));
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  // Ends that are the same, opposite or at the origin have no one arc between them.
  if (!(angle > leastAngle && angle < Math.PI - leastAngle)) return [1 - share, share];
  const whole = Math.sin(angle);
  return [Math.sin((1 - share) * angle) / whole, Math.sin(share * angle) / whole];
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
