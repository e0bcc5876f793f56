// npm run bench:native: training on TensorFlow's C library, eager and traced, beside the cpu engine, as a table in
// Markdown. After mmoe cuda setup, with --cpu where there is no card.
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { deviceOf } from "../src/engines/tfjs/device.ts";
import { loadTf } from "../src/engines/tfjs/tf.ts";
import { type Contender, contendersOf } from "./native/contenders.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1x64,20x64,200x64,200x256" },
    rounds: { type: "string", default: "5" },
    ms: { type: "string", default: "300" },
    xla: { type: "boolean", default: false },
  },
});
const sizes = values.sizes.split(",").map((size) => size.split("x").map(Number) as [number, number]);
const tf = await loadTf("tensorflow");
const { name: device } = await deviceOf(tf, "tensorflow");

console.log(
  `${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.versions.node}; TensorFlow on ${device}`,
);
console.log(`MMoE, Adam: ms a step of all runs (operations a step), least of ${values.rounds} turns\n`);
for (const [i, [R, B]] of sizes.entries()) {
  const contenders = await contendersOf(tf, R, B, { xla: values.xla });
  const least = await leastOf(contenders);
  if (i === 0) printHead(contenders);
  const cells = contenders.map(({ operations }, c) => cell(least[c] as number, operations));
  const [shipped, , traced] = least as [number, number, number];
  console.log(`| ${[`${R} x ${B}`, ...cells, `${(shipped / traced).toFixed(1)}`].join(" | ")} |`);
  for (const contender of contenders) await contender.dispose();
}

/** The least time of each contender, round after round, so that all see the same machine. */
async function leastOf(contenders: readonly Contender[]): Promise<number[]> {
  const least = contenders.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [c, { name, turn }] of contenders.entries()) {
      const ms = await turn(Number(values.ms));
      least[c] = Math.min(least[c] as number, ms);
      console.error(`bench: ${name}: ${ms.toFixed(3)} ms`);
    }
  }
  return least;
}

function printHead(contenders: readonly Contender[]): void {
  const heads = ["runs x rows", ...contenders.map(({ name }) => name), "traced to shipped"];
  console.log(`| ${heads.join(" | ")} |\n| ${heads.map(() => "---").join(" | ")} |`);
}

function cell(ms: number, operations: number | undefined): string {
  return `${ms.toPrecision(3)}${operations === undefined ? "" : ` (${operations})`}`;
}
