import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RunResult } from "../../../../src/engines/engine.ts";
import { describeCode } from "../../../../src/engines/tfjs/code/describe-code.ts";
import { CodeEngine } from "../../../../src/engines/tfjs/code-engine.ts";
import { loadTf } from "../../../../src/engines/tfjs/tf.ts";
import { createTfjsEngine } from "../../../../src/engines/tfjs/tfjs-engine.ts";
import { UsageError } from "../../../../src/errors.ts";
import type { CodeModel } from "../../../../src/models/code.ts";
import { codeFiles } from "../../../../src/models/code-files.ts";
import { codeModel, LINEAR, MEASURING } from "../../../support/code-model.ts";
import { codeRun, resultsOf } from "../runs.ts";
import { trainingHere } from "./training-here.ts";

const notes: string[] = [];
const engine = new CodeEngine({
  ...{ backend: "wasm", device: "wasm", jobs: 2, patience: { train: 1500 } },
  note: (line) => notes.push(line),
});
afterAll(() => engine.dispose());

/** LINEAR that does this once it trains: its batches have 4 rows, those that it is tried on have others. */
const inTraining = (name: string, act: string) =>
  codeModel(LINEAR.replace("return", `if (x.shape[0] === 4) { ${act} }\nreturn`), { name });

/** Code that does not return for so many ms, or ever, and takes no processor time. */
const hang = (ms = Number.POSITIVE_INFINITY) => `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms});`;

const runOf = (model: CodeModel, index = 0) => codeRun(model, { index }, { batch: 4 });

/** What is said of a file with this text as it is loaded; nothing if it is taken. */
async function complaintOf(model: CodeModel): Promise<string> {
  const error = await describeCode(model).then(
    () => undefined,
    (reason: Error) => reason,
  );
  if (error === undefined) return "";
  expect(error).toBeInstanceOf(UsageError);
  return error.message.replaceAll(dirname(model.file), "").replace("model mine: ", "");
}

/** A model that imports a package with this text. */
function withPackage(text: string): CodeModel {
  const { file, ...model } = codeModel(LINEAR);
  const folder = join(dirname(file), "node_modules/a");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    '{"name": "a", "version": "1.0.0", "type": "module", "exports": "./index.js"}',
  );
  writeFileSync(join(folder, "index.js"), text);
  writeFileSync(file, `import "a";\n${LINEAR}`);
  return { ...model, file, sha256: codeFiles({ name: "mine", file }).sha256 };
}

test("memoryBytes(runs) of traced runs counts what their steps draw, for every row of a batch", async () => {
  const traced = new CodeEngine({ backend: "wasm", device: "wasm", traced: true, jobs: 1 });
  const noise = "training ? tf.add(tf.sum(random.normals([3])), tf.sum(random.uniforms([x.shape[0], 11]))) : 0";
  const text = LINEAR.replace("{ w, b }", "{ w, b }, { training, random }").replace(
    "return ",
    `const noise = ${noise};\nreturn `,
  );
  const [run, quiet] = [runOf(codeModel(text)), runOf(codeModel(LINEAR, { name: "quiet" }))];
  await traced.prepare([run.model, quiet.model]);
  const drawn = 3 + 4 * 11;
  expect(traced.memoryBytes([run]) - traced.memoryBytes([quiet])).toBe(3 * run.training.steps * 4 * drawn);
  await traced.dispose();
});

