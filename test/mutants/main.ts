// Changes the code in one place at a time and runs the tests on it: each change should make one fail.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { forget, note, noticedBefore } from "./journal.ts";
import { allMutants, type Mutant, sampled } from "./mutants.ts";
import { type Related, relatedTests } from "./related.ts";
import { type Fate, fateOf, stopAll } from "./run-tests.ts";
import { type Outcome, reportText, score } from "./table.ts";

const HELP = `npm run mutants -- [options]
  --sample <n>     how many mutants of all are tried (default 300; "all" for each)
  --seed <text>    chooses them (default "1")
  --only <text>    only files whose path contains it
  --minutes <n>    stops after so long (default 60); the next call goes on
  --again          forgets what earlier calls found
Mutants that were noticed are not tried again as long as their file is the same.
`;

const LEAST_SCORE = 0.95;
const NEAR_LIMIT_MS = 60_000;
const FAR_LIMIT_MS = 300_000;
/** Tests of one mutant take a core. */
const AT_ONCE = 2;

const equivalents: { file: string; line: string; change: string; reason: string }[] = JSON.parse(
  readFileSync(new URL("equivalent.json", import.meta.url), "utf8"),
);

function reasonOf({ file, text, change }: Mutant): string | undefined {
  return equivalents.find((one) => one.file === file && one.line === text && one.change === change)?.reason;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      sample: { type: "string", default: "300" },
      seed: { type: "string", default: "1" },
      only: { type: "string", default: "" },
      minutes: { type: "string", default: "60" },
      again: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.again) forget();
  const all = allMutants(values.only);
  const count = values.sample === "all" ? all.length : Number(values.sample);
  const mutants = sampled(all, count, values.seed);
  console.error(`${mutants.length} of ${all.length} mutants, seed ${values.seed}`);
  const outcomes = await tryAll(mutants, Date.now() + Number(values.minutes) * 60_000);
  process.stdout.write(reportText(outcomes));
  if (outcomes.length < mutants.length) console.error(`stopped: ${mutants.length - outcomes.length} are left`);
  return outcomes.length === mutants.length && score(outcomes) >= LEAST_SCORE ? 0 : 1;
}

/** Those that were tried by `deadline`, in their order. */
async function tryAll(mutants: readonly Mutant[], deadline: number): Promise<Outcome[]> {
  const related = relatedTests();
  const before = noticedBefore();
  const fates = new Map<Mutant, Fate>();
  const waiting = mutants.toSorted((a, b) => (a.id < b.id ? -1 : 1)); // mixed: whoever stops has a fair sample
  await checkTests(mutants.filter(({ id }) => !before.has(id)).map(({ file }) => related(file)));
  const worker = async () => {
    for (let mutant = waiting.shift(); mutant && Date.now() < deadline; mutant = waiting.shift()) {
      const { near, far } = related(mutant.file);
      const known = before.get(mutant.id);
      let fate = known ?? (await fateOf(mutant, near, NEAR_LIMIT_MS));
      if (fate === "survived" && reasonOf(mutant) === undefined) fate = await fateOf(mutant, far, FAR_LIMIT_MS);
      if (fate !== "survived" && !known) note(mutant, fate);
      fates.set(mutant, fate);
      if (!known)
        console.error(`${fates.size}/${mutants.length} ${fate} ${mutant.file}:${mutant.line}: ${mutant.change}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return mutants.flatMap((mutant) => {
    const fate = fates.get(mutant);
    return fate ? [{ mutant, fate, equivalent: reasonOf(mutant) }] : [];
  });
}

/** All tests pass on the code as it is: otherwise every mutant would count as killed. */
async function checkTests(related: readonly Related[]): Promise<void> {
  const tests = [...new Set(related.flatMap(({ near, far }) => [...near, ...far]))];
  console.error(`${tests.length} test files on the code as it is`);
  const fate = await fateOf(null, tests, 2 * FAR_LIMIT_MS);
  if (fate !== "survived") throw new Error("tests fail on the code as it is: see npm test");
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    stopAll();
    process.exit(130);
  });
}
process.exitCode = await main();
