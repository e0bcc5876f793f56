import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";

const SET = ["runs=3", "correlations=[0.5, 1]", "models=[shared-bottom, mmoe]"];

/** What no field, or hardly one, can be; as JSON, which knows numbers that JavaScript doesn't. */
const WRONG = [
  ...'null true "" "7" -1 0.5 7 1e999 -1e999 1e308 9007199254740991 [] [null] {}'.split(" "),
  "[1e999, 1e999]",
  "[1e308, 1e308]",
  '{"steps":[],"train":[],"heldout":[]}',
];

const COMMANDS = [["status", "--json"], ["summary"], ["claims"], ["figures", "--scale", "log"], ["report"], ["merge"]];

/** A journal's line of JSON, with a checksum that is right. */
function sealed(text: string): string {
  const open = text.slice(0, -1);
  return `${open},"crc":"${crc32(open).toString(16).padStart(8, "0")}"}`;
}

/** The JSON of `record` with the text `value` at a path of keys. */
function withValue(record: object, path: readonly string[], value: string): string {
  const [key, ...rest] = path as [string];
  const parts = Object.entries(record).map(([name, old]) => {
    const text = name !== key ? JSON.stringify(old) : rest.length === 0 ? value : withValue(old, rest, value);
    return `${JSON.stringify(name)}:${text}`;
  });
  return `{${parts.join(",")}}`;
}

const folder = temporaryFolder();
writeResults(folder, (run) => 0.1 + run.index / 7, SET);
const journal = join(folder, "journal/made.jsonl");
const [header, first, ...others] = readFileSync(journal, "utf8").trimEnd().split("\n") as [string, string, ...string[]];
const { crc: _, ...record } = JSON.parse(first);
const PATHS = [...Object.keys(record).map((key) => [key]), ...Object.keys(record.curve).map((key) => ["curve", key])];

/** What can be read of what was written and printed. */
function shown(stdout: string): string {
  const report = readFileSync(join(folder, "report.html"), "utf8").replace(/<(script|style).*?<\/\1>/gs, "");
  const figures = readdirSync(join(folder, "figures")).map((name) =>
    readFileSync(join(folder, "figures", name), "utf8"),
  );
  return [stdout, report, readFileSync(join(folder, "runs.csv"), "utf8"), ...figures].join("\n");
}

test("records of wrong values, their checksums right, are left out, or taken, by every command", async () => {
  const wrong = PATHS.flatMap((path) =>
    WRONG.map((value, i) => {
      const apart = { ...record, id: `${record.id}-${path.join("-")}-${i}`, run: 100 + i };
      return sealed(withValue(apart, path, value));
    }),
  );
  writeFileSync(journal, `${[header, ...wrong, first, ...others].join("\n")}\n`);
  for (const [command, ...options] of COMMANDS) {
    const { code, stdout, stderr } = await runMain([command, folder, ...options]);
    expect([0, 4], `${command}: ${stderr}`).toContain(code);
    if (command === "merge") expect(shown(stdout)).not.toMatch(/\bNaN\b|Infinity/);
    else expect(stdout).not.toMatch(/NaN|Infinity/);
  }
});
