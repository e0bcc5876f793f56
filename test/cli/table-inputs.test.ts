// A table with categories and empty cells, from the command line to its results.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LINEAR } from "../support/code-model.ts";
import { csvFile } from "../support/csv.ts";
import { expectVerified, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { range } from "../support/reference.ts";
import { someRows } from "../support/tables.ts";

const folder = temporaryFolder();
const file = join(folder, "people.csv");
const lines = someRows(60).map(([a = 0, b = 0, , y = 0, z = 0], n) =>
  [a > 0.5 ? "north" : a > -0.5 ? "east" : "south", n % 9 === 4 ? "" : b, y, z].join(),
);
writeFileSync(file, `${["x_region,x_b,y_1,y_2", ...lines].join("\n")}\n`);
const model = join(folder, "linear.mjs");
writeFileSync(model, LINEAR);
const out = join(folder, "results");
const sweep = ["sweep", "smoke", "--rows", file, "--runs", "2", "--steps", "20", "--batch", "8", "--kernels", "wasm"];
const filled = ["--impute", "mean"];
const columns = "1 column is a category: x_region (3 values); 1 column has gaps: x_b (the mean); 5 inputs";

test("a table with gaps is refused, with the way out, --impute, which is for --rows", async () => {
  expect(refusal(await runMain([...sweep, "--out", out]))).toBe(
    `${file}:6: x_b: expected a number or a text, got nothing; fill it in, leave out the row, or give --impute mean`,
  );
  expect(refusal(await runMain(["sweep", "smoke", "--impute", "mean", "--dry-run"]))).toBe(
    "--impute: is for --rows FILE; in a config, write rows: {file, impute}",
  );
});

test("a sweep says it at its start, and verifies bit for bit", async () => {
  const trained = await runMain([...sweep, ...filled, "--models", "mmoe", "--out", out]);
  expect([trained.code, trained.stderr]).toEqual([0, expect.stringContaining(`${out}: ${columns}\n`)]);
  await expectVerified(out, 2);
});

const shops = join(folder, "shops.csv");
const shopLines = range(90).map((n) => `s${n % 30},${(n * 7) % 13},${n % 30},${(n * 5) % 11}`);
writeFileSync(shops, `${["x_shop,x_n,y_1,y_2", ...shopLines].join("\n")}\n`);
const ofShops = ["sweep", "smoke", "--rows", shops, ..."--runs 1 --steps 20 --batch 8 --kernels wasm".split(" ")];

test("a category of many values is learned vectors, and the sweep verifies bit for bit", async () => {
  const trainedOut = `${out}-shops`;
  const trained = await runMain([...ofShops, "--models", "mmoe,single-task", "--embedding", "4", "--out", trainedOut]);
  expect([trained.code, trained.stderr]).toEqual([
    0,
    expect.stringContaining("1 column is a category: x_shop (30 values, 4 numbers each); 5 inputs\n"),
  ]);
  const rows = csvFile(trainedOut, "runs.csv");
  const [mmoe, single] = ["mmoe", "single-task"].map((name) => rows.find(({ model }) => model === name));
  // 31 vectors of 4; 8 experts and two gates of 8 that read 5 numbers; two towers
  expect(mmoe?.parameters).toBe(String(31 * 4 + 8 * (5 * 16 + 16) + 2 * 5 * 8 + 2 * (16 * 8 + 8 + 8 + 1)));
  expect(Number(single?.parameters)).toBeGreaterThan(2 * 31 * 4);
  await expectVerified(trainedOut, 2);
  const models = (await runMain(["models", trainedOut])).stdout;
  expect(models).toMatch(/^parameters of +embeddings +experts .*\nmmoe +124 +768 /m);
});

/** Predicts the last label that it saw of a row's category: labels are y_1 = the number of the shop. */
const REMEMBERING = `export default class Remembering {
  static categories = true;
  constructor(inputs, tasks, { categories }) {
    [[this.place, this.values]] = categories;
    this.inputs = inputs;
    this.seen = new Float32Array(this.values * tasks);
  }
  step(x, y) {
    for (let n = 0; n < y.length / 2; n++) this.seen.set(y.subarray(2 * n, 2 * n + 2), 2 * x[n * this.inputs + this.place]);
    return [1, 1];
  }
  predict(x) {
    const places = Array.from({ length: x.length / this.inputs }, (_, n) => x[n * this.inputs + this.place]);
    return places.flatMap((place) => [this.seen[2 * place], this.seen[2 * place + 1]]);
  }
  get parameterCount() {
    return this.values;
  }
}`;

test("a model in code gets such a column as numbers of values, if its class says that it reads them", async () => {
  const own = join(folder, "remembering.mjs");
  writeFileSync(own, REMEMBERING);
  const to = `${out}-categories`;
  const argv = ["--models", "remembering", "--model", own, "--set", "embeddingSteps=lazy", "--steps", "100"];
  expect((await runMain([...ofShops, ...argv, "--out", to])).code).toBe(0);
  const [row] = csvFile(to, "runs.csv");
  expect(row?.parameters).toBe("31"); // 30 shops, and those that no training row has
  expect(Number(row?.finalHeldoutLoss1)).toBeLessThan(0.1);
  expect(Number(row?.finalHeldoutLoss2)).toBeGreaterThan(0.5);
});

test.each([[["--dry-run"]], [["--out", `${out}-refused`]]])(
  "a model in code whose class does not is refused with such a column: %j",
  async (more) => {
    const own = [...ofShops, "--models", "linear", "--model", model, ...more];
    expect(await runMain(own)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /model linear: .*: input 1 is the number of a column's values, which a class reads by settings\.categories if/,
      ),
    });
    expect((await runMain([...own, "--one-hot", "30"])).code).toBe(0);
  },
);
