import { describe, expect, test } from "vitest";
import { configAt, modelOf, tableOf, trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { rowsOverride } from "../../src/config/rows.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
import { listsText, wholeNumbersText } from "../../src/config/task-kinds.ts";
import { tableSetOf } from "../../src/data/table-set.ts";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Run, RunResult } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { parameterCount } from "../../src/models/parameters.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { withTables } from "../../src/sweep/share.ts";
import { complaint } from "../support/complaint.ts";
import { fileOf, stored } from "../support/configs.ts";
import { range } from "../support/reference.ts";

const lines = range(120).map(
  (n) => `shop ${n % 60},${n % 21},c${n % 4},${n % 5 === 0 ? "" : `t${n % 24}`},${n},${n * n}`,
);
const file = fileOf(`x_shop,x_n,x_colour,x_tag,y_a,y_b\n${lines.join("\n")}\n`, "shops.csv");

const configOf = (sizes: { oneHot?: number; embedding?: number; minCount?: number } = {}) =>
  loadConfig("smoke", [rowsOverride(file, { impute: "mean", ...sizes })]);
const modelIn = (...of: Parameters<typeof configOf>) => modelOf(configAt(configOf(...of), {}), "mmoe");

describe("categories of more than 20 values are embedded", () => {
  test("in vectors of 6 V^(1/4) numbers: 17 for 60 shops, 13 for 24 tags, with a vector for other shops and two for tags", () => {
    expect(modelIn()).toMatchObject({
      inputs: 1 + 4 + 2, // a number, four colours, the numbers of two vectors
      embeddings: [
        { rows: 61, size: 17 },
        { rows: 26, size: 13 },
      ],
    });
  });

  test("in vectors of the given size, unless oneHot allows as many, and with a small oneHot all are", () => {
    expect(modelIn({ embedding: 2 })).toMatchObject({ embeddings: [{ size: 2 }, { size: 2 }] });
    expect(modelIn({ oneHot: 24 })).toMatchObject({ inputs: 1 + 4 + 25 + 1, embeddings: [{ rows: 61 }] });
    expect(modelIn({ oneHot: 60 })).toMatchObject({ inputs: 1 + 4 + 25 + 60 });
    expect(modelIn({ oneHot: 60 })).not.toHaveProperty("embeddings");
    expect(modelIn({ oneHot: 1 })).toMatchObject({ inputs: 4, embeddings: [{ rows: 61 }, { rows: 5, size: 8 }, {}] });
  });
});

test("a stored config has the columns, says what becomes of them, and is read without the table", () => {
  const config = configOf({ oneHot: 30 });
  const away = stored(config, (text) => text.replace(/file: \S*shops.csv/, "file: gone.csv"));
  expect(away.rows).toEqual({ ...config.rows, file: expect.stringContaining("gone.csv") });
  expect(tableOf(away)).toMatchObject({
    columns: [{ values: 60, embedding: 17 }, {}, {}, { values: 24, gaps: true }],
  });
  expect(trainedHash(away)).toBe(trainedHash(config));
  expect(modelOf(configAt(away, {}), "mmoe")).toEqual(modelIn({ oneHot: 30 }));
  const value = settingRows(configOf({ embedding: 9 })).find(({ name }) => name === "rows")?.value;
  expect(value).toMatch(
    /impute=mean, embedding=9; 3 columns are categories: x_shop \(60 values, 9 numbers each\), x_colour \(4 values\), /,
  );
});

test("sizes are part of a sweep's identity; a model of the user's own reads vectors too", () => {
  const hashes = [{}, { oneHot: 30 }, { oneHot: 60 }, { embedding: 9 }, { embedding: 10 }].map((sizes) =>
    trainedHash(configOf(sizes)),
  );
  expect(new Set(hashes).size).toBe(5);
  const own = { name: "wide", like: "mmoe", experts: { layers: [32] } };
  const config = loadConfig("smoke", [
    rowsOverride(file, { impute: "mean" }),
    { source: "t", values: { models: [own] } },
  ]);
  const model = modelOf(configAt(config, {}), "wide") as Exclude<ReturnType<typeof modelIn>, { file: string }>;
  expect(parameterCount(model, "embeddings")).toBe(61 * 17 + 26 * 13);
});

