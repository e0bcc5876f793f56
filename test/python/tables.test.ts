// examples/tables on made files of the sets' forms: their tables and configs, and simple models beside a sweep on one of them.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { csvRows } from "../support/csv.ts";
import { printed, runMain, temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

/** Every set: 60 rows, three inputs of which one says nothing, and linear labels; the first input of the first row is missing. */
const MADE = `import gzip, runpy, sys
import numpy as np
from scipy.io import savemat
example = runpy.run_path(PREPARE)
x = np.random.default_rng(0).normal(size=(60, 3)).round(3)
x[:, 1] = 5
for name, tasks in example["TASKS"].items():
    rows = np.hstack([x, np.stack([x[:, 0] - k * x[:, 2] for k in range(tasks)], 1)])
    if name == "sarcos":
        savemat("sarcos_inv_test.mat", {"sarcos_inv_test": rows})
        continue
    lines = [" , ".join("?" if (i, j) == (0, 0) else repr(float(value)) for j, value in enumerate(row)) for i, row in enumerate(rows)]
    with gzip.open(f"{name}.arff.gz", "wt") as file:
        file.write("@relation made\\n@attribute a numeric\\n@DATA\\n" + "\\n".join(lines) + "\\n")
example["main"](".", "made")`;

test.skipIf(!HAS_PYTHON)(
  "examples/tables makes twelve tables with configs, and puts simple models beside a sweep",
  async () => {
    const folder = temporaryFolder();
    const said = python(["-c", `PREPARE = ${JSON.stringify(resolve("examples/tables/prepare.py"))}\n${MADE}`], folder);
    expect(said.trim().split("\n")).toHaveLength(12);
    expect(said).toContain("enb: 60 rows, 2 of 3 inputs, 2 tasks");
    const [first, second] = csvRows(readFileSync(join(folder, "made/enb.csv"), "utf8"));
    expect([Object.keys(first ?? {}), first?.x1, second?.x1 === ""]).toEqual([["x1", "x3", "y1", "y2"], "", false]);
    const out = join(folder, "enb");
    const few = ["--models", "single-task", "--lr", "0.001", "--steps", "20", "--set", "evalEvery=20", "--runs", "2"];
    printed(await runMain(["sweep", join(folder, "made/enb.yaml"), ...few, "--out", out, "--quiet"]));
    const peers = csvRows(python(["examples/tables/peers.py", out, "--runs", "1"]));
    expect(peers.map(({ table, peer, run }) => `${table} ${peer} ${run}`)).toEqual([
      "enb ridge 0",
      "enb boosted-trees 0",
    ]);
    expect(Number(peers[0]?.gain)).toBeGreaterThan(3); // linear labels, and 20 steps of a network
  },
);