describe("a model in a process of its own", () => {
  test("has the numbers that it has in this one", async () => {
    const run = codeRun(codeModel(MEASURING), { index: 3 });
    const here = trainingHere(await createTfjsEngine({ backend: "wasm" }), await loadTf("wasm"));
    const [[ours], [theirs]] = [await resultsOf(engine, [run]), await resultsOf(here, [run])];
    const { elapsedMs: _, ...numbers } = theirs as RunResult;
    expect(ours).toMatchObject(numbers);
  });

  test("breaks its own runs, however it does, and no other's", async () => {
    const models = [
      codeModel(LINEAR, { name: "good" }),
      inTraining("throws", "throw new Error('no 4 rows');"),
      inTraining("exits", "process.exit(0);"),
      inTraining("hangs", hang()),
      inTraining("times", `setTimeout(() => { throw new Error('late'); }); ${hang(200)}`),
      inTraining("rejects", "Promise.reject(new Error('unheard'));"),
      inTraining("handles", "setInterval(() => {}, 1000);"),
    ];
    const results = await resultsOf(
      engine,
      models.map((model) => runOf(model)),
    );
    expect(results.map(({ run, failure }) => [run.model.name, failure?.replace(/^.*mine.mjs/, "mine.mjs")])).toEqual([
      ["good", undefined],
      ["throws", "mine.mjs:4: no 4 rows"],
      ["exits", "mine.mjs: ends its process (exit code 0) while it trains"],
      ["hangs", "mine.mjs: gives no sign for 2 s while it trains"],
      ["times", "mine.mjs:4: late"],
      ["rejects", "mine.mjs:4: unheard"],
      ["handles", undefined],
    ]);
    expect(results[2]).toMatchObject({ labelCorrelations: [Number.NaN], parameterCount: 12, device: "wasm" });
  });

  test("that never returns is stopped at once", async () => {
    const stop = new AbortController();
    const run = runOf(inTraining("never", "for (;;);"));
    await engine.prepare([run.model]);
    let stopped = 0;
    const onBegin = () =>
      setTimeout(() => {
        stopped = performance.now();
        stop.abort();
      }, 300);
    expect(await resultsOf(engine, [run], { signal: stop.signal, onBegin })).toEqual([]);
    expect(performance.now() - stopped).toBeLessThan(1000);
  });

  test("is not begun again after it has broken three runs", async () => {
    const model = inTraining("breaks", "process.exit(7);");
    const runs = [0, 1, 2, 3].map((index) => runOf(model, index));
    const alone = new CodeEngine({ backend: "wasm", device: "wasm", jobs: 1 });
    const failures = (await resultsOf(alone, runs)).map(({ failure }) => failure);
    await alone.dispose();
    expect(failures[2]).toMatch(/mine.mjs: ends its process \(exit code 7\) while it trains$/);
    expect(failures[3]).toBe("not begun: its model broke in 3 runs before");
  });

  test("is not tried for ever while it is prepared", async () => {
    const stop = AbortSignal.timeout(800);
    await engine.prepare([codeModel(`await new Promise(() => setInterval(() => {}, 1000));\n${LINEAR}`)], stop);
    expect(stop.aborted).toBe(true);
  });
});

describe("describeCode(model)", () => {
  test("says what a model of several files declares, and passes on what it prints", async () => {
    const { file, ...model } = codeModel(LINEAR);
    writeFileSync(join(dirname(file), "sizes.mjs"), "export const UNITS = 7;");
    writeFileSync(
      file,
      `import { UNITS } from "./sizes.mjs";\nconsole.log("units\\u001b[2J", UNITS);\n${LINEAR.replace("[tasks]", "[UNITS]")}`,
    );
    const printed: string[] = [];
    const { sha256 } = codeFiles({ name: "mine", file });
    const described = await describeCode({ ...model, file, sha256 }, (line) => printed.push(line));
    expect(described).toEqual({
      about: undefined,
      parameters: [
        { name: "w", shape: [5, 2], size: 10 },
        { name: "b", shape: [7], size: 7 },
      ],
      ...{ size: 17, stateSize: 0 },
    });
    expect(printed).toEqual(["model mine prints: units\\u001b[2J 7"]);
    writeFileSync(join(dirname(file), "sizes.mjs"), "export const UNITS = 8;");
    await expect(describeCode({ ...model, file, sha256 })).rejects.toThrow(
      `mine.mjs: has changed (its SHA-256 was ${sha256.slice(0, 8)}`,
    );
  });

  test.each([
    [`process.exit();\n${LINEAR}`, "/mine.mjs: ends its process (exit code 0) while it is loaded"],
    [`await new Promise(() => {});\n${LINEAR}`, "/mine.mjs: a top-level await never ends"],
    [`\nprocess.getBuiltinModule("fs");\n${LINEAR}`, /^\/mine.mjs:2: process.getBuiltinModule is not for a model: /],
    [`await eval('import("node:fs")');`, /mine.mjs: imports 'node:fs': a model may not use files/],
    [`await fetch("http://localhost");`, "/mine.mjs:1: fetch is not for a model: "],
    [`crypto.randomUUID();`, "/mine.mjs:1: crypto.randomUUID is not for a model: "],
    [`throw new Error("a\\u009b2J\\u001b]0;x\\u0007");`, "/mine.mjs:1: a\\u009b2J\\u001b]0;x\\u0007"],
    ["export default {", /^\/mine.mjs(:\d)?: Unexpected end of input$/],
  ])("refuses %j", async (text, message) => {
    expect(await complaintOf(codeModel(text))).toMatch(message);
  });

  test("refuses a file that was not there to be hashed, whatever calls for it", async () => {
    const model = codeModel(`await eval('import("./other.mjs")');`);
    writeFileSync(join(dirname(model.file), "other.mjs"), "");
    expect(await complaintOf(model)).toMatch("/mine.mjs: imports './other.mjs': this is none of the files");
  });

  test.each([
    ["reads a file", 'import { readFileSync } from "node:fs"; readFileSync("/etc/hostname");'],
    [
      "starts a process",
      'import { spawnSync } from "node:child_process"; const { error } = spawnSync("true"); if (error) throw error;',
    ],
  ])("lets no package do what a model may not: it %s", async (_, text) => {
    expect(await complaintOf(withPackage(text))).toMatch(/Access to this API has been restricted/);
  });
});
