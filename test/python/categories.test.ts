// PyTorch modules with vectors of their own for the categories of a table.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { range } from "../support/reference.ts";
import { HAS_PYTHON, PYTHON, python } from "./python.ts";

const folder = temporaryFolder();
const rows = join(folder, "shops.csv");
const lines = range(600).map((n) => `s${n % 30},${(n * 7) % 13},${n % 30},${n % 3 ? "yes" : "no"}`);
writeFileSync(rows, `${["x_shop,x_n,y_1,y_2", ...lines].join("\n")}\n`);
const sweep = ["sweep", "smoke", "--rows", rows, "--runs", "1", "--steps", "400", "--lr", "0.01", "--python", PYTHON];
const lazy = ["--set", "embeddingSteps=lazy"];
const own = "examples/python/embedding_mmoe.py";

describe.skipIf(!HAS_PYTHON)("a module", () => {
  test("learns its own vectors", async () => {
    const out = join(folder, "learned");
    const { code, stderr } = await runMain([...sweep, ...lazy, "--models", "mmoe", "--model", own, "--out", out]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("x_shop (30 values")]);
    const trained = csvFile(out, "runs.csv");
    const found = trained.find(({ model }) => model === "embedding_mmoe");
    expect(found?.parameters).toBe(String(31 * 16 + 8 * (18 * 64) + 2 * 18 * 8 + 2 * 65)); // 17 numbers and a bias
    expect(Number(found?.finalHeldoutLoss1)).toBeLessThan(0.05);
    expect(Number(found?.finalHeldoutLoss2)).toBeLessThan(0.05);
  });

  test("is refused if its constructor takes no categories", async () => {
    const { code, stderr } = await runMain([
      ...sweep,
      ...["--models", "task_embedding", "--model", "examples/python/task_embedding.py", "--out", `${folder}/refused`],
    ]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /model task_embedding: .*task_embedding\.py:\d+: input 1 is the number of a column's values, which a constructor takes by a parameter categories; .*--one-hot\n$/,
      ),
    ]);
  });
});

test.skipIf(!HAS_PYTHON)("sparse embeddings train as PyTorch's optimizers train them, and resume", () => {
  expect(python(["test/python/sparse_modules.py"])).toBe("ok\n");
});
