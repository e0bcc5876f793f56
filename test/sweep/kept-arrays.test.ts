import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeEach, describe, expect, test } from "vitest";
import { setRows } from "../../src/cli/rows-output.ts";
import { loadConfig } from "../../src/config/load.ts";
import { tableSetOf } from "../../src/data/table-set.ts";
import type { FromTable, Run } from "../../src/engines/engine.ts";
import { KeptArrays, keptPredictions } from "../../src/records/kept-arrays.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { runSweep } from "../../src/sweep/run-sweep.ts";
import { withTables } from "../../src/sweep/share.ts";
import { expectClose } from "../support/close.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { doneResult } from "../support/fake-engine.ts";
import { predictRows } from "../support/reference.ts";
import { tableFile } from "../support/tables.ts";

const HELDOUT = 37;
const VALUES = { models: ["mmoe", "shared-bottom"], correlations: [0.5], runs: 2, steps: 30, heldoutRows: HELDOUT };
const config = loadConfig("smoke", [{ source: "test", values: VALUES }]);
const [run] = planRuns(config) as [Run];

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
});

/** A file in the format that https://github.com/huggingface/safetensors describes, read by that description. */
function readSafetensors(file: string) {
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...tensors } = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  const arrays = Object.entries(tensors as Record<string, { shape: number[]; data_offsets: [number, number] }>).map(
    ([name, { shape, data_offsets }]) => {
      const [from, to] = data_offsets.map((at) => 8 + length + at) as [number, number];
      const values = Array.from({ length: (to - from) / 4 }, (_, i) => bytes.readFloatLE(from + 4 * i));
      return [name, { shape, values }] as const;
    },
  );
  return { metadata, aligned: length % 8 === 0, tensors: Object.fromEntries(arrays), bytes: bytes.length - 8 - length };
}

async function predictionsIn(file: string): Promise<Record<string, number>[]> {
  const bytes = readFileSync(file);
  return parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) });
}

const files = (folder: string) =>
  existsSync(join(out, folder)) ? readdirSync(join(out, folder), { recursive: true, encoding: "utf8" }).sort() : [];

