import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exited, mayMount, onDisk, start } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";
import { type Fault, oneOf, wholeBetween } from "./fault.ts";
import { madeFolder } from "./inputs.ts";

/** A command that writes into `folder`, which holds `made`, a results folder. */
type Writer = (folder: string) => string[];

const WRITERS: Readonly<Record<string, Writer>> = {
  data: (folder) => ["data", "--corr", "0.5", "--rows", "300", "--quiet", "-o", join(folder, "rows.csv")],
  parquet: (folder) => [
    ...["data", "--corr", "0.5", "--rows", "300", "--quiet", "--format", "parquet", "-o", join(folder, "rows.parquet")],
  ],
  merge: (folder) => ["merge", join(folder, "made"), "--long"],
  figures: (folder) => ["figures", join(folder, "made"), "--format", "svg,png"],
  report: (folder) => ["report", join(folder, "made")],
};

const whole = new Map<string, ReadonlyMap<string, string>>();

/** Every file that a command leaves where there is room. */
async function leftWithRoom(name: string): Promise<ReadonlyMap<string, string>> {
  const known = whole.get(name);
  if (known) return known;
  const folder = temporaryFolder();
  cpSync(madeFolder(), join(folder, "made"), { recursive: true });
  await exited(start(...(WRITERS[name] as Writer)(folder)));
  const files = filesIn(folder);
  whole.set(name, files);
  return files;
}

function filesIn(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    names.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path, "latin1")];
    }),
  );
}

export const disks: Fault = {
  name: "disks",
  about: "a disk of 20 to 400 kB: every file is whole or not there, and the exit code tells",
  share: 2,
  lacking: () => (mayMount() ? undefined : "file systems can't be mounted here"),
  async attempt(random) {
    const name = oneOf(Object.keys(WRITERS), random);
    const size = `${20 * wholeBetween(1, 21, random)}k`;
    const expected = await leftWithRoom(name);
    let problem: string | undefined;
    await onDisk(size, async (disk) => {
      try {
        cpSync(madeFolder(), join(disk, "made"), { recursive: true });
      } catch {
        return; // not even the results fit
      }
      const { code, stderr } = await exited(start(...(WRITERS[name] as Writer)(disk)));
      const what = `${name} on ${size}: exit ${code}: ${stderr}`;
      const torn = [...filesIn(disk)].find(([file, text]) => expected.has(file) && !alike(file, text, expected));
      const absent = [...expected.keys()].filter((file) => !existsSync(join(disk, file)));
      if (torn) problem = `${what}, ${torn[0]} is not whole`;
      else if (code === 0 && absent.length > 0) problem = `${what}, without ${absent.join(", ")}`;
      else if (code !== 0 && code !== 2 && code !== 4) problem = what;
    });
    return problem;
  },
};

/** The report names its folder: it is compared by its end. */
function alike(file: string, text: string, expected: ReadonlyMap<string, string>): boolean {
  const other = expected.get(file) as string;
  return file.endsWith("report.html") ? text.trimEnd().endsWith("</html>") : text === other;
}
