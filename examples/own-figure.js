// A figure of one's own from recorded runs: each dot is a run index, OMoE's final loss across, MMoE's up. Below the
// line MMoE is better on the same data.
//
//   node examples/own-figure.js results/fixed-rows own-figure.svg
import { writeFileSync } from "node:fs";
import { readResults } from "mmoe";

const [folder = "results/fixed-rows", file = "own-figure.svg"] = process.argv.slice(2);
const { config, records } = await readResults(folder);
const correlation = config.correlations[0];

/** Final losses of a model at that correlation on held-out rows, the mean over tasks, by the run's index. */
function finalLosses(model) {
  const runs = records.filter((record) => record.model === model && record.correlation === correlation);
  const done = runs.filter(({ status }) => status === "done");
  return new Map(
    done.map(({ run, curve }) => {
      const tasks = curve.heldout.length / curve.steps.length;
      const last = [...curve.heldout.subarray(-tasks)];
      return [run, last.reduce((sum, loss) => sum + loss, 0) / tasks];
    }),
  );
}

const [omoe, mmoe] = [finalLosses("omoe"), finalLosses("mmoe")];
const pairs = [...omoe].flatMap(([run, loss]) => (mmoe.has(run) ? [[loss, mmoe.get(run)]] : []));
const most = Math.max(...pairs.flat());
const place = (loss) => (300 * loss) / most;
const dots = pairs.map(([a, b]) => `<circle cx="${place(a).toFixed(1)}" cy="${(300 - place(b)).toFixed(1)}" r="2"/>`);
writeFileSync(
  file,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -10 320 340" font-family="sans-serif" font-size="11">
  <rect width="300" height="300" fill="none" stroke="#999"/>
  <line x1="0" y1="300" x2="300" y2="0" stroke="#999"/>
  <g fill="#1f77b4" fill-opacity=".6">${dots.join("")}</g>
  <text x="150" y="316" text-anchor="middle">held-out loss at correlation ${correlation}, 0 to ${most.toFixed(2)}: OMoE across, MMoE up</text>
</svg>
`,
);
const better = pairs.filter(([a, b]) => b < a).length;
console.log(`${file}: MMoE is better in ${better} of ${pairs.length} pairs of runs`);
