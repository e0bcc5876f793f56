import { generatorOfTrials, type TrialSettings } from "../../config/trials.ts";
import { measuredCorrelations } from "../../data/label-correlation.ts";
import { labelCorrelation } from "../../data/moments.ts";
import { publishedFigure2 } from "../../figures/published.ts";
import type { LabelTrials } from "../../records/label-trials.ts";
import { mean, standardDeviation } from "../../stats/moments.ts";
import { table } from "./table.ts";

/** Measures every trial, on the rows of the run with the same number. */
export function measureTrials(settings: TrialSettings): LabelTrials {
  const { seed, correlations, trials, rows } = settings;
  const generator = generatorOfTrials(settings);
  const measured = Array.from({ length: trials }, (_, run) =>
    measuredCorrelations(generator, correlations, rows, { seed, run }),
  );
  return { settings, measured };
}

/** Figure 2's numbers: label correlation over trials, beside the closed form and the paper's; in lines of `width`. */
export function trialsTable({ settings, measured }: LabelTrials, width: number): string {
  const lines = settings.correlations.map((p, i) => {
    const values = measured.map((trial) => trial[i] as number);
    const numbers = [mean(values), 2 * standardDeviation(values), labelCorrelation(generatorOfTrials(settings), p)];
    const paper = publishedFigure2().find(({ correlation }) => correlation === p)?.labelCorrelation;
    return [
      String(p),
      ...numbers.map((value) => (Number.isNaN(value) ? "-" : value.toFixed(5))),
      paper === undefined ? "-" : String(paper),
    ];
  });
  return table([["correlation", "label correlation", "2 sd", "closed form", "paper's Figure 2"], ...lines], width);
}
