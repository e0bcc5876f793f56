import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { readJournal } from "../../src/records/read-journals.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { exited, firstRun, pause, start, timelessCsv } from "../support/bin.ts";
import { csvFile } from "../support/csv.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { inTime } from "../support/in-time.ts";

const SEARCH = ["tune", "smoke", "--corr", "0.5", "--models", "mmoe,omoe", "--steps", "30", "--set", "evalEvery=30"];
const AXES = ["--lr", "1e-4..1e-1", "--batch", "16,32", "--axis", "mmoe.experts.layers=4,[8,4]"];
const TRIALS = [...SEARCH, ...AXES, "--budget", "7", "--runs", "4"];

/** A search in a folder: what it printed, and wrote with -o. */
async function searched(argv: readonly string[], out = join(temporaryFolder(), "search")) {
  const file = join(temporaryFolder(), "tuned.yaml");
  const outcome = await runMain([...argv, "--out", out, "-o", file]);
  expect(outcome.code).toBe(0);
  const stdout = outcome.stdout.replaceAll(out, "OUT").replaceAll(file, "FILE");
  return { ...outcome, stdout, out, tuned: readFileSync(file, "utf8").replaceAll(out, "OUT") };
}

function journalsIn(out: string): string[] {
  const folder = join(out, "journal");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => join(folder, name));
}

