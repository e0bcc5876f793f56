/**
 * The least time of one call in µs, of the processor, so that other processes do not count: each of `rounds` rounds runs for
 * about `roundMs`.
 */
export function leastMicroseconds(call: () => void, { rounds = 15, roundMs = 20 } = {}): number {
  for (let start = performance.now(); performance.now() - start < 2 * roundMs; ) call();
  const once = timed(call, 1);
  const calls = Math.max(1, Math.round(roundMs / once));
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) least = Math.min(least, timed(call, calls) / calls);
  return 1000 * least;
}

/** Milliseconds of processor time of `calls` calls. */
function timed(call: () => void, calls: number): number {
  const start = process.cpuUsage();
  for (let i = 0; i < calls; i++) call();
  const { user, system } = process.cpuUsage(start);
  return Math.max((user + system) / 1000, 1e-3);
}
