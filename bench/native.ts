// npm run bench -- native: training on TensorFlow's C library, eager and traced, beside the cpu engine; several models and
// learning rates one after the other and in one call. Tables in Markdown. Needs mmoe cuda setup, with --cpu if there is
// no card.
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { deviceOf } from "../src/engines/tfjs/device.ts";
import { loadTf } from "../src/engines/tfjs/tf.ts";
import { type Contender, contendersOf, leastOf, type StepTime } from "./native/contenders.ts";
import { separateAndTogether } from "./native/together.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1x64,20x64,200x64,200x256" },
    rounds: { type: "string", default: "5" },
    ms: { type: "string", default: "300" },
  },
});
const NEVER: StepTime = { wallMs: Number.POSITIVE_INFINITY, cpuMs: Number.POSITIVE_INFINITY };
const sizes = values.sizes.split(",").map((size) => size.split("x").map(Number) as [number, number]);
const tf = await loadTf("tensorflow");
const { name: device } = await deviceOf(tf, "tensorflow");

console.log(
  `${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.versions.node}; TensorFlow on ${device}`,
);
console.log(
  `Adam: least ms per step of all runs / of all cores together (operations per step), ${values.rounds} turns\n`,
);
await table("MMoE, a fixed set", "traced is faster", [0, 2], (R, B) => contendersOf(tf, R, B));
for (const trainRows of [100, "fresh"] as const) {
  for (const rates of [[0.001], [0.001, 0.01, 0.0001]]) {
    const rows = trainRows === "fresh" ? "fresh rows" : "a fixed set";
    await table(`Three models, learning rates: ${rates.length}, ${rows}`, "one call is faster", [0, 1], (R, B) =>
      separateAndTogether(tf, R, B, { trainRows, rates }),
    );
  }
}

/** One line for each size; `gain`: which contender is compared with which. */
async function table(
  title: string,
  gainHead: string,
  [before, after]: readonly [number, number],
  contendersAt: (R: number, B: number) => Promise<Contender[]>,
): Promise<void> {
  console.log(`${title}\n`);
  for (const [i, [R, B]] of sizes.entries()) {
    const contenders = await contendersAt(R, B);
    const least = await inTurns(contenders);
    if (i === 0) printHead(["runs x rows", ...contenders.map(({ name }) => name), gainHead]);
    const cells = contenders.map(({ operations }, c) => cell(least[c], operations));
    console.log(`| ${[`${R} x ${B}`, ...cells, gain(least[before], least[after])].join(" | ")} |`);
    for (const contender of contenders) await contender.dispose();
  }
  console.log("");
}

/** Times contenders in turns, round after round, so that all see the same machine. */
async function inTurns(contenders: readonly Contender[]): Promise<StepTime[]> {
  let least = contenders.map(() => NEVER);
  for (let round = 0; round < Number(values.rounds); round++) {
    const times: StepTime[] = [];
    for (const { turn } of contenders) times.push(await turn(Number(values.ms)));
    least = least.map((time, c) => leastOf(time, times[c]));
    console.error(`bench: ${times.map((time, c) => `${contenders[c]?.name} ${cell(time)}`).join(", ")}`);
  }
  return least;
}

/** How many times as fast `after` is. */
function gain(before = NEVER, after = NEVER): string {
  return `${(before.wallMs / after.wallMs).toFixed(1)} / ${(before.cpuMs / after.cpuMs).toFixed(1)}`;
}

function printHead(heads: readonly string[]): void {
  console.log(`| ${heads.join(" | ")} |\n| ${heads.map(() => "---").join(" | ")} |`);
}

function cell({ wallMs, cpuMs }: StepTime, operations?: number): string {
  const times = `${wallMs.toPrecision(3)} / ${cpuMs.toPrecision(3)}`;
  return operations === undefined ? times : `${times} (${operations})`;
}
