import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readResults } from "../../src/records/read-results.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { csvFile } from "../support/csv.ts";
import { expectVerified, refusal, runMain, temporaryFolder } from "../support/effects.ts";

const few = ["smoke", "--runs", "2", "--steps", "20", "--corr", "0.5"];
const ONE = ["--kernels", "wasm", "--jobs", "1"]; // a process for the model, which takes long to start
const { file, sha256 } = codeModel(LINEAR);
/** The device of models in JavaScript. */
const NODE = `node ${process.versions.node}`;
const out = join(temporaryFolder(), "results");
const trained = runMain(["sweep", ...few, "--model", file, ...ONE, "--out", out]);

/** Progress may follow it on a busy machine. */
const firstLine = (text: string) => text.split("\n")[0];

describe("a sweep with a model in JavaScript", () => {
  test("trains it in Node beside the zoo's on cpu, says so, and records what trained which run", async () => {
    const { code, stderr } = await trained;
    expect([code, firstLine(stderr)]).toEqual([0, `${out}: 8 runs on cpu (wasm); mine on node (${NODE})`]);
    expect((await trained).stdout).toMatch(/^mmoe +0.50 .*\nmine +0.50 +2 +0 /m);
    await trained;
    const rows = csvFile(out, "runs.csv");
    const told = rows.map(({ model, engine, parameters }) => `${model} ${engine} ${parameters}`);
    expect(told.slice(0, 4)).toEqual(["shared-bottom cpu 13255", "omoe cpu 14018", "mmoe cpu 14818", "mine node 200"]);
  });

  test("pairs it with the zoo's: its runs have the rows of theirs", async () => {
    await trained;
    const { records, provenances } = await readResults(out, () => {});
    const labels = (model: string) => records.filter((one) => one.model === model).map((one) => one.labelCorrelations);
    expect(labels("mine")).toEqual(labels("mmoe"));
    expect(provenances[0]).toMatchObject({
      engine: "cpu",
      device: "wasm",
      beside: [{ name: "node", device: NODE }],
      config: { ownModels: [{ name: "mine", file, sha256 }] },
    });
  });

  test.each([
    [["status"], /mine +0.50 +2/],
    [["summary"], /^mine +2 /m],
    [["claims"], /not covered: 7$/m],
    [["figures", "--only", "distributions,differences,runs"], /distributions/],
    [["report"], /report\.html/],
    [["compare", out], /mine/],
    [["merge"], /runs\.csv/],
  ] as [string[], RegExp][])("is read by mmoe %j without its file", async ([command = "", ...options], text) => {
    await trained;
    writeFileSync(file, "gone");
    const outcome = await runMain([command, out, ...options]);
    writeFileSync(file, LINEAR);
    expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
    expect(outcome.stdout).toMatch(text);
  });

  test("comes out the same when it is verified, and goes on with more runs", async () => {
    await trained;
    await expectVerified(out, 8);
    await trained;
    const { code, stderr } = await runMain(["sweep", ...few, "--runs", "3", "--model", file, ...ONE, "--out", out]);
    expect([code, firstLine(stderr)]).toEqual([
      0,
      `${out}: reused 8, to do 4 runs on cpu (wasm); mine on node (${NODE})`,
    ]);
  });

  test("refuses a changed file, in a new sweep, as it goes on, and as it is verified", async () => {
    await trained;
    writeFileSync(file, `${LINEAR}\n`);
    const said = [
      await runMain(["sweep", ...few, "--model", file, "--out", out]),
      await runMain(["sweep", join(out, "config.yaml"), "--runs", "9", "--out", out]),
      await runMain(["verify", out, "--runs", "12", "--kernels", "wasm"]),
    ];
    writeFileSync(file, LINEAR);
    const changed = `mmoe: model mine: ${file}: has changed \\(its SHA-256 was ${sha256.slice(0, 8)}\\.\\.\\., now it is .*\n$`;
    expect(said.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(said[0]?.stderr).toMatch(/^mmoe: .* holds a sweep of another config \(model mine: mine.mjs \(sha256 .*\n$/);
    expect(said[1]?.stderr).toMatch(new RegExp(`^${changed}`));
    expect(said[2]?.stderr).toMatch(new RegExp(changed));
  });
});

describe("a model in JavaScript", () => {
  test("is trained beside --engine tfjs too, with the same numbers", async () => {
    await trained;
    const other = join(temporaryFolder(), "results");
    const models = ["--model", file, "--set", "models=mmoe"];
    await runMain(["sweep", ...few, ...models, "--engine", "tfjs", "--jobs", "1", "--out", other]);
    const losses = async (folder: string) =>
      (await readResults(folder, () => {})).records
        .filter(({ id }) => /^mine.*00[01]$/.test(id))
        .map(({ curve }) => curve);
    expect(await losses(other)).toEqual(await losses(out));
  });

  test("that is none is refused before the first step, with its line, and nothing is written", async () => {
    const wrong = codeModel(LINEAR.replace("const outputs = this.predict(x);", "const outputs = this.predicted(x);"));
    for (const command of [["sweep"], ["sweep", "--dry-run"], ["slurm", "--array", "2", "--time", "1:00:00"]]) {
      expect(refusal(await runMain([...command, ...few, "--model", wrong.file, "--out", `${out}-wrong`]))).toContain(
        `model mine: ${wrong.file}:11: this.predicted is not a function (at: const outputs = `,
      );
    }
    await expect(readResults(`${out}-wrong`, () => {})).rejects.toThrow("no such folder");
  });

  test("is not for k8s, whose pods lack the file", async () => {
    expect(refusal(await runMain(["k8s", ...few, "--model", file, "--completions", "2", "--image", "x"]))).toContain(
      `model mine: a pod does not have ${file}; use`,
    );
  });
});