describe("mmoe tune CONFIG --budget N", () => {
  const search = searched(TRIALS);

  test("gives all trials the same first runs, and the best third of each model the rest", async () => {
    const { out, stderr } = await search;
    expect(stderr.match(/^rung.*$/gm)).toEqual([
      "rung 1 of 2: 7 trials of each model, 2 runs each",
      "rung 2 of 2: 3 trials of each model, 4 runs each",
    ]);
    const rows = csvFile(out, "runs.csv");
    const trials = groupBy(rows, ({ model = "", lr, batch }) => `${model.slice(0, 4)} ${model} ${lr} ${batch}`);
    const runsOf = (rows: typeof trials extends Map<string, infer R> ? R : never) =>
      rows.map(({ run }) => Number(run)).sort();
    for (const base of ["mmoe", "omoe"]) {
      const own = [...trials].filter(([name]) => name.startsWith(base)).map(([, trial]) => trial);
      const mean = (trial: (typeof own)[number]) =>
        trial.filter(({ run }) => Number(run) < 2).reduce((sum, row) => sum + Number(row.finalTrainLossMean) / 2, 0);
      const byFirstRuns = own.toSorted((a, b) => mean(a) - mean(b)).map(runsOf);
      const [all, first] = [
        [0, 1, 2, 3],
        [0, 1],
      ];
      expect(byFirstRuns).toEqual([all, all, all, first, first, first, first]);
    }
  });

  test("ranks the trials of all runs before the others, and says which value is at an end", async () => {
    const { stdout, out, tuned } = await search;
    const lines = stdout.split("\n");
    const rows = lines.filter((line) => /^(mmoe|omoe) +\d/.test(line)).map((line) => line.trim().split(/ {2,}/));
    const ranking = rows.filter(([model]) => model === "omoe");
    expect(ranking.map((row) => row[3])).toEqual(["4", "4", "4", "2", "2", "2", "2"]);
    const means = ranking.map((row) => Number.parseFloat(row[4] ?? ""));
    expect(means.slice(0, 3)).toEqual(means.slice(0, 3).sort((a, b) => a - b));
    expect(rows.map((row) => row.at(-1) === "<")).toEqual(rows.map((_, i) => i % 7 === 0));
    const lrs = rows.filter(([model]) => model === "mmoe").map((row) => Number(row[2]));
    const isAtEnd = [Math.min(...lrs), Math.max(...lrs)].includes(lrs[0] ?? 0);
    const [chosen] = lines.filter((line) => /^mmoe +batch=/.test(line));
    expect(/at an end of (batch, )?lr/.test(chosen ?? "")).toBe(isAtEnd);
    expect(tuned).toContain(
      `model: mmoe-experts.layers-${rows[0]?.[3]?.replaceAll(/\D+/g, " ").trim().replace(" ", "-")}\n`,
    );
    const again = await runMain(["tune", out, "--quiet"]);
    expect(again.stdout.replaceAll(out, "OUT").split("\n").slice(0, -2)).toEqual(lines.slice(0, -3));
  });

  test("writes a config of the best trials, which mmoe sweep trains on another seed", async () => {
    const { tuned } = await search;
    const file = join(temporaryFolder(), "tuned.yaml");
    const out = join(temporaryFolder(), "tuned");
    writeFileSync(file, tuned);
    const config = loadConfig(file);
    expect([config.seed, config.points, config.models.length]).toEqual([1, null, 2]);
    expect((await runMain(["sweep", file, "--runs", "1", "--out", out])).code).toBe(0);
    const [mmoe, omoe] = csvFile(out, "runs.csv");
    const [first, second] = config.tuned?.choices.map(({ values }) => values) ?? [];
    expect([mmoe?.lr, omoe?.lr]).toEqual([`${first?.lr}`, `${second?.lr}`]);
  });

  test("goes on after it was killed in its second rung, without a run twice, to the files of one that was not", async () => {
    const argv = [...TRIALS, "--steps", "1000", "--set", "evalEvery=1000", "--jobs", "1"];
    const out = await inTime(async () => {
      const killed = join(temporaryFolder(), "search");
      const child = start(...argv, "--out", killed);
      const end = exited(child);
      await firstRun(killed);
      while (journalsIn(killed).length < 2) await pause(5);
      child.kill("SIGKILL");
      return (await end).signal === "SIGKILL" ? killed : undefined;
    });
    const [resumed, whole] = [await searched(argv, out), await searched(argv)];
    expect([resumed.stdout, resumed.tuned]).toEqual([whole.stdout, whole.tuned]);
    expect(timelessCsv(out)).toEqual(timelessCsv(whole.out));
    const [ours, theirs] = [out, whole.out].map((folder) => readFileSync(join(folder, "config.yaml"), "utf8"));
    expect(ours).toBe(theirs);
    const runs = journalsIn(out).flatMap((path) => [...readJournal(path, () => {})].map(({ id }) => id));
    expect(runs.length).toBe(2 * (7 * 2 + 3 * 2)); // of two models, two runs in each rung
    expect(new Set(runs).size).toBe(runs.length);
  });

  test("is stopped by --time with its finished runs kept, for the same command to go on", async () => {
    const out = join(temporaryFolder(), "search");
    const long = [
      ...SEARCH,
      ...AXES,
      "--steps",
      "10000000",
      "--set",
      "evalEvery=10000000",
      "--time",
      "1s",
      "--out",
      out,
    ];
    const { code, stdout, stderr } = await runMain(long);
    expect([code, stdout]).toEqual([75, ""]);
    expect(stderr).toMatch(/mmoe: stopped at its time limit; .* resume with:\nmmoe tune smoke /);
  });

  test("draws no trial whose values do not go together, and gives no more runs to one that failed", async () => {
    const axes = ["--axis", "mmoe-top-k.experts.shared=2..4", "--axis", "mmoe-top-k.gate.top=1..4"];
    const few = ["tune", "smoke", "--corr", "0.5", "--models", "mmoe-top-k", "--steps", "30", "--runs", "3"];
    const rates = ["--lr", "0.01,1e30,1e31,1e32", "--budget", "9"];
    const { out } = await searched([...few, ...axes, ...rates]);
    const runs = csvFile(out, "runs.csv");
    const tops = runs.map(
      ({ model }) =>
        /shared-(\d).*top-(\d)/
          .exec(model ?? "")
          ?.slice(1)
          .map(Number) as number[],
    );
    expect(tops.filter(([shared, top]) => (top as number) > (shared as number))).toEqual([]);
    const failed = runs.filter(({ status }) => status === "failed").map(({ run }) => run);
    expect([failed.length > 0, new Set(failed)]).toEqual([true, new Set(["0"])]); // the first rung has one run
  });

  test("refuses in a line what it can't search by, and writes nothing", async () => {
    const refused = async (...argv: string[]) => refusal(await runMain([...SEARCH, ...argv]));
    expect(await refused("--lr", "0.1,0.2", "--budget", "1")).toBe(
      "--budget: expected a whole number from 2 to 2147483647, got '1'",
    );
    expect(await refused("--lr", "0.1,0.2", "--time", "soon")).toBe(
      "--time: expected a time such as 3h50m, at most 24d, got 'soon'",
    );
    expect(await refused("--lr", "0.2..0.1", "--budget", "2")).toMatch(
      /^--lr: expected a range that rises, .*'0\.2\.\.0\.1'$/,
    );
    expect(await refused("--lr", "0.1..0.2")).toBe("--corr: is for a search; add --budget N or --time 20m");
    expect(await refused("--lr", "0.1..0.2", "--budget", "2", "--by", "cell")).toBe(
      "--at, --by, --each and --time-limit are not for a search; leave them out",
    );
    const own = ["--model", "examples/my-mmoe.mjs", "--axis", "my-mmoe.experts=2..4", "--budget", "2"];
    expect(await refused(...own)).toMatch(/^--axis my-mmoe: expected a model of the zoo or a class in Python/);
    const apart = [
      "--axis",
      "mmoe-top-k.experts.shared=2..3",
      "--axis",
      "mmoe-top-k.gate.top=5..8",
      "--lr",
      "0.1..0.2",
    ];
    expect(await refused("--models", "mmoe-top-k", ...apart, "--budget", "2")).toBe(
      "--axis: no drawn values go together; give other values or ranges",
    );
    const lacking = join(temporaryFolder(), "none", "tuned.yaml");
    expect(await refused("--lr", "0.1..0.2", "--budget", "2", "-o", lacking)).toBe(
      `${lacking}: can't be written: no such file or directory; give another -o`,
    );
    expect(await refused("--lr", "0.1..0.2", "--budget", "2", "--metric", "rSquared1")).toBe(
      "--metric rSquared1: runs on generated numbers have no metrics; leave it out, and the loss chooses",
    );
    const binary = ["--lr", "0.1..0.2", "--budget", "2", "--set", "labelKind=binary:real"];
    expect(await refused(...binary, "--metric", "auc2")).toMatch(
      /^--metric: expected one of auc1, .*, got 'auc2'; did you mean 'auc1'\?$/,
    );
    expect(refusal(await runMain(["tune"]))).toBe("expected a results folder; or a config to search, and --budget N");
  });
});
