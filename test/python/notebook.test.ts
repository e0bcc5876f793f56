// The notebook of examples/python, cell by cell.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

const EXECUTE = `
import json, nbclient, nbformat
notebook = nbformat.read("bench.ipynb", as_version=4)
nbclient.NotebookClient(notebook, timeout=250, kernel_name="python3").execute()
outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
print(json.dumps(["".join(o.get("text", o.get("data", {}).get("text/plain", ""))) for o in outputs]))`;

test.skipIf(!HAS_PYTHON)("the notebook runs from its first cell to its last", () => {
  const folder = temporaryFolder();
  copyFileSync("examples/python/bench.ipynb", join(folder, "bench.ipynb"));
  const [shapes, labels, written, sweep, means, tasks, pairs, ...more]: string[] = JSON.parse(
    python(["-c", EXECUTE], folder),
  );
  expect(shapes).toBe("((100, 128, 100), (100, 128, 2))");
  expect(labels).toMatch(/mean.*\nstd +(0\.9|1\.0)\d+ +(0\.9|1\.0)\d+/);
  expect(written).toContain("wide_bottom.py");
  expect(sweep).toMatch(/^wide_bottom +0\.50 +4 +0 /m);
  expect(means).toMatch(/^wide_bottom +0\.\d+ +0\.\d+ +4$/m);
  expect(tasks).toMatch(/^wide_bottom +0\.\d+ +0\.\d+$/m);
  expect(pairs?.split("\n")).toHaveLength(2 + 4);
  expect(more).toEqual([]);
});
