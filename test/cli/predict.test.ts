// Predictions of new rows, judged by those that the runs kept of their test rows; and the inputs, by the rule in docs/your-table.md.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, describe, expect, test } from "vitest";
import { expectClose } from "../support/close.ts";
import { csvRows } from "../support/csv.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { readNpy } from "../support/npy.ts";

const N = 120;
const folder = temporaryFolder();
const [table, out] = [join(folder, "shops.csv"), join(folder, "results")];
const HEADER = ["size", "zone", "id", "spend", "churn", "tier"];

/** Rows with gaps in numbers and in categories, an id of 30 values, and a label of each kind. */
function rowOf(n: number): (string | number)[] {
  const size = n % 11 === 3 ? "" : 50 + 7 * Math.sin(n);
  const zone = n % 13 === 5 ? "?" : ["north", "south", "east"][(n >> 2) % 3];
  const spend = n % 17 === 2 ? "" : 30_000 + 1000 * Math.cos(n);
  return [size, zone, `shop ${n % 30}`, spend, n % 3 === 0 ? "yes" : "no", ["b", "a", "c"][n % 3]];
}
const rows = Array.from({ length: N }, (_, n) => rowOf(n));
const csvText = (all: readonly (readonly unknown[])[], header = HEADER) =>
  `${[header, ...all].map((row) => row.join()).join("\n")}\n`;

const SWEEP = ["--label", "spend,churn,tier", "--impute", "mean", "--na", "?,-999", "--steps", "60", "--batch", "16"];

/** The inputs of a row in order: size, whether it is missing, three zones, whether it is missing, and the number of the id's vector. */
const D = 7;

function parquetRows(file: string): Promise<Record<string, unknown>[]> {
  const { buffer, byteOffset, length } = readFileSync(file);
  return parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer });
}

const kept = (name: string, part = "predictions") => parquetRows(join(out, part, `${name}.parquet`));

const fileOf = (name: string, text: string | Uint8Array) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

const predict = (file: string, ...more: string[]) => runMain(["predict", out, file, "--model", "mmoe", ...more]);

async function encoded(file: string): Promise<number[][]> {
  const npy = join(folder, "x.npy");
  const { code, stderr } = await predict(file, "--run", "1", "--encoded", "-o", npy, "--overwrite");
  expect([code, stderr.replace(/^.*no training row.*\n/gm, "")]).toEqual([0, ""]);
  const { values } = readNpy(npy);
  return Array.from({ length: values.length / D }, (_, n) => [...values.subarray(n * D, (n + 1) * D)]);
}

beforeAll(async () => {
  writeFileSync(table, csvText(rows));
  const keep = ["--keep-weights", "--keep-predictions", "--runs", "2", "--models", "mmoe,single-task"];
  printed(await runMain(["sweep", "--rows", table, ...SWEEP, ...keep, "--resplit", "--out", out, "--quiet"]));
});

describe.each(["mmoe", "single-task"])("mmoe predict of %s", (model) => {
  test("gives the predictions that a run kept of test and validation rows, to float32's rounding, without the table", async () => {
    const moved = fileOf("moved.csv", readFileSync(table));
    for (const run of ["0", "1"]) {
      const said = await runMain(["predict", out, moved, "--model", model, "--run", run]);
      const predicted = new Map(csvRows(said.stdout).map((row) => [Number(row.row), row]));
      expect(predicted.size).toBe(N);
      for (const part of ["predictions", "validation-predictions"]) {
        const recorded = await kept(`${model}/00${run}`, part);
        for (const { row, ...own } of recorded) {
          const others = predicted.get(row as number) as Record<string, string>;
          const outputs = Object.keys(own).filter((name) => !/^(label|class)/.test(name));
          expect(outputs.length).toBe(1 + 4 + 7);
          expect(others["prediction/tier"]).toBe(own["prediction/tier"]);
          const numbers = outputs.filter((name) => !name.startsWith("prediction"));
          const values = numbers.map((name) => Number(own[name]));
          expectClose(
            numbers.map((name) => Number(others[name])),
            values,
            2e-6,
          );
        }
      }
    }
  });
});

