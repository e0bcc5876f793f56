import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exited, mayMount, onDisk, start } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";
import { times } from "./times.ts";

const ROWS = "data --corr 0.5 --rows 300 --quiet".split(" ");
/** Commands that write into a folder, which holds `made`, a results folder. */
const WRITERS: Readonly<Record<string, (folder: string) => readonly string[]>> = {
  data: (folder) => [...ROWS, "-o", join(folder, "rows.csv")],
  parquet: (folder) => [...ROWS, "--format", "parquet", "-o", join(folder, "r.parquet")],
  merge: (folder) => ["merge", join(folder, "made"), "--long"],
  figures: (folder) => ["figures", join(folder, "made"), "--format", "svg,png"],
  report: (folder) => ["report", join(folder, "made")],
};

function filesIn(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "latin1")]));
}

/** A report names its folder: it is compared by its end. */
const isWhole = (file: string, text: string, whole: string) =>
  file.endsWith("report.html") ? text.trimEnd().endsWith("</html>") : text === whole;

test.skipIf(!mayMount()).each(Object.keys(WRITERS))(
  "on a disk of 20 to 400 kB each file of %s is whole or not there, and the exit code tells",
  async (name) => {
    const argv = WRITERS[name];
    const roomy = temporaryFolder();
    writeResults(join(roomy, "made"), ({ index, correlation }) => 0.1 + index / 50 + correlation / 9, ["runs=4"]);
    const made = temporaryFolder();
    cpSync(join(roomy, "made"), join(made, "made"), { recursive: true });
    await exited(start(...argv(roomy)));
    const expected = filesIn(roomy);
    for (let size = 20; size <= 400; size += times(1) > 1 ? 20 : 190)
      await onDisk(`${size}k`, async (disk) => {
        try {
          cpSync(join(made, "made"), join(disk, "made"), { recursive: true });
        } catch {
          return; // not even the results fit
        }
        const { code, stderr } = await exited(start(...argv(disk)));
        expect([0, 2, 4], stderr).toContain(code);
        const torn = [...filesIn(disk)].filter(
          ([file, text]) => expected.has(file) && !isWhole(file, text, expected.get(file) as string),
        );
        expect(torn.map(([file]) => file)).toEqual([]);
        if (code === 0) expect([...expected.keys()].filter((file) => !existsSync(join(disk, file)))).toEqual([]);
      });
  },
);
