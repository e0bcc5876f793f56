import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { LOSS_SETS } from "../../src/config/losses.ts";
import { DEFAULT_OPTIONS, SCALES, STATISTICS } from "../../src/figures/draw/figure.ts";
import { THEME_NAMES } from "../../src/figures/draw/style.ts";
import { FORMATS, fileName, isFigureFile } from "../../src/figures/files.ts";
import { SWEEP_FIGURES, TRIAL_FIGURES } from "../../src/figures/gallery.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

test("isFigureFile(name) knows each file that figures are written to, and no other", () => {
  const options = LOSS_SETS.flatMap((loss) =>
    STATISTICS.flatMap((statistic) =>
      SCALES.flatMap((scale) =>
        THEME_NAMES.filter((theme) => theme !== "page").flatMap((theme) =>
          [false, true].map((all) => {
            return { ...DEFAULT_OPTIONS, loss, statistic, scale, theme, paper: all, sum: all, letters: all };
          }),
        ),
      ),
    ),
  );
  const names = [...SWEEP_FIGURES, ...TRIAL_FIGURES].flatMap(({ name }) =>
    options.map((how) => fileName({ name } as Parameters<typeof fileName>[0], how)),
  );
  const files = names.flatMap((name) => [...FORMATS, "csv", "txt"].map((ending) => `${name}.${ending}`));
  expect(files.filter((file) => !isFigureFile(file))).toEqual([]);
  expect(["claims.txt", "runs-notes.txt", "figure6.svg", "figure4.ai", "my-figure4.svg"].filter(isFigureFile)).toEqual(
    [],
  );
});

/** A results folder with figures and a report. */
const drawn = join(temporaryFolder(), "results");
beforeAll(async () => {
  await runMain(["sweep", "smoke", "--runs", "2", "--steps", "50", "--out", drawn]);
  await runMain(["figures", drawn, "--only", "4"]);
  await runMain(["report", drawn]);
});

/** Files that the user keeps there. */
const MINE = [
  ...".DS_Store .nfs0001 .ipynb_checkpoints/notes.json config.yaml.orig runs.csv.bak runs.parquet".split(" "),
  ..."figures-print/figure4.svg figures/notes.txt checkpoints/notes.json journal/notes.txt".split(" "),
  ..."journal/notes.jsonl journal/._notes.jsonl journal/old.jsonl/notes.txt".split(" "),
].sort();

/** A copy of it, in which the user keeps files too. */
function withMine(): string {
  const out = join(temporaryFolder(), "results");
  cpSync(drawn, out, { recursive: true });
  for (const file of MINE) {
    mkdirSync(join(out, file, ".."), { recursive: true });
    writeFileSync(join(out, file), "mine\n");
    utimesSync(join(out, file), 0, 0);
  }
  return out;
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((one) => one.isFile()).map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}

test("mmoe sweep --overwrite removes what mmoe wrote and nothing else", async () => {
  const out = withMine();
  const sweep = ["sweep", "smoke", "--runs", "1", "--steps", "50", "--seed", "7", "--out", out, "--overwrite"];
  expect((await runMain(sweep)).code).toBe(0);
  expect(MINE.map((file) => readFileSync(join(out, file), "utf8"))).toEqual(MINE.map(() => "mine\n"));
  const written = filesIn(out).filter((file) => !MINE.includes(file));
  const journal = expect.stringMatching(/^journal\/.*\.jsonl$/);
  const provenance = expect.stringMatching(/^journal\/.*\.provenance\.json$/);
  expect(written.sort()).toEqual(["config.yaml", "curves.csv", journal, provenance, "runs.csv"]);

  writeFileSync(join(out, "report.html"), "my own page");
  expect((await runMain(sweep)).code).toBe(0);
  expect(readFileSync(join(out, "report.html"), "utf8")).toBe("my own page");
});

test("mmoe sweep goes on beside files of the user's, and leaves them as they are", async () => {
  const out = withMine();
  const { code, stderr } = await runMain(["sweep", "smoke", "--runs", "3", "--steps", "50", "--out", out]);
  expect(code).toBe(0);
  expect(stderr).toContain(`${out}/journal/notes.jsonl: not a journal: its first line is not a header; left out`);
  expect(MINE.map((file) => readFileSync(join(out, file), "utf8"))).toEqual(MINE.map(() => "mine\n"));
  expect(readFileSync(join(out, "runs.csv"), "utf8").trim().split("\n")).toHaveLength(1 + 3 * 6);
});

test("mmoe figures and --overwrite do not go through links", async () => {
  const out = withMine();
  const [file, folder] = [join(temporaryFolder(), "thesis.svg"), temporaryFolder()];
  writeFileSync(file, "mine");
  writeFileSync(join(folder, "figure4.svg"), "mine");
  symlinkSync(file, join(out, "figures/runs.svg"));
  expect((await runMain(["figures", out, "--only", "runs"])).code).toBe(0);
  expect(readFileSync(file, "utf8")).toBe("mine");
  expect(readFileSync(join(out, "figures/runs.svg"), "utf8")).toContain("<svg");

  const linked = withMine();
  rmSync(join(linked, "figures"), { recursive: true });
  symlinkSync(folder, join(linked, "figures"));
  const says = `mmoe: ${join(linked, "figures")} is a link; give the folder as -o\n`;
  expect(await runMain(["figures", linked, "--only", "4"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(says),
  });
  await runMain(["sweep", "smoke", "--runs", "1", "--steps", "50", "--out", linked, "--overwrite"]);
  expect(readFileSync(join(folder, "figure4.svg"), "utf8")).toBe("mine");
  expect(existsSync(join(linked, "report.html"))).toBe(false);
});
