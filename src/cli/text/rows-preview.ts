import type { TrialSettings } from "../../config/trials.ts";
import { measuredCorrelations } from "../../data/label-correlation.ts";
import { labelCorrelation } from "../../data/moments.ts";
import { generatorSettings } from "../../data/presets.ts";
import type { Rows } from "../../data/task-set.ts";
import { publishedFigure2 } from "../../figures/published.ts";
import type { LabelTrials } from "../../records/label-trials.ts";
import { mean, standardDeviation } from "../../stats/moments.ts";
import { thousands } from "../../units.ts";
import { table } from "./table.ts";

/** Rows, inputs and labels that a terminal shows: 80 columns hold them. */
const SHOWN = { rows: 10, inputs: 4, labels: 3 };

interface Preview {
  /** Rows in all. */
  readonly rows: number;
  /** D. */
  readonly inputs: number;
  /** K. */
  readonly tasks: number;
}

/** The first of the rows, as a table for people: x [B, D], y [B, K], of which B may be less than `rows`. */
export function rowsPreview({ x, y }: Rows, { rows, inputs, tasks }: Preview): string {
  const columns = [...columnsOf("x", x, inputs, SHOWN.inputs), ...columnsOf("y", y, tasks, SHOWN.labels)];
  const shown = Math.min(rows, SHOWN.rows, y.length / tasks);
  const body = Array.from({ length: shown }, (_, n) => columns.map(({ of }) => of(n)));
  return table([columns.map(({ name }) => name), ...body]);
}

/** What a preview leaves out, e.g. `10 of 500 rows, 4 of 100 inputs`; undefined for nothing. */
export function leftOut({ rows, inputs, tasks }: Preview): string | undefined {
  const counts: [number, number, string][] = [
    [SHOWN.rows, rows, "rows"],
    [SHOWN.inputs, inputs, "inputs"],
    [SHOWN.labels, tasks, "labels"],
  ];
  const less = counts.filter(([shown, all]) => shown < all);
  return less.length === 0
    ? undefined
    : less.map(([shown, all, what]) => `${shown} of ${thousands(all)} ${what}`).join(", ");
}

/** The first columns of `values`, which has `width`, and dots for others: each with its text in row n. */
function columnsOf(letter: string, values: Float32Array, width: number, most: number) {
  const columns = Array.from({ length: Math.min(width, most) }, (_, c) => ({
    name: `${letter}${c + 1}`,
    of: (n: number) => values[n * width + c].toFixed(4),
  }));
  return width > most ? [...columns, { name: "...", of: () => "" }] : columns;
}

/** Measures every trial, on the rows of the run with the same number. */
export function measureTrials(settings: TrialSettings): LabelTrials {
  const { seed, correlations, trials, rows } = settings;
  const generator = generatorSettings(settings.data);
  const measured = Array.from({ length: trials }, (_, run) =>
    measuredCorrelations(generator, correlations, rows, { seed, run }),
  );
  return { settings, measured };
}

/** Figure 2's numbers: label correlation over trials, beside the closed form and the paper's; in lines of `width`. */
export function trialsTable({ settings, measured }: LabelTrials, width: number): string {
  const lines = settings.correlations.map((p, i) => {
    const values = measured.map((trial) => trial[i]);
    const numbers = [
      mean(values),
      2 * standardDeviation(values),
      labelCorrelation(generatorSettings(settings.data), p),
    ];
    const paper = publishedFigure2().find(({ correlation }) => correlation === p)?.labelCorrelation;
    return [
      String(p),
      ...numbers.map((value) => (Number.isNaN(value) ? "-" : value.toFixed(5))),
      paper === undefined ? "-" : String(paper),
    ];
  });
  return table([["correlation", "label correlation", "2 sd", "closed form", "paper's Figure 2"], ...lines], width);
}
