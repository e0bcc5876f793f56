/** Bins of a small histogram, one character each. */
const BINS = 18;
/** Bins between two ticks of its axis. */
const TICK = 6;
const LEVELS = "▁▂▃▄▅▆▇█";

/** Bins of a common width for several samples of losses. */
interface Axis {
  /** In units of the paper's bins, which are 1/30 wide. */
  readonly width: number;
  /** Some loss is above the last bin, which counts it too. */
  readonly open: boolean;
}

/** Bins of the paper's width, 1/30, or a multiple of it if more than a twentieth of all losses would lie above. */
export function axisOf(losses: readonly Float64Array[]): Axis {
  const sorted = Float64Array.from(losses.flatMap((row) => [...row])).sort();
  const reach = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
  const width = Math.max(1, Math.ceil((reach * 30) / BINS));
  return { width, open: binOf(sorted.at(-1) ?? 0, width) >= BINS };
}

/** The axis above the bins: `0     .2    .4 .6+`, with a plus if the last bin is open. */
export function axisText({ width, open }: Axis): string {
  const tick = (bin: number) => String(Number(((bin * width) / 30).toPrecision(3))).replace(/^0\./, ".");
  const end = `${tick(BINS)}${open ? "+" : ""}`;
  const last = tick(2 * TICK);
  const fits = last.length + 1 + end.length <= BINS - 2 * TICK;
  return `${tick(0).padEnd(TICK)}${tick(TICK).padEnd(TICK)}${fits ? last : ""}`.padEnd(BINS - end.length) + end;
}

/** How many losses are in each bin: the largest count is a full block, an empty bin is blank. */
export function sparkline(losses: Float64Array, { width }: Axis): string {
  const counts = new Array<number>(BINS).fill(0);
  for (const loss of losses) {
    const bin = Math.min(BINS - 1, binOf(loss, width));
    counts[bin] = (counts[bin] as number) + 1;
  }
  const most = Math.max(...counts);
  const block = (count: number) => (count === 0 ? " " : LEVELS[Math.ceil((count / most) * LEVELS.length) - 1]);
  return counts.map(block).join("");
}

/** As Figure 5 bins losses: the multiple decides, not the quotient by 1/30. */
function binOf(loss: number, width: number): number {
  return Math.floor((loss * 30) / width);
}