describe("with minCount 5, values of fewer training rows", () => {
  const shops = "aaaaaabbbbbccccddde".split("").map((shop, n) => `${shop},${n % 7},${n % 5},${n % 3},train`);
  const tested = ["a,1,2,3,heldout", "c,3,1,2,heldout", "f,2,3,1,heldout"];
  const path = fileOf(`x_shop,x_n,y_a,y_b,part\n${[...shops, ...tested].join("\n")}\n`, "rare.csv");
  const config = loadConfig("smoke", [
    rowsOverride(path, { oneHot: 1, embedding: 3, minCount: 5 }),
    ...["runs=1", "refit=true", "models=[shared-bottom]", "trainRows=19", "heldoutRows=3", "batch=19", "steps=2"].map(
      setOverride,
    ),
  ]);
  const [run] = withTables(planRuns(config)) as unknown as [Parameters<typeof tableSetOf>[0] & Run];

  test("share the vector of values that no training row has, before the last, which stays 0", () => {
    expect(modelOf(configAt(config, {}), "mmoe")).toMatchObject({ embeddings: [{ rows: 2 + 2, size: 3 }] });
    const set = tableSetOf(run);
    const number = (shop: string) => ({ a: 0, b: 1 })[shop] ?? 2;
    const texts = [...shops, ...tested].map((line) => line[0]);
    for (const part of ["train", "heldout"] as const) {
      const { x } = set.rows(part);
      expect([...set.places(part)].map((_, n) => x[2 * n + 1])).toEqual(
        [...set.places(part)].map((n) => number(texts[n])),
      );
    }
    expect([...set.unseen(set.places("heldout"))]).toEqual([[0, 2]]);
  });

  test("train it", async () => {
    const results: RunResult[] = [];
    const keep = { keepParameters: true, onResult: (result: RunResult) => results.push(result) };
    await new CpuEngine({ jobs: 1, kernels: "wasm" }).train([run], keep);
    const { parameters = [] } = results[0];
    const initial = initialParameters(run);
    const moved = parameters.slice(0, 12).map((value, i) => value - initial[i]);
    expect(range(4).map((v) => moved.slice(3 * v, 3 * v + 3).some((change) => change !== 0))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect([...parameters.slice(9, 12)]).toEqual([0, 0, 0]);
  });

  test("are all there are of a column of names, which is refused", () => {
    expect(complaint(() => loadConfig("smoke", [rowsOverride(path, { minCount: 7 })]))).toContain(
      "column 'x_shop': no value is in 7 training rows; leave it out, or give a lower --min-count",
    );
  });
});

/** A config of a table whose shops have so many values, two rows for each. */
function withShops(count: number, ...set: string[]) {
  const rows = range(2 * count).map((n) => `s${n % count},${n % 7},${n},${n % 11}`);
  const shops = fileOf(`x_shop,x_n,y_a,y_b\n${rows.join("\n")}\n`, "many.csv");
  return loadConfig("smoke", [rowsOverride(shops, { embedding: 2 }), ...set.map(setOverride)]);
}

describe("a step moves the vectors of the batch alone", () => {
  const large = withShops(20_001);

  test("by default if a column has more than 20,000 values, whose texts are in no config, or as the config says", () => {
    expect(large).toMatchObject({ embeddingSteps: "lazy", rows: { encoded: [{ column: "x_shop", values: 20_001 }] } });
    expect(modelOf(configAt(large, {}), "mmoe")).toMatchObject({ embeddings: [{ rows: 20_002, size: 2 }] });
    expect(withShops(999)).toMatchObject({ embeddingSteps: "dense" });
    expect(withShops(20_001, "embeddingSteps=dense")).toMatchObject({ embeddingSteps: "dense" });
    expect(stored(large)).toMatchObject({ embeddingSteps: "lazy", rows: large.rows });
    expect(trainedHash(stored(large))).toBe(trainedHash(large));
  });

  test.each([
    [
      ["embeddingSteps=lazy", "optimizer=sgd", "momentum=0.9"],
      "embeddingSteps: lazy has no momentum, which moves every vector",
    ],
    [["embeddingSteps=lazy", "weightDecay=0.1"], "embeddingSteps: lazy has no weight decay, as PyTorch's SparseAdam"],
    [["embeddingSteps=[dense, lazy]", "method=[sum, pcgrad]"], "embeddingSteps: lazy is not for method pcgrad"],
  ])("but not with %j", (set, why) => {
    expect(complaint(() => withShops(30, ...set))).toContain(why);
  });

  test("and is listed only where a column has vectors", () => {
    expect(complaint(() => withShops(10, "embeddingSteps=[dense, lazy]"))).toBe(
      "--set embeddingSteps: expected one value, since no column has embeddings; got dense, lazy",
    );
  });
});

test.each([
  [{ oneHot: 0 }, /^--rows: oneHot: expected the most values of a category .* from 1 to 1000, got 0$/],
  [{ oneHot: Number.NaN }, /^--rows: oneHot: expected the most values of a category .*, got NaN$/],
  [{ minCount: 1 }, /^--rows: minCount: expected the fewest training rows .* from 2, got 1$/],
  [{ embedding: 257 }, /^--rows: embedding: expected how many numbers .* from 1 to 256, got 257$/],
])("%j is refused", (sizes, message) => {
  expect(complaint(() => configOf(sizes))).toMatch(message);
});

test("a dry run names inputs of few whole numbers, and ids, that are read as numbers", () => {
  const rows = range(60).map((n) => [n % 5, n % 2, n % 30, 7 * n, n / 4, n % 21, n, n * n].join());
  const numbers = fileOf(`x_tab,x_flag,x_user_id,x_grid,x_n,x_many,y_a,y_b\n${rows.join("\n")}\n`, "ids.csv");
  const text = (...categorical: string[]) =>
    wholeNumbersText(loadConfig("smoke", [rowsOverride(numbers, { ...(categorical.length > 0 && { categorical }) })]));
  expect(text()).toBe(
    "columns: x_tab, x_user_id: whole numbers, read as numbers; for categories give --categorical x_tab,x_user_id",
  );
  expect(text("x_tab", "x_user_id")).toBe("");
});

test("a dry run names inputs whose texts look like lists, which have values in common", () => {
  const rows = range(60).map((n) =>
    [["39", "39;12", "12|7"][n % 3], `a;${n % 2}`, `b,${n % 2}`].map((text) => `"${text}"`),
  );
  const texts = rows.map((cells, n) => [...cells, n, n * n].join());
  const listed = fileOf(`x_tags,x_pairs,x_one,y_a,y_b\n${texts.join("\n")}\n`.replaceAll("a;0", "c"), "lists.csv");
  expect(listsText(loadConfig("smoke", [rowsOverride(listed, { categorical: ["x_tags"] })]))).toBe(
    "columns: x_tags, x_one: texts that look like lists, each read as one value; of lists, give --lists x_tags,x_one",
  );
});

test("a new table of many test rows evaluates and validates on 100,000 of them while training, a stored config as it says", () => {
  const lines = range(100_400).map(
    (n) => `${n % 7},${n % 11},${n % 5},${n < 200 ? "train" : n < 300 ? "val" : "test"}`,
  );
  const many = fileOf(`x_a,y_a,y_b,part\n${lines.join("\n")}\n`, "rows.csv");
  const config = loadConfig("smoke", [rowsOverride(many)]);
  expect(config).toMatchObject({ evalRows: 100_000, heldoutRows: 100_100 });
  expect(planRuns(config)[0].training).toMatchObject({ evalRows: 100_000, validationRows: 100, heldoutRows: 100_200 });
  const few = loadConfig("smoke", [rowsOverride(many), setOverride("evalRows=60")]);
  expect(planRuns(few)[0].training).toMatchObject({ evalRows: 60, validationRows: 60, heldoutRows: 100_160 });
  expect(configOf()).toMatchObject({ evalRows: "all" });
  expect(complaint(() => loadConfig("smoke", [setOverride("embeddingDecay=0.1")]))).toBe(
    "--set embeddingDecay: 0.1 is for rows of a file; leave it out",
  );
  expect(complaint(() => loadConfig("smoke", [setOverride("evalRows=60")]))).toBe(
    "--set evalRows: 60 is for rows of a file; leave it out",
  );
});