test("kept predictions have the labels as the table has them, by the number of the row", async () => {
  const recorded = await kept("mmoe/000");
  expect(recorded).toHaveLength(N / 5);
  for (const own of recorded) {
    const [, , , spend, churn, tier] = rows[(own.row as number) - 1];
    expect(own["label/spend"]).toEqual(spend === "" ? Number.NaN : spend);
    expect([own["class/churn"], own["class/tier"]]).toEqual([churn, tier]);
    expect([own["label/churn"], own["label/tier"]]).toEqual([
      ["no", "yes"].indexOf(churn as string),
      ["a", "b", "c"].indexOf(tier as string),
    ]);
    const shares = ["a", "b", "c"].map((name) => own[`probability/tier/${name}`] as number);
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
    const powers = ["a", "b", "c"].map((name) => Math.exp(own[`output/tier/${name}`] as number));
    expectClose(
      shares,
      powers.map((power) => power / powers.reduce((sum, one) => sum + one)),
      1e-6,
    );
    expect(own["prediction/churn"]).toBe((own["output/churn"] as number) > 0 ? "yes" : "no");
    expect(own["probability/churn/yes"]).toBeCloseTo(1 / (1 + Math.exp(-(own["output/churn"] as number))), 6);
    expect(Math.abs((own["output/spend"] as number) - 30_000)).toBeLessThan(5000);
  }
});

test("a number is shifted and scaled by the run's training rows; gaps and values that these lack are as docs/your-table.md says", async () => {
  const parts = csvRows((await runMain(["data", out, "--run", "1", "--parts"])).stdout);
  const train = parts.filter(({ part }) => part === "train").map(({ row }) => rows[Number(row) - 1]);
  const sizes = train.map(([size]) => size).filter((size) => size !== "") as number[];
  const mean = sizes.reduce((sum, size) => sum + size) / sizes.length;
  const std = Math.sqrt(sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / sizes.length);
  const ids = [...new Set(rows.map(([, , id]) => id as string))].sort();
  const seen = ids.find((id) => train.some((row) => row[2] === id)) as string;
  const fresh = fileOf(
    "fresh.csv",
    csvText(
      [
        [seen, "east", 57.25],
        ["shop 99", " south ", ""],
        [seen, "west", 50],
        [seen, "?", 50],
        [seen, "-999.0", "-999.0"], // among numbers, -999.0 is -999
      ],
      ["id", "zone", "size"],
    ),
  );
  const of = (size: number) => (size - mean) / std;
  const place = ids.indexOf(seen);
  const expected = [
    [of(57.25), 0, 1, 0, 0, 0, place],
    [0, 1, 0, 0, 1, 0, ids.length],
    [of(50), 0, 0, 0, 0, 0, place],
    [of(50), 0, 0, 0, 0, 1, place],
    [0, 1, 0, 0, 0, 0, place],
  ];
  for (const [n, row] of (await encoded(fresh)).entries()) expectClose(row, expected[n], 1e-6);
  const { stderr } = await predict(fresh, "--run", "1");
  expect(stderr.trim().split("\n")).toEqual([
    "zone: 2 rows with a value that no training row of mmoe/001 has",
    "id: 1 row with a value that no training row of mmoe/001 has",
  ]);
});

