// Sweeps whose runs test on folds of a table, or on splits by groups of their own: their rows, and what is refused.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { overlapOf, rowsOverride } from "../../src/config/rows.ts";
import type { Settings } from "../../src/config/schema.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { withTables } from "../../src/sweep/share.ts";
import { csvFile } from "../support/csv.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { range } from "../support/reference.ts";

const folder = temporaryFolder();
const N = 66;
const file = join(folder, "visits.csv");
const users = Array.from({ length: N }, (_, n) => `u${((n * 5) % 31) % 13}`);
const lines = users.map((user, n) => [(n * 7) % 11, user, (n * 7) % 11 > 4 ? 1 : 0, (n * 3) % 8].join());
writeFileSync(file, `x_1,user,y_1,y_2\n${lines.join("\n")}\n`);

/** The part of each row in a run. */
async function partsOf(config: string, run: number): Promise<string[]> {
  const { stdout } = await runMain(["data", config, "--parts", "--run", String(run)]);
  return stdout
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")[1]);
}

const SMALL = ["--models", "mmoe", "--steps", "12", "--batch", "8"];

test("mmoe sweep --group --folds tests each row once per repeat, and trains all rows of each run on any engine", async () => {
  const words = ["smoke", "--rows", file, "--group", "user", "--folds", "3", "--runs", "4", ...SMALL];
  const [cpu, tfjs] = ["cpu", "tfjs"].map((engine) => join(folder, engine));
  for (const out of [cpu, tfjs])
    expect((await runMain(["sweep", ...words, "--engine", out === cpu ? "cpu" : "tfjs", "--out", out])).code).toBe(0);
  const runs = await Promise.all([0, 1, 2, 3].map((run) => partsOf(join(cpu, "config.yaml"), run)));
  for (const parts of runs) {
    expect(parts).toHaveLength(N); // no row is left out, though folds of groups have different sizes
    const ofUser = new Map(users.map((user, n) => [user, parts[n]]));
    expect(parts).toEqual(users.map((user) => ofUser.get(user)));
  }
  for (let n = 0; n < N; n++) expect(runs.slice(0, 3).filter((parts) => parts[n] === "test")).toHaveLength(1);
  const tested = runs.map((parts) => parts.filter((part) => part === "test").length);
  expect(new Set(tested.slice(0, 3)).size).toBeGreaterThan(1);
  expect(runs[3]).not.toEqual(runs[0]);
  const lossesOf = (out: string) => csvFile(out, "runs.csv").map((run) => Number(run.finalHeldoutLoss1));
  expect(lossesOf(tfjs)).toEqual(lossesOf(cpu).map((loss) => expect.closeTo(loss, 4)));
  expect(lossesOf(cpu).every((loss) => loss > 0)).toBe(true);
});

test("evalRows limits the validation rows of a split that is drawn by groups, too", () => {
  const rows = rowsOverride(file, { group: "user", folds: 3, labels: ["y_1", "y_2"] });
  const validatedOf = (evalRows: string) => {
    const config = loadConfig("smoke", [rows, setOverride(`evalRows=${evalRows}`), setOverride("steps=12")]);
    return withTables(planRuns(config)).map(({ training }) => training.validationRows);
  };
  const [all, few] = ["all", "4"].map(validatedOf);
  expect(all.every((count) => Number(count) > 4)).toBe(true);
  expect(few).toEqual(all.map(() => 4));
});

test("a run's fold is that of its number in any config, of another seed, too; --resplit and --group draw another split in each run", async () => {
  const partsIn = (rows: string, run: number, more = "") => {
    const config = join(folder, "of.yaml");
    writeFileSync(
      config,
      `extends: smoke\nname: of\nrows: { file: ${file}, ignore: [user], labels: [y_1, y_2], ${rows} }\n${more}`,
    );
    return partsOf(config, run);
  };
  const folds = [];
  for (const run of [0, 1, 2, 3, 4]) folds.push(await partsIn("folds: 5", run));
  for (let n = 0; n < N; n++) expect(folds.filter((parts) => parts[n] === "test")).toHaveLength(1);
  expect(folds.map((parts) => parts.filter((part) => part === "test").length).sort()).toEqual([13, 13, 13, 13, 14]);
  expect(await partsIn("folds: 5", 3, "runs: 2\nseed: 8\n")).toEqual(folds[3]);
  expect(await partsIn("folds: 5, split: 1", 3)).not.toEqual(folds[3]);
  const ofEachRun = "stratify: y_1, split: run";
  expect(await partsIn(ofEachRun, 0)).not.toEqual(await partsIn(ofEachRun, 1));
  expect(await partsIn("stratify: y_1, split: 1", 0)).toEqual(await partsIn("stratify: y_1, split: 1", 1));
});

test("a column to stratify by, most of whose rows no test would have, is refused for new sweeps, with or without --resplit", async () => {
  const rare = join(folder, "rare.csv");
  const lineOf = (n: number, rares: number) => [n < rares ? `v${n}` : "often", n % 7, n % 2, n % 3].join();
  const write = (rares: number) =>
    writeFileSync(
      rare,
      `who,x_1,y_1,y_2\n${range(40)
        .map((n) => lineOf(n, rares))
        .join("\n")}\n`,
    );
  const words = ["sweep", "smoke", "--rows", rare, "--stratify", "who", "--ignore", "who", "--label", "y_1,y_2"];
  const dry = ["--dry-run", "--out", join(folder, "rare")];
  write(21); // 4 of 19 rows are for the test, of 8
  expect((await runMain([...words, ...dry])).code).toBe(0);
  write(25); // 3 of 15
  for (const split of [[], ["--resplit"]])
    expect(refusal(await runMain([...words, ...split, ...dry]))).toBe(
      "--stratify: most rows of rare.csv have a value of 'who' that too few rows have: the test would be of 3 rows, not 8; give a column of fewer values",
    );
  expect((await runMain([...words, "--folds", "5", ...dry])).code).toBe(0);
});

