// Models over several tables, each split anew by every run; beside formulas written here.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";

const folder = temporaryFolder();
const TABLES = ["plains", "hills", "coast"].map((name) => join(folder, name));
const [N, RUNS, RATES] = [100, 5, [0.002, 0.02]];
/** A fifth of the rows is for the test, and a fifth of the rest for validation. */
const OVERLAP = 20 / 64;
const T = 2.7764451051977987; // scipy.stats.t.ppf(.975, 4)

function table(shift: number): string {
  const rows = Array.from({ length: N }, (_, n) => {
    const [a, b] = [Math.sin(n * 1.7 + shift), Math.cos(n * n * 0.37)];
    return [a, b, a + b + 0.3 * Math.sin(97 * n), a - b + 0.3 * Math.cos(83 * n)].join();
  });
  return `a,b,y1,y2\n${rows.join("\n")}\n`;
}

type Run = Readonly<Record<string, string>>;

/** The runs of a model, each at the rate of its own lowest loss on validation rows. */
function chosen(path: string, model: string): Run[] {
  const runs = csvFile(path, "runs.csv").filter((run) => run.model === model);
  return Array.from({ length: RUNS }, (_, i) => {
    const own = runs.filter(({ run }) => Number(run) === i);
    return own.toSorted((a, b) => Number(a.validationLoss) - Number(b.validationLoss))[0] as Run;
  });
}

/** log(loss of mmoe / loss of single-task), the mean over tasks, of each run. */
function logRatios(path: string): number[] {
  const [own, other] = ["mmoe", "single-task"].map((model) => chosen(path, model)) as [Run[], Run[]];
  const loss = (run: Run | undefined, k: number) => Number(run?.[`finalHeldoutLoss${k}`]);
  return own.map((run, i) => [1, 2].reduce((sum, k) => sum + Math.log(loss(run, k) / loss(other[i], k)) / 2, 0));
}

function corrected(values: readonly number[]): { mean: number; half: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, half: T * Math.sqrt(variance * (1 / values.length + OVERLAP)) };
}

beforeAll(async () => {
  for (const [i, path] of TABLES.entries()) {
    const file = `${path}.csv`;
    writeFileSync(file, table(i));
    const words = ["--label", "y1,y2", "--resplit", "--lr", RATES.join(), "--set", "patience=2", "--steps", "200"];
    const models = ["--models", "single-task,mmoe,average", "--batch", "16", "--set", "evalEvery=50"];
    printed(
      await runMain(["sweep", "--rows", file, ...words, ...models, "--runs", `${RUNS}`, "--out", path, "--quiet"]),
    );
  }
});

describe("mmoe regimes FOLDER ...", () => {
  test("shows gains over Single-Task at rates that each run chose by itself, with intervals for runs that share rows", async () => {
    const { standings } = JSON.parse(printed(await runMain(["regimes", ...TABLES, "--json"])));
    for (const path of TABLES) {
      const { mean, half } = corrected(logRatios(path));
      const row = standings.find(
        ({ regime, contestant, cell }: Run) => path.endsWith(`/${regime}`) && contestant === "mmoe" && cell === "",
      );
      expect(row.pairs).toBe(RUNS);
      expect(row.gain).toBeCloseTo(1 - Math.exp(mean), 6);
      expect(row.low).toBeCloseTo(1 - Math.exp(mean + half), 6);
      expect(row.high).toBeCloseTo(1 - Math.exp(mean - half), 6);
    }
    const rates = TABLES.map((path) => new Set(chosen(path, "single-task").map(({ lr }) => lr)).size);
    expect(Math.max(...rates)).toBeGreaterThan(1); // or no choice differs from that of all
  });

  test("ranks the models over the folders, and draws a row for each of them", async () => {
    const out = join(folder, "page");
    const { stdout } = await runMain(["regimes", ...TABLES, "--out", out]);
    expect(stdout).toMatch(/^over 3 regimes, contestants that are in all of them$/m);
    const drawn = readFileSync(join(out, "regimes.svg"), "utf8");
    const labels = [...drawn.matchAll(/data-regime="(\w+)"/g)];
    expect(new Set(labels.map(([, name]) => name))).toEqual(new Set(["plains", "hills", "coast"]));
    expect(drawn.match(/>(plains|hills|coast)</g)).toEqual([">plains<", ">hills<", ">coast<"]);
    expect(csvFile(out, "regimes.csv").filter(({ cell }) => cell === "")).toHaveLength(6);
  });

  test("is refused beside training, of a folder without Single-Task, and of one that is none", async () => {
    const of = async (...words: string[]) => refusal(await runMain(["regimes", ...words]));
    const [plains = ""] = TABLES;
    expect(await of(plains, "--models", "mmoe")).toBe(
      `--models mmoe: expected no training beside folders; leave out ${plains}`,
    );
    const bare = join(folder, "bare");
    mkdirSync(bare);
    const words = ["--label", "y1,y2", "--models", "mmoe", "--runs", "1", "--steps", "10", "--out", bare, "--quiet"];
    printed(await runMain(["sweep", "--rows", `${plains}.csv`, ...words]));
    expect(await of(bare)).toBe(
      `${bare}: no run of single-task, over which gains are; train it with --models single-task`,
    );
    const alone = [...words.with(3, "single-task"), "--overwrite"];
    printed(await runMain(["sweep", "--rows", `${plains}.csv`, ...alone]));
    expect(await of(bare)).toBe(`${bare}: no run of another model than single-task; train some with --models`);
    const [refit, rates] = [
      join(folder, "refit"),
      ["--models", "single-task,mmoe", "--lr", "0.01,0.1", "--set", "refit=true"],
    ];
    printed(
      await runMain([
        "sweep",
        "--rows",
        `${plains}.csv`,
        ...words.slice(0, 2),
        ...rates,
        ...words.slice(4, 8),
        "--out",
        refit,
        "--quiet",
      ]),
    );
    expect(await of(refit)).toBe(
      `${refit}: no validation rows choose among the values of lr; train one value, or two runs or more with validation rows`,
    );
    expect(await of("--models", "mmoe", "--only", "scales", "--runs", "1")).toBe(
      "--runs 1: other runs choose among the values of lr; give 2 runs or more, or one value",
    );
    expect(await of(plains, "--out", folder, `${plains}/`)).toBe(`${plains}/: expected each folder once; leave it out`);
    expect(await of(join(folder, "nowhere"))).toMatch(/nowhere: no such folder/);
  });

  test("keeps folders of one last name apart, counts those whose models are changed, and shows one run", async () => {
    const twin = join(folder, "twin/plains");
    const words = ["--label", "y1,y2", "--models", "single-task,mmoe", "--model-set", "mmoe.experts.shared=2"];
    const few = ["--resplit", "--runs", "1", "--steps", "20", "--out", twin, "--quiet"];
    printed(await runMain(["sweep", "--rows", `${TABLES[1]}.csv`, ...words, ...few]));
    const [plains = "", hills = ""] = TABLES;
    const { standings, text } = JSON.parse(printed(await runMain(["regimes", plains, twin, hills, "--json"])));
    expect(new Set(standings.map(({ regime }: Run) => regime))).toEqual(new Set([plains, twin, hills]));
    expect(text).toMatch(/^over 3 regimes, contestants that are in all of them$/m);
    expect(printed(await runMain(["regimes", twin]))).toMatch(/^plains, 1 run$/m);
  });
});
