import { dotChart } from "../draw/dots.ts";
import { correlationsOf, modelsOf } from "../draw/facts.ts";
import { figure } from "../draw/sweep-figure.ts";
import * as words from "../draw/words.ts";

/** Most rows of the chart. */
const ROWS = 32;

/** How the final losses of each cell's first runs are spread: a dot for each run, a row for each cell. */
export const distributions = figure({
  name: "distributions",
  about: "spread of the final losses, a dot for each run",
  supports: ["loss", "scale"],
  rows: ({ cells, finals }, { loss }) =>
    cells.flatMap((cell) => {
      const { model, correlation } = cell;
      const losses = finals(cell, loss);
      const first = cell.runs.slice(0, words.MOST_DRAWN);
      return first.map(({ run }, i) => ({ model, correlation, run, loss, value: losses[i] }));
    }),
  draw: ({ found, cells, sweep, options, theme }) => {
    if (found.length === 0) return { lacking: "no run is done" };
    const all = correlationsOf(cells);
    const drawn = words.someOf(all, ROWS / modelsOf(cells).length);
    const groups = drawn.map((correlation) => {
      const here = found.filter(({ cell }) => cell.correlation === correlation);
      const rows = here.map(({ cell, style, rows }) => ({ cell, style, losses: rows.map(({ value }) => value) }));
      return { title: words.correlationTitle(correlation, all, sweep), rows };
    });
    return {
      title: `Spread of the final losses${words.ofOneModel(cells)}`,
      caption:
        `${words.finalLossWords(sweep, options)}. A dot for each run; dots above each other have about the same loss.` +
        `${words.sampleSentence(found)}${words.leftOutSentence(all, drawn)}`,
      ...dotChart(groups, { theme, options }),
    };
  },
});
