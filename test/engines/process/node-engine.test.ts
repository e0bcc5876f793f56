import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { codeFiles } from "../../../src/code/javascript-files.ts";
import { nodeAdapter } from "../../../src/engines/process/languages.ts";
import { ProcessEngine } from "../../../src/engines/process/process-engine.ts";
import type { CodeModel } from "../../../src/models/code.ts";
import { codeModel, LINEAR } from "../../support/code-model.ts";
import { temporaryFolder } from "../../support/effects.ts";
import { complaintOf } from "../../support/python.ts";
import { codeRun, resultsOf } from "../tfjs/runs.ts";

const notes: string[] = [];
const engine = new ProcessEngine({
  adapter: nodeAdapter(),
  jobs: 2,
  patience: { train: 1500, tick: 10 },
  note: (line) => notes.push(line),
});
afterAll(() => engine.dispose());

/** LINEAR that does this once it trains: its batches have 3 rows, those that it is tried on have others. */
const inTraining = (name: string, act: string, before = "") =>
  codeModel(before + LINEAR.replace("const outputs", `if (B === 3) { ${act} }\n    const outputs`), { name });

/** Code that does not return for so many ms, or ever, and takes no processor time. */
const hang = (ms = Number.POSITIVE_INFINITY) => `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms});`;

/** A model of several files, the first its own. */
function modelOf(files: Readonly<Record<string, string>>): CodeModel {
  const { file, ...model } = codeModel(LINEAR);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dirname(file), name)), { recursive: true });
    writeFileSync(join(dirname(file), name), text);
  }
  return { ...model, file, sha256: codeFiles({ name: "mine", file }).sha256 };
}

