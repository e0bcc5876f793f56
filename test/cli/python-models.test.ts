import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readResults } from "../../src/records/read-results.ts";
import { LINEAR } from "../support/code-model.ts";
import { csvFile } from "../support/csv.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { NUMPY_LINEAR, PYTHON, pythonModel, WITHOUT_PYTHON } from "../support/python.ts";

const few = ["smoke", "--runs", "2", "--steps", "20", "--corr", "0.5"];
const python = ["--python", PYTHON ?? "python3"];
const { file } = pythonModel(NUMPY_LINEAR);
const javaScript = join(temporaryFolder(), "plain.mjs");
writeFileSync(javaScript, LINEAR);
const out = join(temporaryFolder(), "results");
const sweep = ["sweep", ...few, "--set", "models=mmoe", "--model", javaScript, "--model", file];
const options = [...python, "--kernels", "wasm", "--out", out];
const trained = PYTHON === undefined ? undefined : runMain([...sweep, "--model", `${file}:Linear:rate=0`, ...options]);

const rowsOf = (folder: string) => csvFile(folder, "runs.csv");

describe.skipIf(PYTHON === undefined)(`a sweep with a model in Python${WITHOUT_PYTHON}`, () => {
  test("trains it beside the zoo's, and models in JavaScript too, and says so", async () => {
    const { code, stderr } = (await trained) as Awaited<typeof trained> & object;
    expect([code, stderr.split("\n")[0]]).toEqual([
      0,
      expect.stringMatching(
        /: 8 runs on cpu \(wasm\); plain on node \(node [\d.]+\); mine, Linear-rate-0 on python \(numpy [\d.]+ cpu\)$/,
      ),
    ]);
  });

  test("records engine, device, parameters and versions", async () => {
    await trained;
    const told = rowsOf(out).map(
      ({ model, engine, device, parameters }) => `${model} ${engine} ${device} ${parameters}`,
    );
    for (const model of ["mine", "Linear-rate-0"])
      expect(told).toContainEqual(expect.stringMatching(`^${model} python numpy [0-9.]+ cpu 200$`));
    const { provenances } = await readResults(out, () => {});
    expect(provenances[0]?.deterministic).toEqual({ plain: true, mine: true, "Linear-rate-0": true });
    expect(provenances[0]?.dependencies).toMatchObject({
      python: expect.stringMatching(/^3\./),
      numpy: expect.stringMatching(/^\d/),
    });
  });

  test("is verified, and is another sweep once the file changes", async () => {
    await trained;
    const { code, stdout } = await runMain(["verify", out, "--runs", "8", ...python, "--kernels", "wasm"]);
    expect([code, stdout.match(/ same$/gm)?.length]).toEqual([0, 8]);
    writeFileSync(file, `${NUMPY_LINEAR}\n`);
    const changed = await runMain([...sweep, ...options]);
    writeFileSync(file, NUMPY_LINEAR);
    expect([changed.code, changed.stderr]).toEqual([
      2,
      expect.stringContaining("holds a sweep of another config (model mine: mine.py"),
    ]);
  });

  test("is trained by a job array's tasks with the Python that was asked for", async () => {
    const array = ["--array", "2", "--time", "1:00:00"];
    const sweep = [...few, "--model", file, ...python, "--out", `${out}-array`];
    expect(await runMain(["slurm", ...sweep, ...array])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(` --python ${PYTHON} `),
    });
  });

  test("that raises as it trains fails its runs with the line, and the others are trained and written", async () => {
    const raising = pythonModel(
      NUMPY_LINEAR.replace("        error", "        if len(x) == 64: self.gone\n        error"),
    );
    const folder = join(temporaryFolder(), "results");
    const models = ["--model", raising.file, "--set", "models=mmoe", ...python, "--kernels", "wasm"];
    const { code } = await runMain(["sweep", ...few, ...models, "--out", folder]);
    expect(code).toBe(3);
    expect(
      rowsOf(folder).map(({ model, status, reason }) => [model, status, reason?.replace(/^.*mine/, "mine")]),
    ).toEqual([
      ["mmoe", "done", ""],
      [
        "mine",
        "failed",
        "mine.py:13: AttributeError: 'Linear' object has no attribute 'gone' (at: if len(x) == 64: self.gone)",
      ],
      ["mmoe", "done", ""],
      ["mine", "failed", expect.stringContaining("AttributeError")],
    ]);
  });
});

test.each([
  ["/gone/python", "/gone/python"],
  ["gone/python", resolve("gone/python")], // processes of models have other working folders
  ["gone-python", "gone-python"],
])("a Python that is not there is named, with the way out: %s", async (given, named) => {
  expect(refusal(await runMain(["models", "smoke", "--model", file, "--python", given]))).toBe(
    `no Python at ${named} (from --python); give another by --python PATH`,
  );
});
