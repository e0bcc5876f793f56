import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { DEFAULT_OPTIONS, SCALES, STATISTICS } from "../../src/figures/draw/figure.ts";
import { THEME_NAMES } from "../../src/figures/draw/theme.ts";
import { FORMATS, fileName } from "../../src/figures/files.ts";
import { SWEEP_FIGURES, TRIAL_FIGURES } from "../../src/figures/gallery.ts";
import { isFigureFile } from "../../src/records/old-results.ts";
import { LOSS_SETS } from "../../src/records/record.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

test("isFigureFile(name) knows each file that figures are written to, and no other", () => {
  const options = LOSS_SETS.flatMap((loss) =>
    STATISTICS.flatMap((statistic) =>
      SCALES.flatMap((scale) =>
        THEME_NAMES.filter((theme) => theme !== "page").flatMap((theme) =>
          [false, true].map((paper) => ({ ...DEFAULT_OPTIONS, loss, statistic, scale, theme, paper })),
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

/** A copy of it, in which the user keeps files too. */
function withMine(): string {
  const out = join(temporaryFolder(), "results");
  cpSync(drawn, out, { recursive: true });
  writeFileSync(join(out, "figures/notes.txt"), "mine");
  writeFileSync(join(out, "journal/notes.txt"), "mine");
  mkdirSync(join(out, "journal/old"));
  return out;
}

test("mmoe sweep --overwrite removes what mmoe wrote and nothing else", async () => {
  const out = withMine();
  const sweep = ["sweep", "smoke", "--runs", "1", "--steps", "50", "--seed", "7", "--out", out, "--overwrite"];
  expect((await runMain(sweep)).code).toBe(0);
  expect(readdirSync(out).sort()).toEqual(["config.yaml", "curves.csv", "figures", "journal", "runs.csv"]);
  expect(readdirSync(join(out, "figures"))).toEqual(["notes.txt"]);
  const journals = readdirSync(join(out, "journal"));
  expect(journals.filter((name) => !name.startsWith("notes") && name !== "old")).toHaveLength(2);
  expect(journals).toHaveLength(4);

  writeFileSync(join(out, "report.html"), "my own page");
  expect((await runMain(sweep)).code).toBe(0);
  expect(readFileSync(join(out, "report.html"), "utf8")).toBe("my own page");
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
  expect(await runMain(["figures", linked, "--only", "4"])).toEqual({ code: 2, stdout: "", stderr: says });
  await runMain(["sweep", "smoke", "--runs", "1", "--steps", "50", "--out", linked, "--overwrite"]);
  expect(readFileSync(join(folder, "figure4.svg"), "utf8")).toBe("mine");
  expect(existsSync(join(linked, "report.html"))).toBe(false);
});
