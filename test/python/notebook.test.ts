// The notebooks of examples/python, cell by cell: what they show today is what is committed.
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

/** Runs a notebook and prints it as JSON. */
const EXECUTE = `
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
print(nbformat.writes(notebook))`;

interface Notebook {
  readonly cells: readonly {
    readonly outputs?: readonly {
      readonly name?: string;
      readonly text?: string | string[];
      readonly data?: Record<string, string | string[]>;
    }[];
  }[];
}

const joined = (text: string | string[] = "") => [text].flat().join("");

const committedOf = (name: string): Notebook => JSON.parse(readFileSync(join("examples/python", name), "utf8"));

function executedOf(name: string): Notebook {
  const folder = temporaryFolder();
  copyFileSync(join("examples/python", name), join(folder, name));
  return JSON.parse(python(["-c", EXECUTE, name], folder));
}

/** What cells show in a form. */
const shown = ({ cells }: Notebook, form: string) =>
  cells.flatMap(({ outputs = [] }) => outputs.flatMap(({ data }) => (data?.[form] ? [joined(data[form])] : [])));

/** What cells print, but for warnings. */
const printed = ({ cells }: Notebook) =>
  cells
    .flatMap(({ outputs = [] }) => outputs.map(({ name, text }) => (name === "stdout" ? joined(text) : "")))
    .join("");

/** The table that has a column, as lines of words. */
function tableWith(notebook: Notebook, column: string): string[][] {
  const text = shown(notebook, "text/plain").find((one) => one.includes(column)) as string;
  return text.split("\n").map((line) => line.trim().split(/\s+/));
}

describe.skipIf(!HAS_PYTHON)("examples/python/bench.ipynb", () => {
  const committed = committedOf("bench.ipynb");
  let executed: Notebook;

  beforeAll(() => {
    executed = executedOf("bench.ipynb");
  }, 900_000);

  test("shows the committed losses of our models, and those of the PyTorch model up to its rounding", () => {
    const rows = (notebook: Notebook) => tableWith(notebook, "missing").slice(1, 4);
    const [ours, theirs] = [rows(executed), rows(committed)];
    expect(ours.slice(0, 2)).toEqual(theirs.slice(0, 2));
    const [name, mean] = [1, 6].map((column) => ours[2]?.[column]);
    expect(name).toBe("TaskEmbedding");
    expect(Math.abs(Number(mean) - Number(theirs[2]?.[6]))).toBeLessThan(0.02);
  });

  test("draws its conclusion from the intervals of the differences", () => {
    const signs = tableWith(executed, "difference").flatMap(([, first, second, , low, high]) =>
      second === "TaskEmbedding" ? [[first, Math.sign(Number(low)), Math.sign(Number(high))]] : [],
    );
    expect(signs).toEqual([
      ["shared-bottom", 1, 1],
      ["mmoe", -1, -1],
    ]);
  });

  test("shows the figure of the curves", () => {
    expect(shown(executed, "image/svg+xml")).toEqual([expect.stringMatching(/^<svg[\s\S]*TaskEmbedding/)]);
  });
});

describe.skipIf(!HAS_PYTHON)("examples/python/own_table.ipynb", () => {
  const committed = committedOf("own_table.ipynb");
  let executed: Notebook;

  beforeAll(() => {
    executed = executedOf("own_table.ipynb");
  }, 900_000);

  test("shows the committed frame, losses, differences and predictions", () => {
    expect(shown(executed, "text/plain")).toEqual(shown(committed, "text/plain"));
    expect(shown(executed, "image/svg+xml")).toEqual([expect.stringMatching(/^<svg[\s\S]*shared-bottom/)]);
    expect(printed(executed)).toContain("make: 1 row with a value that no training row of mmoe/000 has");
  });

  test("draws its conclusion from the intervals of the differences, which all have 0 inside", () => {
    const pairs = tableWith(executed, "difference").filter(([, , second]) => /^(shared-bottom|mmoe)$/.test(second));
    expect(pairs).toHaveLength(3);
    for (const [, , , , , low, high] of pairs) expect(Number(low) * Number(high)).toBeLessThan(0);
  });
});

describe.skipIf(!HAS_PYTHON)("examples/python/search.ipynb", () => {
  const committed = committedOf("search.ipynb");
  let executed: Notebook;

  beforeAll(() => {
    executed = executedOf("search.ipynb");
  }, 900_000);

  test("is stopped in the middle, and ranks our models as committed, and those of the PyTorch class up to rounding", () => {
    expect(printed(executed)).toContain("stopped in the middle");
    const rows = (notebook: Notebook) => tableWith(notebook, "options.width").filter((row) => row.length > 5);
    const [mine, ...ours] = rows(executed).slice(1);
    expect(ours).toEqual(rows(committed).slice(2));
    expect(ours.map(([, model]) => model)).toEqual(["single-task", "shared-bottom", "mmoe"]);
    expect(mine?.[1]).toBe("Crossed");
    expect(Math.abs(Number(mine?.[5]) - Number(rows(committed)[1]?.[5]))).toBeLessThan(0.02);
  });

  test("compares the best of each model within users, with intervals", () => {
    const found = tableWith(executed, "low").filter(([, task]) => task === "click" || task === "buy");
    expect(found).toHaveLength(8);
    for (const [, , , mean, low, high] of found) {
      expect(Number(low)).toBeLessThan(Number(mean));
      expect(Number(high)).toBeGreaterThan(Number(mean));
    }
  });
});
