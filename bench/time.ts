/** The least time of one call in µs: each of `rounds` rounds runs for about `roundMs`. Other work on the machine only adds. */
export function leastMicroseconds(call: () => void, { rounds = 15, roundMs = 20 } = {}): number {
  for (let start = performance.now(); performance.now() - start < 2 * roundMs; ) call();
  const once = timed(call, 1);
  const calls = Math.max(1, Math.round(roundMs / once));
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) least = Math.min(least, timed(call, calls) / calls);
  return 1000 * least;
}

/** Milliseconds of `calls` calls. */
function timed(call: () => void, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return Math.max(performance.now() - start, 1e-4);
}