test("rows in Parquet give what they give in CSV, and so does a file in Parquet that is written", async () => {
  const column = (i: number) => rows.map((row) => row[i]);
  const columnData = [
    { name: "size", data: column(0).map((size) => (size === "" ? null : size)), type: "DOUBLE" as const },
    { name: "zone", data: column(1), type: "STRING" as const },
    { name: "id", data: column(2), type: "STRING" as const },
  ];
  const parquet = fileOf("rows.parquet", new Uint8Array(parquetWriteBuffer({ columnData })));
  const asCsv = csvRows((await predict(table, "--run", "0")).stdout);
  const written = join(folder, "written.parquet");
  expect((await predict(parquet, "--run", "0", "-o", written)).code).toBe(0);
  const read = await parquetRows(written);
  expect(Object.keys(read[0])).toEqual(Object.keys(asCsv[0]));
  expectClose(
    read.map((row) => row["output/spend"] as number),
    asCsv.map((row) => Number(row["output/spend"])),
    1e-8,
  );
});

test("a category of more values than a config lists is read from the table once, for all runs", async () => {
  const [large, results] = [join(folder, "large.csv"), join(folder, "large")];
  const all = Array.from({ length: 2400 }, (_, n) => [n % 7, `user ${(n * 7) % 1100}`, n % 2, Math.sin(n)]);
  writeFileSync(large, csvText(all, ["x_age", "x_user", "y_click", "y_time"]));
  const words = ["--steps", "5", "--runs", "2", "--models", "mmoe", "--keep-weights", "--keep-predictions"];
  printed(await runMain(["sweep", "--rows", large, ...words, "--out", results, "--quiet"]));
  expect(readdirSync(join(results, "weights")).filter((name) => name.endsWith(".json"))).toHaveLength(1);
  const predicted = csvRows(printed(await runMain(["predict", results, large, "--run", "1", "--quiet"])));
  const recorded = await parquetRows(join(results, "predictions", "mmoe", "001.parquet"));
  expect(recorded).toHaveLength(480);
  expectClose(
    recorded.map(({ row }) => Number(predicted[(row as number) - 1]["output/y_time"])),
    recorded.map((row) => row["output/y_time"] as number),
    1e-6,
  );
});

