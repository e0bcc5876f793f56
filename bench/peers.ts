// npm run bench -- peers: our engines and the peers' programs, in turns on the same cores, as tables in Markdown.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { CONTENDERS, type Contender, whyAbsent } from "./peers/contenders.ts";
import { coresOf } from "./peers/cores.ts";
import { type Measured, measure } from "./peers/measure.ts";

interface Subject {
  readonly models: readonly string[];
  readonly method: "sum" | "pcgrad";
}

/** By name; PyTorch's programs have the first two. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  mmoe: { models: ["mmoe"], method: "sum" },
  all: { models: ["shared-bottom", "omoe", "mmoe"], method: "sum" },
  "mmoe-pcgrad": { models: ["mmoe"], method: "pcgrad" },
  "cross-stitch": { models: ["cross-stitch"], method: "sum" },
  "cross-stitch-pcgrad": { models: ["cross-stitch"], method: "pcgrad" },
};

const { values } = parseArgs({
  options: {
    batch: { type: "string", default: "64" },
    steps: { type: "string", default: "500" },
    repeats: { type: "string", default: "3" },
    only: { type: "string" },
    subjects: { type: "string", default: Object.keys(SUBJECTS).join(",") },
    processor: { type: "boolean", default: false },
  },
});
const batches = values.batch.split(",").map(Number);
const repeats = Number(values.repeats);
const only = values.only?.split(",");

const wanted = CONTENDERS.filter(({ name }) => only?.includes(name) ?? true);
const present = wanted.filter((contender) => !whyAbsent(contender));
for (const why of new Set(wanted.map(whyAbsent).filter((why) => why !== undefined))) {
  const names = wanted.filter((contender) => whyAbsent(contender) === why).map(({ name }) => name);
  console.error(`bench: without ${names.join(", ")}: ${why}`);
}
if (present.length === 0) process.exit(2);
const all = coresOf();
/** Processor time, which other programs on the machine hardly change, is that of one core. */
const places = all.length > 1 && !values.processor ? [all.slice(-1), all] : [all.slice(-1)];
const clock = values.processor ? ", in processor time" : "";

console.log(`${cpus()[0]?.model}, least (median) of ${repeats} repeats in turns${clock}\n`);
for (const batch of batches) {
  for (const name of values.subjects.split(",")) console.log(`${await table(SUBJECTS[name], batch)}\n`);
}

/** Few rows take many steps: else what comes once, such as drawing a run's held-out rows, would count. */
function stepsOf(batch: number): number {
  return Number(values.steps) * Math.min(8, Math.max(1, Math.floor(64 / batch)));
}

/** One subject at one batch size: every contender in every place, round after round, so all see the same machine. */
async function table({ models, method }: Subject, batch: number): Promise<string> {
  const steps = stepsOf(batch);
  const able = present.filter(({ hasMethods }) => hasMethods || (method === "sum" && !models.includes("cross-stitch")));
  const seen = new Map<Contender, Measured[][]>(able.map((contender) => [contender, places.map(() => [])]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [at, cores] of places.entries()) {
      for (const [contender, measured] of seen) {
        measured[at]?.push(await measure(contender, { models, method, batch, steps, cores }));
        console.error(
          `bench: ${contender.name} on ${cores.length}: ${measured[at]?.at(-1)?.usPerRunStep.toFixed(1)} µs`,
        );
      }
    }
  }
  const first = [...seen.values()][0];
  const heads = [
    "program",
    "version",
    "R",
    ...places.flatMap(({ length }) => [`µs, ${cores(length)}`, `to ${able[0]?.name}`]),
    "loss",
  ];
  const rows = [...seen].map(([{ about }, measured]) => row(about, measured, first, models));
  const lines = [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const subject = method === "sum" ? models.join(", ") : `${models.join(", ")} by ${method}`;
  return [`${subject}, batch ${batch}, ${steps} steps: µs per run-step`, "", ...lines].join("\n");
}

function row(about: string, measured: Measured[][], first: Measured[][], models: readonly string[]): string[] {
  const { version, runs, finalLoss } = measured.flat()[0];
  const times = measured.flatMap((repeats, at) => {
    const sorted = sortedTimes(repeats);
    const least = sorted[0];
    const median = sorted[Math.floor(sorted.length / 2)];
    return [`${least.toFixed(1)} (${median.toFixed(1)})`, (least / sortedTimes(first[at] ?? [])[0]).toFixed(2)];
  });
  return [about, version, String(runs), ...times, models.map((model) => finalLoss[model]?.toFixed(3)).join(" / ")];
}

function sortedTimes(repeats: readonly Measured[]): number[] {
  const times = repeats.map((one) => (values.processor ? one.cpuUsPerRunStep : one.usPerRunStep));
  return times.sort((a, b) => a - b);
}

function cores(count: number): string {
  return count === 1 ? "one core" : `${count} cores`;
}
