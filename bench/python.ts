// npm run bench -- python: a PyTorch model on the bench, and the same loop without mmoe, in turns.
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadConfig, setOverride } from "../src/config/load.ts";
import { findPython } from "../src/engines/process/find-python.ts";
import { pythonAdapter } from "../src/engines/process/languages.ts";
import { ProcessEngine } from "../src/engines/process/process-engine.ts";
import { quantileSorted } from "../src/stats/moments.ts";
import { planRuns } from "../src/sweep/plan.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: fileURLToPath(new URL("peers/.venv/bin/python", import.meta.url)) },
    batch: { type: "string", default: "64" },
    steps: { type: "string", default: "4000" },
    repeats: { type: "string", default: "5" },
  },
});
const python = findPython(values.python);
const path = (file: string) => fileURLToPath(new URL(`python/${file}`, import.meta.url));
/** Steps before the first that is timed. */
const WARM = 500;

/** Microseconds of a step: by the clock, and by the processor, of the process that trains and of mmoe's own. */
interface Times {
  readonly wall: number;
  readonly processor: number;
  readonly own: number;
}

async function onTheBench(batch: number, steps: number): Promise<Times> {
  const settings = [`models=[{name: torch-mmoe, file: ${path("model.py")}}]`, "correlations=0.5", "runs=1"];
  const sized = [`batch=${batch}`, `steps=${steps + WARM}`, "evalEvery=100", "heldoutRows=1000", "trainRows=fresh"];
  const [run] = planRuns(loadConfig("paper", [...settings, ...sized].map(setOverride)));
  if (run === undefined) throw new Error("expected a run");
  const engine = new ProcessEngine({ adapter: pythonAdapter(python), jobs: 1 });
  const points: { step: number; wall: number; processor: number; own: number }[] = [];
  await engine.train([run], {
    onProgress: (_, step, __, processor = Number.NaN) => {
      const { user, system } = process.cpuUsage();
      if (step > WARM) points.push({ step, wall: performance.now(), processor, own: (user + system) / 1000 });
    },
    onResult: ({ failure }) => {
      if (failure) throw new Error(failure);
    },
  });
  await engine.dispose();
  const [first, last] = [points[0], points.at(-1)] as [(typeof points)[0], (typeof points)[0]];
  const us = (key: "wall" | "processor" | "own") => (1000 * (last[key] - first[key])) / (last.step - first.step);
  return { wall: us("wall"), processor: us("processor"), own: us("own") };
}

function withoutMmoe(batch: number, steps: number, ...more: readonly string[]): Times {
  const words = ["--batch", `${batch}`, "--steps", `${steps}`, "--inputs", "100", "--tasks", "2", ...more];
  const env = { ...process.env, OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
  const printed = execFileSync(python.path, [path("loop.py"), ...words], { encoding: "utf8", env });
  const [wall, processor] = printed.split(" ").map(Number) as [number, number];
  return { wall, processor, own: 0 };
}

console.log(`${cpus()[0]?.model}; us per step, median of ${values.repeats}: processor time (wall time)`);
for (const batch of values.batch.split(",").map(Number)) {
  const [bench, loop, foreach]: [Times[], Times[], Times[]] = [[], [], []];
  for (let i = 0; i < Number(values.repeats); i++) {
    bench.push(await onTheBench(batch, Number(values.steps)));
    loop.push(withoutMmoe(batch, Number(values.steps)));
    foreach.push(withoutMmoe(batch, Number(values.steps), "--foreach"));
  }
  const of = (times: readonly Times[], key: keyof Times) =>
    quantileSorted(
      times.map((each) => each[key]).sort((a, b) => a - b),
      0.5,
    );
  const shown = (times: readonly Times[]) => `${of(times, "processor").toFixed(1)} (${of(times, "wall").toFixed(1)})`;
  const ratio = (to: readonly Times[]) => (of(bench, "processor") / of(to, "processor")).toFixed(3);
  console.log(
    `batch ${batch}: on the bench ${shown(bench)}, rows and evaluations by mmoe itself ${of(bench, "own").toFixed(1)}\n` +
      `  the loop with torch.optim.Adam ${shown(loop)}, ratio ${ratio(loop)}\n` +
      `  the loop with torch.optim.Adam(foreach=True) ${shown(foreach)}, ratio ${ratio(foreach)}`,
  );
}
