import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { circleIn, forbidden, importsOf, importsUnder, permissionsIn } from "../support/imports.ts";

/** Packages that only the build needs: what is bundled into a page, and types. */
const FOR_BUILD = ["preact", "@commander-js"];

const permissions = permissionsIn(readFileSync("CONTRIBUTING.md", "utf8"));
const imports = new Map([...importsUnder("src"), ...importsUnder("playground")]);

describe("the imports of src/ and playground/", () => {
  test("are those that the table of folders in CONTRIBUTING.md allows", () => {
    expect(forbidden(imports, permissions)).toEqual([]);
  });

  test("make no circle of files", () => {
    expect(circleIn(imports)).toBeUndefined();
  });

  test("are between folders that all have a row in that table, and there is no row without a folder", () => {
    const folders = new Set([...imports.keys()].map(dirname).filter((folder) => folder !== "src"));
    expect([...permissions.keys()].sort()).toEqual([...folders].sort());
  });

  test("are of packages that the table names and package.json has", () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    const known = [...Object.keys({ ...dependencies, ...peerDependencies }), ...FOR_BUILD].flatMap((name) => [
      name,
      name.split("/")[0],
    ]);
    const named = new Set([...permissions.values()].flat().filter((one) => !one.startsWith("src/") && one !== "node"));
    expect([...named].filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe("a wrong import is found", () => {
  test.each([
    ["src/random/key.ts", "src/stats/moments.ts"],
    ["src/data/order.ts", "src/models/spec.ts"],
    ["src/models/spec.ts", "src/data/order.ts"],
    ["src/cuda/home.ts", "src/summary/summary.ts"],
    ["src/cuda/home.ts", "src/engines/engine.ts"],
    ["src/errors.ts", "src/cli/main.ts"],
    ["src/engines/engine.ts", "src/config/config.ts"],
    ["src/engines/cpu/cpu-engine.ts", "src/engines/tfjs/tfjs-engine.ts"],
    ["src/engines/tfjs/trainer/feed-pool.ts", "src/engines/cpu/kernels.ts"],
    ["src/engines/rows/row-maker.ts", "src/engines/cpu/kernels.ts"],
    ["src/engines/cpu/cpu-engine.ts", "npm:@tensorflow/tfjs-core"],
    ["src/models/spec.ts", "npm:@tensorflow/tfjs-core"],
    ["src/records/record.ts", "src/sweep/plan.ts"],
    ["src/summary/summary.ts", "src/claims/claims.ts"],
    ["src/figures/gallery.ts", "src/report/html.ts"],
    ["src/figures/draw/facts.ts", "src/figures/gallery.ts"],
    ["src/sweep/run-sweep.ts", "src/cli/command.ts"],
    ["src/cli/main.ts", "src/index.ts"],
    ["src/cli/play.ts", "playground/main.tsx"],
    ["playground/worker.ts", "src/sweep/plan.ts"],
  ])("%s -> %s", (file, target) => {
    expect(forbidden(new Map([[file, [target]]]), permissions)).toEqual([`${file} -> ${target}`]);
  });

  test.each([
    ["src/figures/draw/svg.ts", `import { join } from "node:path";`, "node:path"],
    ["src/figures/draw/svg.ts", `import type { ReadStream } from "node:fs";`, "node:fs"],
    ["src/figures/draw/svg.ts", `let timer: NodeJS.Timeout;`, "node:NodeJS"],
    ["src/figures/draw/svg.ts", `const wide = process.stdout.columns;`, "node:process"],
    ["src/stats/mean.ts", `import PDFDocument from "pdfkit";`, "npm:pdfkit"],
    ["src/sweep/plan.ts", `import { paperRun } from "../../bench/paper-run.ts";`, "bench/paper-run.ts"],
    ["src/index.ts", `export { main } from "./cli/main.ts";`, "src/cli/main.ts"],
    [
      "src/engines/rows/kernels/data.h",
      `#include <stdint.h>\n#include "../../cpu/kernels/records.h"`,
      "src/engines/cpu/kernels/records.h",
    ],
    ["src/sweep/engines.ts", `await import(\`../cli/\${name}.ts\`);`, `computed:import(\`../cli/\${name}.ts\`)`],
    ["src/sweep/engines.ts", "await import(`../cli/main.ts`);", "src/cli/main.ts"],
    [
      "src/stats/mean.ts",
      `const require = createRequire(at), { main } = require("../cli/main.ts");`,
      "src/cli/main.ts",
    ],
    ["src/records/record.ts", `new Worker(new URL("../sweep/plan.js", import.meta.url));`, "src/sweep/plan.ts"],
    [
      "src/records/record.ts",
      `new URL(\`../sweep/\${name}.js\`, import.meta.url);`,
      `computed:new URL(\`../sweep/\${name}.js\`, import.meta.url)`,
    ],
    ["src/records/record.ts", `startWorker(import.meta.url, name);`, "computed:startWorker(import.meta.url, name)"],
    ["src/stats/mean.ts", `let at: import("../cli/main.ts").At;`, "src/cli/main.ts"],
  ])("%s: %s", (file, line, target) => {
    expect(forbidden(new Map([[file, importsOf(file, line)]]), permissions)).toEqual([`${file} -> ${target}`]);
  });

  test("however it is written", () => {
    const text = `
      import type { A } from "../a/a.ts";
      import { b, type C } from "./b.ts";
      export * from "../../d/d.ts";
      const e = await import("./e.ts");
      let f: import("./f.ts").F;
      import './g.ts';
      startWorker(import.meta.url, "worker", 7);
      // import { h } from "./h.ts";
      const i = 'import { i } from "./i.ts"', j = new URL("../../../assets/", import.meta.url);
    `;
    expect(importsOf("src/x/y/z.ts", text)).toEqual([
      "src/x/a/a.ts",
      "src/x/y/b.ts",
      "src/d/d.ts",
      "src/x/y/e.ts",
      "src/x/y/f.ts",
      "src/x/y/g.ts",
      "src/x/y/worker.ts",
    ]);
  });

  test("as a circle, with its files", () => {
    const circle = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", []],
      ["d", ["b"]],
    ]);
    expect(circleIn(circle)).toEqual(["b", "d", "b"]);
  });
});
