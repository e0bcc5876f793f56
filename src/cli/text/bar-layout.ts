/** What the lines of a sweep's bars hold, for a terminal of some size. */
export interface BarLayout {
  /** Whether each cell has a line of its own; else only the complete sweep has. */
  readonly cells: boolean;
  /** Whether the sweep's line has its steps a second, before the time left. */
  readonly rate: boolean;
  /** Characters of a bar. */
  readonly bar: number;
}

interface Lines {
  /** The terminal, in characters. */
  readonly columns: number;
  readonly rows: number;
  /** Names of the cells. */
  readonly names: readonly string[];
  /** Runs in all. */
  readonly runs: number;
}

export const ALL = "all";

/** Longest ends of the sweep's line, and of a cell's. */
const [LEFT, RATE, LOSS] = [", 23:59 min left".length, ", 999,999 steps/s".length, ", loss 0.0000".length];
const LEAST_BAR = 4;

/**
 * Chooses what fits: no line is wider than the terminal, and the lines leave room for one more. A line is
 * `name [bar] 3/8 runs` and its end.
 */
export function barLayout({ columns, rows, names, runs }: Lines): BarLayout {
  const counts = `${runs}/${runs} runs`.length;
  const room = (name: number, end: number) => columns - 1 - name - " [] ".length - counts - end;
  const widest = Math.max(ALL.length, ...names.map((name) => name.length));
  const cells = names.length + 2 <= rows && room(widest, Math.max(LEFT, LOSS)) >= LEAST_BAR;
  const name = cells ? widest : ALL.length;
  const rate = room(name, LEFT + RATE) >= LEAST_BAR;
  return { cells, rate, bar: Math.max(LEAST_BAR, room(name, rate ? LEFT + RATE : Math.max(LEFT, LOSS))) };
}