describe("mmoe predict refuses", () => {
  const refused = async (...argv: string[]) => refusal(await runMain(["predict", ...argv]));
  const bad = (name: string, row: string) => fileOf(name, `size,zone,id\n${row}\n`);
  const some = ["--model", "mmoe", "--run", "0"];

  test.each([
    ["several models and runs", [], "has 4 such runs; give --model mmoe or single-task, and --run 0 to 1"],
    ["several runs", ["--model", "mmoe"], "has 2 such runs; give --run 0 to 1"],
    ["a run that there is not", ["--model", "mmoe", "--run", "7"], "no finished run is of that model and number"],
    ["a model that there is not", ["--model", "mmo"], "did you mean 'mmoe'?"],
    ["a file of another kind", [...some, "-o", "x.txt"], "expected a file that ends in .csv or .parquet, got 'x.txt'"],
    ["the table as the output", [...some, "--overwrite", "-o", table], "has the rows to predict, which would be gone"],
    ["inputs without a file", [...some, "--encoded"], "--encoded: expected a file; give -o FILE.npy"],
  ])("%s", async (_, options, says) => {
    expect(await refused(out, table, ...options)).toContain(says);
  });

  test.each([
    [
      "a column that is missing",
      fileOf("less.csv", "size,id\n1,shop 1\n"),
      "no column 'zone', which the models read; columns: size, id",
    ],
    [
      "a column that is there twice",
      fileOf("twice.csv", "size,zone,id,zone \n1,north,shop 1,south\n"),
      "twice.csv: two columns are named 'zone', which the models read",
    ],
    ["a folder without Parquet files", ".", ".: no Parquet files (*.parquet) in this folder"],
    [
      "a text for a number",
      bad("text.csv", "large,north,shop 1"),
      "text.csv:2: size: expected a number up to 3.4028235e+38, as in training, got 'large'",
    ],
    [
      "a file without rows",
      fileOf("none.csv", csvText([])),
      "none.csv: expected rows below the names of columns, got none",
    ],
    ["an empty file", fileOf("empty.csv", ""), "expected a header and rows, got an empty file"],
  ])("%s", async (_, file, says) => {
    expect(await refused(out, file, ...some)).toContain(says);
  });

  test.each([
    ["INT32", 3],
    ["INT64", 3n],
  ] as const)("a number for a text in Parquet: %s", async (type, number) => {
    const columnData = [
      { name: "size", data: [1], type: "DOUBLE" as const },
      { name: "zone", data: [number], type },
      { name: "id", data: ["shop 1"], type: "STRING" as const },
    ];
    const file = fileOf("number.parquet", new Uint8Array(parquetWriteBuffer({ columnData })));
    expect(await refused(out, file, ...some)).toContain("row 1: zone: expected a text, as in training, got '3'");
  });

  test("an empty cell where training refused them, rows of the generator, and runs whose weights were not kept", async () => {
    const full = fileOf("full.csv", csvText(rows.filter(([size, zone]) => size !== "" && zone !== "?")));
    const [whole, generated] = [join(folder, "whole"), join(folder, "generated")];
    const few = ["--models", "mmoe", "--runs", "1", "--steps", "5", "--quiet", "--out"];
    printed(
      await runMain([
        "sweep",
        "--rows",
        full,
        "--label",
        "spend,churn",
        "--ignore",
        "tier",
        "--keep-weights",
        ...few,
        whole,
      ]),
    );
    expect(await refused(whole, table)).toContain(
      "shops.csv:5: size: expected a value, as in all training rows, got nothing; fill it in",
    );
    printed(await runMain(["sweep", "smoke", "--corr", "0.5", ...few, generated]));
    expect(await refused(generated, table)).toContain("its rows are those of the generator");
    const kept = readFileSync(join(whole, "weights/mmoe/000.safetensors"));
    const damaged = async (name: string, change: (bytes: Buffer) => Buffer) => {
      const file = join(whole, "weights", name);
      const bytes = readFileSync(file);
      writeFileSync(file, change(Buffer.from(bytes)));
      const said = await refused(whole, full);
      writeFileSync(file, bytes);
      return said.replace(file, name);
    };
    const turned =
      (...pairs: [string, string][]) =>
      (bytes: Buffer) =>
        Buffer.from(
          pairs.reduce((text, [from, to]) => text.replace(from, to), bytes.toString("latin1")),
          "latin1",
        );
    const header = 8 + Number(kept.readBigUInt64LE());
    const weights = "mmoe/000.safetensors";
    // Files of earlier versions have no checksum.
    const old: [string, string] = ["sha256", "sha000"];
    const short = (bytes: Buffer) => turned(old)(bytes).subarray(0, -6);
    expect(await damaged(weights, short)).toBe(
      `${weights}: expected ${(kept.length - header).toLocaleString("en")} bytes of weights, got ${kept.length - header - 6}; train again`,
    );
    expect(await damaged(weights, turned(old, ["mmoe/000", "mmoe/001"]))).toBe(
      `${weights}: expected the weights of mmoe/000, got those of mmoe/001; bring back its own`,
    );
    for (const at of [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => Math.floor(header + share * (kept.length - header)))) {
      const flipped = (bytes: Buffer) => Buffer.from(bytes.with(at, bytes[at] ^ 1));
      expect(await damaged(weights, flipped)).toBe(
        `${weights}: is not what was kept (its sha256 differs); bring it back, or train again`,
      );
    }
    const encoding = readdirSync(join(whole, "weights")).find((name) => name.endsWith(".json")) as string;
    expect(await damaged(encoding, turned(["north", "notrh"]))).toMatch(
      /^encoding-\w+\.json: is not the encoding that was kept; /,
    );
    rmSync(join(whole, "weights", weights));
    mkdirSync(join(whole, "weights", weights));
    expect(await refused(whole, full)).toContain(`${weights}: can't be read: it is a folder, not a file`);
    rmSync(join(whole, "weights"), { recursive: true });
    expect(await refused(whole, full)).toContain(
      "no weights of mmoe/000 were kept; train again with --keep-weights and another --out",
    );
  });
});
