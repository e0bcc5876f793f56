// The notebook of examples/python, cell by cell: what it shows today is what is committed.
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

/** Runs the notebook and prints it as JSON. */
const EXECUTE = `
import nbclient, nbformat
notebook = nbformat.read("bench.ipynb", as_version=4)
nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
print(nbformat.writes(notebook))`;

interface Notebook {
  readonly cells: readonly {
    readonly outputs?: readonly {
      readonly text?: string | string[];
      readonly data?: Record<string, string | string[]>;
    }[];
  }[];
}

const joined = (text: string | string[] = "") => [text].flat().join("");

/** What cells show in a form. */
const shown = ({ cells }: Notebook, form: string) =>
  cells.flatMap(({ outputs = [] }) => outputs.flatMap(({ data }) => (data?.[form] ? [joined(data[form])] : [])));

/** The table that has a column, as lines of words. */
function tableWith(notebook: Notebook, column: string): string[][] {
  const text = shown(notebook, "text/plain").find((one) => one.includes(column)) as string;
  return text.split("\n").map((line) => line.trim().split(/\s+/));
}

describe.skipIf(!HAS_PYTHON)("examples/python/bench.ipynb", () => {
  const committed: Notebook = JSON.parse(readFileSync("examples/python/bench.ipynb", "utf8"));
  let executed: Notebook;

  beforeAll(() => {
    const folder = temporaryFolder();
    copyFileSync("examples/python/bench.ipynb", join(folder, "bench.ipynb"));
    executed = JSON.parse(python(["-c", EXECUTE], folder));
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
