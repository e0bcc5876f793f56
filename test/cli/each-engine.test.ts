import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { SETTINGS } from "../../src/config/settings.ts";
import { trainsRun } from "../../src/engines/abilities.ts";
import { METHODS } from "../../src/engines/methods.ts";
import { configIn, readResults } from "../../src/records/read-results.ts";
import { type SweepShare, trainedWith } from "../../src/sweep/share.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { makeRun } from "../support/runs.ts";

const SMALL = ["smoke", "--corr", "0.5", "--steps", "12", "--batch", "8"];
const MIXED = [...SMALL, "--models", "dselect-k,mmoe", "--method", "sum,mgda"];

/** What a sweep says first, and the rows of its runs.csv by id. */
async function swept(out: string, ...argv: string[]) {
  const { code, stderr } = await runMain(["sweep", ...argv, "--out", out]);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  const rows: Record<string, string>[] = parse(readFileSync(join(out, "runs.csv")), { columns: true });
  return { first: stderr.split("\n").find((line) => / runs? on /.test(line)), rows };
}

/** The losses of some rows, by their ids. */
const losses = (rows: readonly Record<string, string>[]) =>
  rows.map(({ id, finalTrainLoss1, finalHeldoutLoss2 }) => `${id} ${finalTrainLoss1} ${finalHeldoutLoss2}`).sort();

describe("a sweep of which the cpu engine trains a part", () => {
  const out = join(temporaryFolder(), "mixed");
  const mixed = swept(out, ...MIXED, "--runs", "2", "--kernels", "wasm");

  test("trains the rest on tfjs, says so, and names the engine of each run", async () => {
    const { first, rows } = await mixed;
    expect(first).toBe(`${out}: 8 runs on cpu (wasm); method mgda on tfjs (wasm)`);
    const trainers = rows.map(({ model, method, engine, device }) => `${model} ${method}: ${engine} ${device}`);
    expect([...new Set(trainers)].sort()).toEqual([
      "dselect-k mgda: tfjs wasm",
      "dselect-k sum: cpu wasm",
      "mmoe mgda: tfjs wasm",
      "mmoe sum: cpu wasm",
    ]);
    const { provenances } = await readResults(out, () => {});
    expect(provenances).toMatchObject([{ engine: "cpu", device: "wasm", beside: [{ name: "tfjs", device: "wasm" }] }]);
    expect((await runMain(["status", out])).stdout).toContain("cpu (wasm), tfjs (wasm)");
  });

  test("has the numbers that each engine gives alone", async () => {
    const { rows } = await mixed;
    const cpu = await swept(
      join(temporaryFolder(), "cpu"),
      ...SMALL,
      "--models",
      "dselect-k,mmoe",
      "--runs",
      "2",
      "--engine",
      "cpu",
    );
    const byCpu = losses(rows.filter(({ engine }) => engine === "cpu"));
    expect(byCpu).toEqual(losses(cpu.rows).map((line) => line.replace("p=0.50/", "p=0.50/method=sum/")));
    const tfjs = await swept(join(temporaryFolder(), "tfjs"), ...MIXED, "--runs", "2", "--engine", "tfjs");
    const byTfjs = losses(rows.filter(({ engine }) => engine === "tfjs"));
    expect(byTfjs).toHaveLength(4);
    expect(losses(tfjs.rows)).toEqual(expect.arrayContaining(byTfjs));
  });

  test("is planned, extended and verified so too", async () => {
    await mixed;
    const more = [...MIXED, "--runs", "3", "--kernels", "wasm"];
    const plan = await runMain(["sweep", ...more, "--out", out, "--dry-run"]);
    expect(plan.stdout).toMatch(/^12 runs, to do 4: 48 run-steps on cpu \(wasm\); method mgda on tfjs \(wasm\)$/m);
    expect(plan.stdout).toMatch(/^about .*, from a short trial; /m);
    const extended = await runMain(["sweep", ...more, "--out", out]);
    expect(extended.stderr).toContain("reused 8, to do 4 runs on cpu (wasm); method mgda on tfjs (wasm)\n");
    expect(extended.stderr).not.toContain("what is there was trained on");
    const verified = await runMain(["verify", out, "--runs", "12"]);
    expect([verified.code, verified.stdout.match(/ same$/gm)]).toEqual([0, Array(12).fill(" same")]);
    expect(configIn(out).runs).toBe(3);
  });
});

test("a sweep of which the cpu engine trains nothing is one of tfjs alone", async () => {
  const out = join(temporaryFolder(), "alone");
  const { first } = await swept(out, ...SMALL, "--models", "mmoe", "--method", "mgda", "--runs", "1");
  expect(first).toBe(`${out}: 1 run on tfjs (wasm)`);
  const [provenance] = (await readResults(out, () => {})).provenances;
  expect(provenance).toMatchObject({ engine: "tfjs", device: "wasm" });
  expect(provenance).not.toHaveProperty("beside");
});

test("a sweep that goes on has the engines that it began with, though what is left needs one only", () => {
  const [cpu, tfjs] = [makeRun({ index: 0 }), makeRun({ index: 1 }, { method: "mgda" })];
  const share = { runs: [cpu, tfjs], todo: [cpu] } as unknown as SweepShare;
  expect(trainedWith(share)).toEqual([cpu, tfjs]);
  expect(trainedWith({ ...share, todo: [] })).toEqual([]);
});

test("what the default engine takes for cpu's is what settings declare of it", () => {
  const refused = Object.entries(SETTINGS).flatMap(([key, { paths }]) =>
    typeof paths === "object" && typeof paths.cpu === "object" ? [[key, paths.cpu]] : [],
  );
  expect(refused).toEqual([["method", { only: "sum" }]]);
  const run = makeRun();
  const able = METHODS.filter((method) => trainsRun("cpu", { ...run, training: { ...run.training, method } }));
  expect(able).toEqual(["sum"]);
});
