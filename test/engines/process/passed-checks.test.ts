import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { nodeAdapter } from "../../../src/engines/process/languages.ts";
import { ProcessEngine } from "../../../src/engines/process/process-engine.ts";
import { codeModel, LINEAR } from "../../support/code-model.ts";
import { temporaryFolder } from "../../support/effects.ts";
import { codeRun } from "../tfjs/runs.ts";

/** A model that leaves the number of each process that loads it in a file, and a cache of the test's own. */
function begun() {
  const folder = temporaryFolder();
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = folder;
  onTestFinished(() => {
    process.env.XDG_CACHE_HOME = before;
  });
  const loads = join(folder, "loads");
  const code = (scale: number) =>
    `import { appendFileSync } from "node:fs";\nappendFileSync(${JSON.stringify(loads)}, process.pid + " ");\n${LINEAR.replace("2 * lr", `${scale} * lr`)}`;
  const model = codeModel(code(2));
  const loadsOf = async (changed = model) => {
    writeFileSync(loads, "");
    const engine = new ProcessEngine({ adapter: nodeAdapter(), jobs: 1, patience: { tick: 10 } });
    await engine.prepare([codeRun(changed)]);
    await engine.dispose();
    const processes = new Set(readFileSync(loads, "utf8").trim().split(" ")).size;
    return { processes, known: engine.deterministic };
  };
  return { loadsOf, model, code, checks: join(folder, "mmoe", "checks") };
}

test("a model that was tried is not tried again in another process, until its code changes or the cache is damaged", async () => {
  const { loadsOf, model, code, checks } = begun();
  const first = await loadsOf();
  expect(first.processes).toBe(2);
  expect(await loadsOf()).toEqual({ ...first, processes: 1 });
  expect((await loadsOf(codeModel(code(3)))).processes).toBe(2);
  expect((await loadsOf({ ...model, tasks: model.tasks + 1 })).processes).toBe(2);
  for (const name of readdirSync(checks)) appendFileSync(join(checks, name), "}");
  expect((await loadsOf()).processes).toBe(2);
});

test("what was found by another version of a library is not believed", async () => {
  const { loadsOf, checks } = begun();
  await loadsOf();
  for (const path of readdirSync(checks).map((name) => join(checks, name))) {
    const found = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...found, libraries: { ...found.libraries, node: "18.0.0" } }));
  }
  expect((await loadsOf()).processes).toBe(2);
});