describe("a model in JavaScript", () => {
  test("breaks its own runs, however it does, and no other's", async () => {
    const models = [
      inTraining("throws", "throw new Error('no 3 rows');"),
      inTraining("throws much", "throw new Error('1'.repeat(9e6));"),
      inTraining("throws no text", "throw Object.assign(new Error(), { message: { a: 1 } });"),
      inTraining("throws a proxy", "throw new Proxy({}, { get() { throw 7; } });"),
      inTraining("exits", "process.exit(0);"),
      inTraining("aborts", "process.abort();"),
      inTraining("kills itself", "process.kill(process.pid, 'SIGKILL');"),
      inTraining("kills mmoe", "process.kill(process.ppid, 'SIGKILL');"),
      inTraining("hangs", hang()),
      inTraining("times", `setTimeout(() => { throw new Error('late'); }); ${hang(200)} return new Promise(() => {});`),
      inTraining("rejects", "Promise.reject(new Error('unheard')); return new Promise(() => {});"),
      inTraining("shapes", "return [1];"),
      inTraining("answers", `writeSync(3, '{"answer":{}}\\n');`, 'import { writeSync } from "node:fs";\n'),
      inTraining(
        "garbles",
        "writeSync(3, new Uint8Array(9e6)); return new Promise(() => {});",
        'import { writeSync as writeOnce } from "node:fs";\nfunction writeSync(fd, bytes) { for (let at = 0; at < bytes.length; ) try { at += writeOnce(fd, bytes, at); } catch {} }\n',
      ),
      inTraining(
        "cuts",
        "for (let fd = 4; fd < 64; fd++) try { ftruncateSync(fd, 0); } catch {}",
        'import { ftruncateSync } from "node:fs";\n',
      ),
      inTraining("pollutes", "Object.prototype.toJSON = () => 7;"),
      inTraining(
        "fills",
        "Float32Array.prototype.set = () => {}; Array.prototype.push = null; JSON.parse = () => ({});",
      ),
      inTraining("prints and waits", `console.log('{"answer": {}}'); setInterval(() => {}, 1000);`),
    ];
    const results = await resultsOf(
      engine,
      models.map((model) => codeRun(model)),
    );
    const failures = results.map(({ run, failure }) => [run.model.name, failure?.replace(/^.*mine.mjs/, "mine.mjs")]);
    expect(failures).toEqual([
      ["throws", "mine.mjs:11: no 3 rows (at: if (B === 3) { throw new Error('no 3 rows'); })"],
      ["throws much", expect.stringMatching(/^mine.mjs:11: 1+ \(at: /)],
      ["throws no text", expect.stringMatching(/^mine.mjs:11: \[object Object\] \(at: /)],
      ["throws a proxy", "mine.mjs: threw 7"],
      ["exits", "mine.mjs: ends its process (exit code 0) while it trains"],
      ["aborts", "mine.mjs: its process crashed (SIGABRT) while it trains"],
      ["kills itself", "mine.mjs: 3 times a worker died (the process of model kills itself was ended by SIGKILL)"],
      ["kills mmoe", expect.stringMatching(/^mine.mjs:11: process.kill is not for mmoe's own process/)],
      ["hangs", "mine.mjs: gives no sign for 2 s while it trains"],
      ["times", expect.stringMatching(/^mine.mjs:11: late /)],
      ["rejects", expect.stringMatching(/^mine.mjs:11: unheard /)],
      ["shapes", "mine.mjs: step: expected 2 numbers, got 1"],
      ["answers", 'mine.mjs: its process says what is no message: {"answer":{}}'],
      ["garbles", expect.stringMatching(/^mine.mjs: its process says what is no message: /)],
      ["cuts", "mine.mjs: its process has cut the file that mmoe shares with it"],
      ["pollutes", expect.stringMatching(/^mine.mjs: /)],
      ["fills", expect.stringMatching(/^mine.mjs: /)],
      ["prints and waits", undefined],
    ]);
    expect(notes).toContain(`model prints and waits prints: {"answer": {}}`);
  });

  test("that gives no sign for 5 s is said to, once, long before it is given up", async () => {
    const told: string[] = [];
    const heard = join(temporaryFolder(), "heard"); // a busy machine takes longer than 5 s to count them
    const note = (line: string) => {
      told.push(line);
      writeFileSync(heard, "");
    };
    const own = new ProcessEngine({ adapter: nodeAdapter(), patience: { tick: 10 }, note });
    const isHeard = `process.getBuiltinModule("node:fs").existsSync(${JSON.stringify(heard)})`;
    const untilHeard = `for (let i = 0; i < 300 && !${isHeard}; i++) ${hang(100)}`;
    const waits = inTraining("waits", `if (!this.waited) { this.waited = true; ${untilHeard} }`);
    const [result] = await resultsOf(own, [codeRun(waits)]);
    await own.dispose();
    const said = "model waits: no sign for 5 s while it trains; it is given up after 10 minutes";
    expect([result?.failure, told]).toEqual([undefined, [said]]);
  });

  test("is loaded from the files that were hashed alone, whatever calls for others", async () => {
    const model = modelOf({ "mine.mjs": `await eval('import("./other.mjs")');\n${LINEAR}`, "other.mjs": "" });
    expect(await complaintOf(engine, model)).toMatch(
      /^mine\.mjs(:\d+)?: imports '.\/other.mjs', whose changes would go unnoticed/,
    );
    const helped = {
      "mine.mjs": `import { SCALE } from "./near.mjs";\n${LINEAR}`,
      "near.mjs": "export const SCALE = 1;",
    };
    const changed = modelOf(helped);
    writeFileSync(join(dirname(changed.file), "near.mjs"), "export const SCALE = 2;");
    expect(await complaintOf(engine, changed)).toMatch(/^mine\.mjs: has changed \(its SHA-256 was /);
  });

  test("that trains by no method is refused by name with one of the sweep's", async () => {
    await expect(engine.prepare([codeRun(modelOf({ "mine.mjs": LINEAR }), {}, { method: "famo" })])).rejects.toThrow(
      "method famo: a model in JavaScript trains by it only if its field `method` says so",
    );
  });

  test("imports what it likes of Node and of packages, whose versions are recorded", async () => {
    const model = modelOf({
      "node_modules/a/package.json": '{"name": "a", "version": "1.2.3", "type": "module", "exports": "./index.js"}',
      "node_modules/a/index.js": 'export { readFileSync } from "node:fs";',
      "mine.mjs": `import { readFileSync } from "a";\nimport os from "node:os";\nreadFileSync(import.meta.filename ?? "/dev/null"); os.cpus();\n${LINEAR}`,
    });
    const own = new ProcessEngine({ adapter: nodeAdapter(), patience: { tick: 10 } });
    await own.prepare([codeRun(model)]);
    expect(own.libraries).toEqual({ node: process.versions.node, a: "1.2.3" });
    await own.dispose();
  });

  test.each([
    ["export default {", /^mine\.mjs(:\d+)?: Unexpected end of input/],
    ["export default class {}", "mine.mjs: expected a class with step(x, y) and predict(x), got no step"],
    ["export const a = 1;", "mine.mjs: expected a class with step(x, y) and predict(x) as the default export"],
    [
      "process.kill(process.pid, 9);",
      "mine.mjs: 3 times a worker died (the process of model mine was ended by SIGKILL)",
    ],
    ["process.exit();", "mine.mjs: ends its process (exit code 0) while it is loaded"],
    [
      LINEAR.replace("return losses", "return losses.map(() => NaN)"),
      /^mine\.mjs: the losses of the first steps: expected finite numbers/,
    ],
    [LINEAR.replace("return losses", "return losses.map(() => null)"), /expected finite numbers, got NaN/],
    [LINEAR.replace("= inputs * tasks", "= 0.5"), "mine.mjs: parameterCount: expected a whole number from 0, got 0.5"],
    [
      LINEAR.replace("stateDict = () => this.w", "stateDict = () => () => this.w"),
      /^mine\.mjs: stateDict: expected what structuredClone copies: .* could not be cloned\.$/,
    ],
    [LINEAR.replace("{ length: (x", "{ length: 1 + (x"), "mine.mjs: predict: expected 14 numbers, got 15"],
    [LINEAR.replace("let sum = 0", "let sum = x.at(-1)"), /a row's prediction depends on the rows beside it/],
    [LINEAR.replace("let sum = 0", "let sum = Math.max(...x)"), /a row's prediction depends on the rows beside it/],
    [LINEAR.replace("let sum = 0", "let sum = x[0]"), /a row's prediction depends on the rows beside it/],
  ])("is refused before the first run: %j", async (text, complaint) => {
    expect(await complaintOf(engine, codeModel(text))).toMatch(complaint);
  });
});