test("what folds can't be with is refused in one line", async () => {
  const parted = join(folder, "parted.csv");
  writeFileSync(
    parted,
    `x_1,part,y_1,y_2\n${lines.map((line, n) => line.replace(/u\d+/, n % 3 ? "train" : "test")).join("\n")}\n`,
  );
  const of = async (table: string, ...words: string[]) => refusal(await runMain(["sweep", "--rows", table, ...words]));
  const grouped = ["--group", "user", "--folds"];
  expect(await of(file, ...grouped, "14")).toBe(
    "--folds: expected at most 13, the groups by 'user' of visits.csv, got 14",
  );
  expect(await of(parted, "--folds", "67")).toBe(
    "--folds: parted.csv has a column 'part', which says it; leave it out",
  );
  expect(await of(file, ...grouped, "3", "--resplit")).toBe("--folds and --resplit: expected one of them");
  expect(await of(file, ...grouped, "3", "--heldout", "0.3")).toBe("--folds and --heldout: expected one of them");
  expect(await of(file, "--by-time", "x_1", "--folds", "3")).toBe("--by-time and --folds: expected one of them");
  expect(await of(file, ...grouped, "1")).toMatch(
    /folds: expected the number of folds, a whole number from 2: .*, got 1$/,
  );
});

test("intervals and p over folds or splits of one table are corrected wherever they are shown, and a phrase says so", async () => {
  const of = async (rows: readonly string[]) => {
    const out = join(folder, `told-${rows.join("")}`);
    const models = ["--models", "mmoe,single-task", "--steps", "12", "--batch", "8", "--runs", "6"];
    const { code, stdout } = await runMain([
      "sweep",
      "smoke",
      "--rows",
      file,
      "--ignore",
      "user",
      "--label",
      "y_1,y_2",
      ...rows,
      ...models,
      "--out",
      out,
    ]);
    expect(code).toBe(0);
    return { out, stdout };
  };
  const folds = await of(["--folds", "3"]);
  const splits = await of(["--resplit"]);
  const one = (text: string) => text.replaceAll(/\s+/g, " ");
  const PHRASE =
    /uns are 3 folds of one table: only means have intervals and p, which allow for the rows that runs share \(Bouckaert and Frank 2004\)/;
  const shown = [
    ["summary", "--full"],
    ["summary", "--plan", "0.1"],
    ["summary", "--seesaw"],
    ["compare", splits.out],
  ].map(async ([command, ...words]) => (await runMain([command as string, folds.out, ...words])).stdout);
  const texts = [folds.stdout, ...(await Promise.all(shown))];
  for (const text of texts) expect(one(text)).toMatch(PHRASE);
  expect(one(texts[1] as string)).toMatch(
    /p: corrected resampled t test, by Holm over these 1;.*intervals of 95 %: of means alone, Student's t/,
  );
  expect(
    (await runMain(["figures", folds.out, "--only", "final-loss,differences,metrics", "-o", join(folder, "figures")]))
      .code,
  ).toBe(0);
  const captions = readdirSync(join(folder, "figures")).filter((name) => name.endsWith(".txt"));
  expect(captions).toHaveLength(3);
  for (const name of captions) expect(one(readFileSync(join(folder, "figures", name), "utf8"))).toMatch(PHRASE);
  expect((await runMain(["report", folds.out])).code).toBe(0);
  expect(one(readFileSync(join(folds.out, "report.html"), "utf8"))).toMatch(PHRASE);

  const told = JSON.parse((await runMain(["summary", splits.out, "--json"])).stdout);
  expect(told.coverage).toMatch(/^runs are random splits of one table: .*\(Nadeau and Bengio 2003\)/);
  const [{ correctedT, wilcoxon, mean, median, improvement, adjusted }] = told.models;
  expect([correctedT.p, wilcoxon]).toEqual([adjusted, undefined]);
  expect([mean.low < mean.value, median.low, improvement.low]).toEqual([true, null, null]);
  const { stdout: csv } = await runMain(["summary", splits.out, "--csv"]);
  expect(csv).toContain(",correctedTHolmP,");
  expect(csv).not.toContain("wilcoxon");
});

test("overlapOf(settings) is test to training rows of splits and folds, of sweeps from before splits had a seed, too, and else 0", () => {
  const rows = { heldout: 0.2, split: "run", trainRows: 80, heldoutRows: 20 };
  const overlap = (own: object, more: object = {}) =>
    overlapOf({
      rows: { ...rows, ...own },
      trainRows: 80,
      heldoutRows: 20,
      refit: false,
      validation: 0.25,
      ...more,
    } as unknown as Settings & { trainRows: number });
  expect([overlap({}), overlap({ split: undefined }), overlap({ split: 0, folds: 5 })]).toEqual([1 / 3, 1 / 3, 1 / 3]);
  expect(overlap({}, { refit: true })).toBe(0.25);
  expect([overlap({ split: 0 }), overlap({ heldout: null }), overlap({}, { rows: null })]).toEqual([0, 0, 0]);
});
