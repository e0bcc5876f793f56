import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadCode } from "../../../../src/engines/tfjs/code/load-code.ts";
import { UsageError } from "../../../../src/errors.ts";
import { codeModel, LINEAR } from "../../../support/code-model.ts";

/** What is said of a file with this text as it is refused, from the file's name on. */
async function complaintOf(text: string): Promise<string> {
  const model = codeModel(text);
  const error = await loadCode(model).then(
    () => new Error("nothing was refused"),
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).not.toContain("\n");
  return error.message.replace(`model mine: ${model.file}`, "mine.mjs");
}

const withParameters = (value: string) => LINEAR.replace(/parameters: .*\n/, `parameters: () => (${value}),\n`);

describe("loadCode(model)", () => {
  test("gives the parameters in the order of the code, with their sizes", async () => {
    const { parameters, size } = await loadCode(codeModel(LINEAR, { inputs: 7, tasks: 3 }));
    expect(parameters).toEqual([
      { name: "w", shape: [7, 3], size: 21 },
      { name: "b", shape: [3], size: 3 },
    ]);
    expect(size).toBe(24);
  });

  test("takes numbers, shapes of no axis, and how they begin", async () => {
    const { parameters } = await loadCode(codeModel(withParameters("{ a: [], b: { shape: [2, 3], initial: 0.5 } }")));
    expect(parameters).toEqual([
      { name: "a", shape: [], size: 1 },
      { name: "b", shape: [2, 3], initial: 0.5, size: 6 },
    ]);
  });

  test("takes a state, which begins at 0 unless it says otherwise", async () => {
    const text = LINEAR.replace("{", "{ state: ({ inputs }) => ({ a: [inputs, 3], b: { shape: [], initial: 1 } }),");
    const { state, size } = await loadCode(codeModel(text));
    expect(state).toEqual([
      { name: "a", shape: [5, 3], initial: 0, size: 15 },
      { name: "b", shape: [], initial: 1, size: 1 },
    ]);
    expect(size).toBe(12);
  });

  test("gives a module of its own to each load", async () => {
    const model = codeModel(`let calls = 0;\n${withParameters("{ w: [++calls] }")}`);
    const loads = [await loadCode(model), await loadCode(model)];
    expect(loads.map(({ size }) => size)).toEqual([1, 1]);
  });

  test("lets a package draw as it loads, always the same", async () => {
    const model = codeModel(LINEAR);
    const folder = join(dirname(model.file), "node_modules/drawing");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"name": "drawing", "type": "module", "exports": "./index.js"}');
    writeFileSync(join(folder, "index.js"), "export const drawn = Math.floor(100 * Math.random());");
    writeFileSync(model.file, `import { drawn } from "drawing";\n${withParameters("{ w: [drawn] }")}`);
    expect((await loadCode(model)).size).toBe(50);
  });

  test.each([
    ["export default {", /^mine.mjs(:\d)?: Unexpected end of input$/],
    ["\n\nthrow new Error('two\\n words');", /^mine.mjs:3: two words$/],
    ["export const a = 1;", /^mine.mjs: expected a default export { parameters, forward }, got nothing$/],
    [
      "const a = {}; a.a = a; export default { parameters: a, forward() {} };",
      /: parameters: expected a function, got an object$/,
    ],
    ["export default 7;", /^mine.mjs: expected a default export { parameters, forward }, got 7$/],
    ["export default { parameters() {} };", /^mine.mjs: forward: expected a function, got nothing$/],
    ["export default { parameters: {}, forward() {} };", /^mine.mjs: parameters: expected a function, got {}$/],
    [LINEAR.replace("{", "{ state: { a: [] },"), /^mine.mjs: state: expected a function, got {"a":\[\]}$/],
    [LINEAR.replace("{", "{ state: () => {},"), /^mine.mjs: state: expected { name: shape }, got nothing$/],
    [
      LINEAR.replace("{", "{ state: () => ({ a: [0] }),"),
      /^mine.mjs: state: a: expected a shape of whole .* got \[0\]$/,
    ],
    [LINEAR.replace("{", "{ diagnostics: 7,"), /^mine.mjs: diagnostics: expected a function, got 7$/],
    [LINEAR.replace("{", "{ about: 7,"), /^mine.mjs: about: expected a text, got 7$/],
    [withParameters("[[2, 3]]"), /^mine.mjs: parameters: expected { name: shape }, got \[\[2,3\]\]$/],
    [withParameters("{}"), /^mine.mjs: parameters: expected { name: shape }, got {}$/],
    [withParameters("{ w: [2, 0] }"), /: parameters: w: expected a shape of whole numbers from 1, got \[2,0\]$/],
    [withParameters("{ w: 3 }"), /: parameters: w: expected a shape of whole numbers from 1, got 3$/],
    [withParameters("{ w: null }"), /: parameters: w: expected a shape of whole numbers from 1, got null$/],
    [withParameters("{ w: { shape: [2], initial: 'x' } }"), /: w: initial: expected a number or a function, got "x"$/],
    [withParameters("{ 'w#1': [2] }"), /: parameters: w#1: expected a name without '#'/],
    [withParameters("{ w: [1e9] }"), /: parameters: expected at most 134217728 numbers, got 1000000000$/],
    [withParameters("nothing.at.all"), /^mine.mjs:2: nothing is not defined$/],
    [
      `const noise = Math.random();\n${LINEAR}`,
      /^mine.mjs:1: draws random numbers: a run must give the same numbers again/,
    ],
    [
      LINEAR.replace("[inputs, tasks]", "[inputs, tasks * Math.ceil(Math.random())]"),
      /^mine.mjs:2: draws random numbers/,
    ],
    ["export default new Proxy({}, { get() { throw 7; } });", /^mine.mjs: threw 7$/],
    ["throw { toString: null };", /^mine.mjs: threw something that can't be read$/],
  ])("refuses %j", async (text, message) => {
    expect(await complaintOf(text)).toMatch(message);
  });
});
