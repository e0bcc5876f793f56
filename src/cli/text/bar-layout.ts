import { TOGETHER } from "../../sweep/early-stopping.ts";
import { CHOOSING } from "./step-choices.ts";

/** What the lines of a sweep's bars hold, for a terminal of some size. */
export interface BarLayout {
  /** Whether each cell has a line of its own; else the worst and the slowest have one. */
  readonly cells: boolean;
  /** Whether a cell's line ends with its loss. */
  readonly loss: boolean;
  /** Whether the sweep's line has its steps a second, before the time left. */
  readonly rate: boolean;
  /** Characters of a bar; 0 for none. */
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
  /** Whether their numbers of steps are chosen while they train. */
  readonly choosing?: boolean;
}

export const ALL = "all";

/** Longest ends of the sweep's line, without early stopping and with it, and of a cell's. */
const [LEFT, CHOICE] = [", 23:59 min left".length, `, ${CHOOSING}${TOGETHER}/${TOGETHER}`.length];
const [RATE, LOSS] = [", 999,999 steps/s".length, ", training 0.0000".length];
const LEAST_BAR = 4;

/**
 * Chooses what fits: no line is wider than the terminal, and the lines leave room for one more. A line is
 * `name [bar] 3/8 runs` and its end.
 */
export function barLayout({ columns, rows, names, runs, choosing = false }: Lines): BarLayout {
  const left = choosing ? CHOICE : LEFT;
  const counts = ` ${runs}/${runs} runs`.length;
  const room = (name: number, end: number) => columns - 1 - name - counts - end;
  const widest = Math.max(ALL.length, ...names.map((name) => name.length));
  const cells = names.length + 2 <= rows && room(widest, 0) >= 0;
  const name = cells ? widest : ALL.length;
  const loss = cells && room(name, LOSS) >= 0;
  const hasBar = (end: number) => room(name, end) - " []".length >= LEAST_BAR;
  const least = Math.max(left, loss ? LOSS : 0);
  const rate = hasBar(Math.max(least, left + RATE));
  const bar = room(name, rate ? left + RATE : least) - " []".length;
  return { cells, loss, rate, bar: hasBar(least) ? bar : 0 };
}
