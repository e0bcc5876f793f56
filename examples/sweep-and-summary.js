// A small sweep and what came out of it: OMoE against MMoE at two correlations, 10 short runs a cell.
//
//   node examples/sweep-and-summary.js [FOLDER]
import { loadConfig, readResults, runSweep, summarise } from "mmoe";

const out = process.argv[2] ?? "results/example";
const config = loadConfig("paper", { models: ["omoe", "mmoe"], correlations: [0.5, 1], runs: 10, steps: 500 });

const outcome = await runSweep(
  { config, out, engine: "cpu" },
  { listener: { start: ({ todo, engine, device }) => console.log(`${todo.length} runs on ${engine} (${device})`) } },
);
console.log(`${outcome.done} done, ${outcome.failed} failed, ${outcome.missing} missing\n`);

const { cells, models } = summarise(await readResults(out), { loss: "heldout" });
for (const { model, correlation, loss } of cells) {
  const { value, low, high } = loss.mean;
  console.log(`${model} at ${correlation}: ${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`);
}
for (const { first, second, pairs, mean, adjusted } of models) {
  const difference = `${first.model} - ${second.model} at ${first.correlation}: ${mean.value.toFixed(3)}`;
  console.log(`${difference} in ${pairs} pairs of runs, p = ${adjusted.toFixed(3)}`);
}