describe.each(["cpu", "tfjs"] as const)("on engine %s", (engine) => {
  test("a sweep keeps the weights that make the predictions that it keeps, whose loss it records", async () => {
    const keep = { weights: true, predictions: true };
    const { records } = await runSweep({ config, out, engine, keep });
    const { metadata, aligned, tensors, bytes } = readSafetensors(join(out, "weights", `${run.id}.safetensors`));
    const values = Object.values(tensors).flatMap((tensor) => tensor.values);
    expect([metadata, aligned, bytes]).toEqual([
      { run: run.id, model: "mmoe", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      true,
      4 * values.length,
    ]);
    expect(tensors["experts/0/0/kernel"]?.shape).toEqual([100, 16]);

    const rows = await predictionsIn(join(out, "predictions", `${run.id}.parquet`));
    expect(Object.keys(rows[0] ?? {})).toEqual(["label/1", "output/1", "label/2", "output/2"]);
    const [set] = [...setRows(run, "heldout", HELDOUT, 0).chunks];
    const expected = predictRows(run.model, values, set?.x ?? []).flat();
    expectClose(
      rows.flatMap((row) => [row["output/1"], row["output/2"]]),
      expected,
      2e-5,
    );
    const square = (row: Record<string, number>, k: number) => (row[`output/${k}`] - row[`label/${k}`]) ** 2;
    const losses = [1, 2].map((k) => rows.reduce((sum, row) => sum + square(row, k), 0) / HELDOUT);
    const record = records?.find(({ id }) => id === run.id);
    expectClose([...(record?.curve.heldout.slice(-2) ?? [])], losses, 1e-6);
  });
});

test("a model in JavaScript gives its weights by a method; of one without it a line says so before the sweep", async () => {
  const giving = LINEAR.replace("  stateDict", "  weights = () => ({ w: [[...this.w]], all: this.w });\n  stateDict");
  const models = [
    { name: "giving", file: codeModel(giving).file },
    { name: "silent", file: codeModel(LINEAR).file },
  ];
  const lines: string[] = [];
  const own = loadConfig("smoke", [{ source: "test", values: { ...VALUES, models, runs: 1, lr: 1e-4 } }]);
  const listener = { note: (line: string) => lines.push(line), start: () => lines.push("start") };
  await runSweep({ config: own, out, keep: { weights: true } }, { listener });
  const { tensors, bytes } = readSafetensors(join(out, "weights", "giving", "p=0.50", "000.safetensors"));
  expect([tensors.w?.shape, tensors.all?.shape, bytes]).toEqual([[1, 200], [200], 4 * 400]);
  expect(tensors.w?.values).toEqual(tensors.all?.values);
  expect(tensors.w?.values.some((value) => value !== 0)).toBe(true);
  expect(files("weights").filter((name) => name.includes("silent"))).toEqual([]);
  expect(lines).toEqual([
    "model silent: no weights are kept: it has no method weights() (docs/own-models.md)",
    "start",
  ]);
});

describe("on a table", () => {
  const table = join(temporaryFolder(), "people.csv");
  const parts = ["train", "test", "validation", "train", "validation", "train", "test", "validation", "train"];
  const bought = [0, 1, 1, 1, 0, 0, 0, 1, 1];
  const lines = parts.map((part, n) => [n / 9, bought[n], n === 4 ? "" : n % 4, part].join());
  writeFileSync(table, ["x,y_bought,y_age,part", ...lines].join("\n"));
  const PARTS = { test: "--heldout", validation: "--validation" } as const;
  const ofTable = (part: string, column: readonly number[]) => column.filter((_, n) => parts[n] === part);

  test("predictions of validation rows have files of their own, in the order of mmoe data", async () => {
    const given = { rows: table, models: ["mmoe"], runs: 1, steps: 20, batch: 4 };
    const own = loadConfig("smoke", [{ source: "test", values: given }]);
    const { records } = await runSweep({ config: own, out, keep: { predictions: true } });
    const test = await predictionsIn(join(out, "predictions", "mmoe", "000.parquet"));
    const validation = await predictionsIn(join(out, "validation-predictions", "mmoe", "000.parquet"));
    for (const [part, kept] of Object.entries({ test, validation })) {
      const { stdout } = await runMain(["data", join(out, "config.yaml"), PARTS[part as keyof typeof PARTS]]);
      const shown = stdout.trim().split("\n").slice(1);
      expect(kept.map((row) => row["label/y_bought"])).toEqual(shown.map((line) => Number(line.split(",")[1])));
      expect(kept.map((row) => row["label/y_bought"]).sort()).toEqual(ofTable(part, bought).sort());
    }
    expect(validation.filter((row) => Number.isNaN(row["label/y_age"]))).toHaveLength(1);
    const losses = validation.map((row) => {
      const margin = (row["label/y_bought"] === 1 ? 1 : -1) * row["output/y_bought"];
      return Math.log1p(Math.exp(-margin));
    });
    const recorded = records?.[0]?.measures?.validationLogLoss as readonly number[];
    expectClose(recorded.slice(0, 1), [losses.reduce((a, b) => a + b) / 3], 1e-5);
  });

  test("without validation rows there is no such folder", async () => {
    const unmarked = join(temporaryFolder(), "unmarked.csv");
    writeFileSync(unmarked, readFileSync(table, "utf8").replaceAll("validation", "train"));
    const given = { rows: unmarked, models: ["mmoe"], runs: 1, steps: 5, batch: 4, refit: true };
    const own = loadConfig("smoke", [{ source: "test", values: given }]);
    await runSweep({ config: own, out, keep: { predictions: true } });
    expect([files("predictions").length, files("validation-predictions")]).toEqual([2, []]);
  });
});

describe("predictions of a table come back", () => {
  const file = join(temporaryFolder(), "kinds.csv");
  const colours = ["red", "green", "blue"];
  const lines = Array.from({ length: 30 }, (_, n) =>
    [n, n % 2, colours[(n >> 1) % 3], n % 7 === 3 ? "" : 1e6 + n / 10].join(),
  );
  writeFileSync(file, ["x,y_bought,y_colour,y_age", ...lines].join("\n"));
  const own = loadConfig("smoke", [{ source: "test", values: { rows: file, models: ["mmoe"], runs: 1, refit: true } }]);
  const [ofTable] = withTables(planRuns(own));
  const [N, K] = [6, 3];
  const y = tableSetOf(ofTable as Run & FromTable).labels("heldout");
  const outputs = Float32Array.from({ length: N * 5 }, (_, i) => i);
  const labelled = Array.from({ length: N }, (_, n) => n).filter((n) => !Number.isNaN(y[n * K + 2]));
  const classes = (k: number) => Array.from({ length: N }, (_, n) => y[n * K + k]);
  const logits = Array.from({ length: N }, (_, n) => [n * 5 + 1, n * 5 + 2, n * 5 + 3]).flat();

  test("as they were kept: of each task, in the rows that have its label, for each of its classes", () => {
    const kept = new KeptArrays(out, { weights: false, predictions: true }, own);
    kept.write({ ...doneResult(ofTable), predictions: { outputs, y } });
    const [bought, colour, age] = keptPredictions({ path: out, config: own }, ofTable.id) ?? [];
    expect([...bought.labels, ...colour.labels]).toEqual([...classes(0), ...classes(1)]);
    expect([...bought.outputs]).toEqual(Array.from({ length: N }, (_, n) => n * 5));
    expect([...colour.outputs]).toEqual(logits);
    // a regression's, shifted and scaled by the labels of these rows
    expect(labelled.length).toBeLessThan(N);
    const unit = (age.labels[1] - age.labels[0]) / (y[labelled[1] * K + 2] - y[labelled[0] * K + 2]);
    const errors = labelled.map((n, i) => (age.outputs[i] - age.labels[i]) / unit - (n * 5 + 4 - y[n * K + 2]));
    expectClose(errors, new Array(labelled.length).fill(0), 1e-4);
    expect(age.labels.reduce((sum, label) => sum + label) / labelled.length).toBeCloseTo(0, 5);
  });

  test("from files of earlier versions, which number the classes", () => {
    const column = (name: string, of: (n: number) => number) => {
      return { name, data: Float32Array.from({ length: N }, (_, n) => of(n)), type: "FLOAT" as const };
    };
    const columnData = [
      column("label/y_bought", (n) => y[n * K]),
      column("output/y_bought", (n) => n * 5),
      column("label/y_colour", (n) => y[n * K + 1]),
      ...[0, 1, 2].map((c) => column(`output/y_colour/${c}`, (n) => n * 5 + 1 + c)),
      column("label/y_age", (n) => y[n * K + 2]),
      column("output/y_age", (n) => n * 5 + 4),
    ];
    mkdirSync(join(out, "predictions", "mmoe"), { recursive: true });
    writeFileSync(
      join(out, "predictions", `${ofTable.id}.parquet`),
      new Uint8Array(parquetWriteBuffer({ columnData })),
    );
    const [, colour, age] = keptPredictions({ path: out, config: own }, ofTable.id) ?? [];
    expect([...colour.labels, ...colour.outputs]).toEqual([...classes(1), ...logits]);
    expect([...age.labels, ...age.outputs]).toEqual([
      ...labelled.map((n) => y[n * K + 2]),
      ...labelled.map((n) => n * 5 + 4),
    ]);
  });
});

test("--keep-weights keeps a file for each run, --overwrite removes it, and nothing of the user's", async () => {
  const sweep = (...argv: string[]) => runMain(["sweep", "smoke", "--steps", "5", "--out", out, ...argv]);
  await sweep("--corr", "0.5", "--models", "mmoe", "--runs", "2", "--keep-weights");
  expect(files("weights").filter((name) => name.includes("."))).toEqual([
    join("mmoe", "p=0.50"),
    join("mmoe", "p=0.50", "000.safetensors"),
    join("mmoe", "p=0.50", "001.safetensors"),
  ]);
  mkdirSync(join(out, "weights", "mine"));
  writeFileSync(join(out, "weights", "mine", "notes.txt"), "mine");
  await sweep("--corr", "0.5", "--models", "omoe", "--runs", "1", "--overwrite");
  expect(files("weights")).toEqual(["mine", join("mine", "notes.txt")]);
  const table = ["--rows", tableFile(), "--models", "mmoe", "--runs", "1", "--batch", "8", "--overwrite"];
  await sweep(...table, "--keep-weights");
  expect(files("weights")).toContainEqual(expect.stringMatching(/^encoding-[0-9a-f]{8}\.json$/));
  await sweep(...table);
  expect(files("weights")).toEqual(["mine", join("mine", "notes.txt")]);
});

test("weights that can't be written end the sweep in one line, and it resumes", async () => {
  const few = ["sweep", "smoke", "--steps", "5", "--runs", "1", "--corr", "0.5", "--models", "mmoe", "--out", out];
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "weights"), "a file of the user's");
  const { code, stderr } = await runMain([...few, "--keep-weights"]);
  expect([code, stderr.trimEnd().split("\n").at(-1)]).toEqual([2, expect.stringContaining("the same command resumes")]);
  expect((await runMain(few)).code).toBe(0);
});
