// npm run bench:native: training on TensorFlow's C library, eager and traced, beside the cpu engine, as a table in
// Markdown. After mmoe cuda setup, with --cpu where there is no card.
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { deviceOf } from "../src/engines/tfjs/device.ts";
import { loadTf } from "../src/engines/tfjs/tf.ts";
import { type Contender, contendersOf, leastOf, type StepTime } from "./native/contenders.ts";

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
console.log(
  `MMoE, Adam: least ms a step of all runs / of all cores together (operations a step), ${values.rounds} turns\n`,
);
for (const [i, [R, B]] of sizes.entries()) {
  const contenders = await contendersOf(tf, R, B, { xla: values.xla });
  const least = await inTurns(contenders);
  if (i === 0) printHead(contenders);
  const cells = contenders.map(({ operations }, c) => cell(least[c] as StepTime, operations));
  console.log(`| ${[`${R} x ${B}`, ...cells, gain(least)].join(" | ")} |`);
  for (const contender of contenders) await contender.dispose();
}

/** Round after round, so that all see the same machine. */
async function inTurns(contenders: readonly Contender[]): Promise<StepTime[]> {
  let least = contenders.map((): StepTime => ({ wallMs: Number.POSITIVE_INFINITY, cpuMs: Number.POSITIVE_INFINITY }));
  for (let round = 0; round < Number(values.rounds); round++) {
    const times: StepTime[] = [];
    for (const { turn } of contenders) times.push(await turn(Number(values.ms)));
    least = least.map((time, c) => leastOf(time, times[c] as StepTime));
    console.error(`bench: ${times.map((time, c) => `${contenders[c]?.name} ${cell(time)}`).join(", ")}`);
  }
  return least;
}

/** How many times as fast as what tfjs ships tracing is. */
function gain(least: readonly StepTime[]): string {
  const [shipped, , traced] = least as [StepTime, StepTime, StepTime];
  return `${(shipped.wallMs / traced.wallMs).toFixed(1)} / ${(shipped.cpuMs / traced.cpuMs).toFixed(1)}`;
}

function printHead(contenders: readonly Contender[]): void {
  const heads = ["runs x rows", ...contenders.map(({ name }) => name), "traced is faster"];
  console.log(`| ${heads.join(" | ")} |\n| ${heads.map(() => "---").join(" | ")} |`);
}

function cell({ wallMs, cpuMs }: StepTime, operations?: number): string {
  const times = `${wallMs.toPrecision(3)} / ${cpuMs.toPrecision(3)}`;
  return operations === undefined ? times : `${times} (${operations})`;
}
