// Ids that are hashed to fewer values, from a table's cells to predictions of ids that no training row has.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { bucketOf } from "../../src/tables/plain-texts.ts";
import { readTable } from "../../src/tables/read-table.ts";
import { csvRows } from "../support/csv.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { columnOf } from "../support/tables.ts";

const [IDS, BUCKETS, N] = [1500, 1001, 3300];
const folder = temporaryFolder();
const [table, out] = [join(folder, "log.csv"), join(folder, "results")];
const ids = Array.from({ length: N }, (_, n) => `user ${(n * 7) % IDS}`);
const lines = ids.map((id, n) => [id, `shop ${n % 30}`, Math.sin(n), Number(Math.sin(n * n) > 0), Math.cos(n)].join());
writeFileSync(table, `x_user,x_shop,x_a,y_click,y_time\n${lines.join("\n")}\n`);

const SWEEP = ["sweep", "smoke", "--rows", table, "--hash", String(BUCKETS), "--embedding", "2", "--runs", "1"];

test("the hash is FNV-1a, by its published values", () => {
  const hashes = ["", "a", "foobar"].map((text) => bucketOf(Buffer.from(text), 2 ** 32));
  expect(hashes).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
});

test("a category of more texts has a value for each bucket, one of fewer its own", () => {
  const { values, contents } = readTable(table, undefined, { hash: BUCKETS });
  expect(contents[0]).toEqual({ values: BUCKETS, gaps: false, hashed: true });
  expect(contents[1]?.values).toHaveLength(30);
  expect(columnOf(values, 0)).toEqual(ids.map((id) => bucketOf(Buffer.from(id), BUCKETS)));
  expect(readTable(table, undefined, { hash: IDS }).contents[0]).toEqual({ values: IDS, gaps: false });
});

test("runs train on hashed ids, and mmoe predict finds the vector of any id", async () => {
  const few = ["--models", "mmoe", "--steps", "30", "--batch", "32", "--keep-weights", "--keep-predictions", "--quiet"];
  printed(await runMain([...SWEEP, ...few, "--out", out]));
  const config = readFileSync(join(out, "config.yaml"), "utf8");
  expect(config).toContain("hashed: true");
  const { buffer, byteOffset, length } = readFileSync(join(out, "predictions", "mmoe", "000.parquet"));
  const file = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
  const kept = (await parquetReadObjects({ file })) as Record<string, number>[];
  const predicted = csvRows((await runMain(["predict", out, table])).stdout);
  for (const row of kept)
    expect(Number(predicted[row.row - 1]?.["output/y_click"])).toBeCloseTo(row["output/y_click"], 5);

  const bucket = (id: string) => bucketOf(Buffer.from(id), BUCKETS);
  const alike = Array.from({ length: 99_999 }, (_, n) => `new ${n}`).find((id) => bucket(id) === bucket("user 0"));
  const others = join(folder, "new.csv");
  writeFileSync(
    others,
    `x_user,x_shop,x_a\n${["user 0", alike, "user 7"].map((id) => `${id},shop 1,0.5`).join("\n")}\n`,
  );
  const [one, same, other] = csvRows(printed(await runMain(["predict", out, others]))).map(
    (row) => row["output/y_click"],
  );
  expect(same).toBe(one);
  expect(other).not.toBe(one);
});

test("a dry run says what is hashed; fewer values than an input each could have are refused", async () => {
  expect((await runMain([...SWEEP, "--dry-run"])).stdout).toMatch(/x_user \(hashed to 1,001 values, 2/);
  expect(refusal(await runMain(["sweep", "smoke", "--rows", table, "--hash", "1000"]))).toMatch(
    /^--hash: expected how many values .* from 1001 to 1000000, got 1000$/,
  );
  for (const [flag, text] of Object.entries({ "--hash": "many", "--split": "", "--min-count": "0x5" }))
    expect(refusal(await runMain(["sweep", "smoke", "--rows", table, flag, text]))).toMatch(
      new RegExp(`^${flag}: expected .*, got "${text}"$`),
    );
});
