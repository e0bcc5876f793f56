/** When the last of some tasks ends, of these times, each begun by the place that is free first; 0 without any. */
export function lastEnd(times: readonly number[], places: number): number {
  const busy = new Float64Array(places);
  for (const time of times) {
    const first = busy.indexOf(Math.min(...busy));
    busy[first] = (busy[first] as number) + time;
  }
  return Math.max(...busy);
}
