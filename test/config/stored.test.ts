import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { trainedHash } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configDifferences } from "../../src/config/same-sweep.ts";
import { CONFIG_VERSION, OPTIONAL_SETTINGS } from "../../src/config/schema.ts";
import { loadTrials } from "../../src/config/trials.ts";
import { generatorSettings } from "../../src/data/presets.ts";
import { unpacked } from "../../src/records/packed-journal.ts";
import { journalPaths } from "../../src/records/read-journals.ts";
import { complaint } from "../support/complaint.ts";
import { smoke, storedFile } from "../support/configs.ts";

/** Lines of settings that a file may lack, and their marks. */
const OPTIONAL = new RegExp(`^ *(${Object.keys(OPTIONAL_SETTINGS).join("|")}):.*\\n`, "gm");

/** A stored config as its text becomes by `change`. */
const stored = (change: (text: string) => string) => storedFile(smoke(), change);

const VERSION = `version: ${CONFIG_VERSION}`;

/** What is said of a config file as it is refused. */
const complaintOf = (path: string) => complaint(() => loadConfig(path));

test.each([
  ["paper", "running"],
  ["paper-tuned", "running"],
  ["paper-long", "running"],
  ["figure3", "running"],
  ["fixed-rows", "train"],
  ["zoo", "heldout"],
  ["methods", "heldout"],
  ["methods-single", "heldout"],
])("results/%s reports its losses as %s, and has the hash that its journals were written under", (name, report) => {
  const config = loadConfig(`results/${name}/config.yaml`);
  expect(config.report).toBe(report);
  for (const journal of journalPaths(`results/${name}/journal`)) {
    const [header] = unpacked(readFileSync(journal)).toString("utf8", 0, 2000).split("\n");
    expect(JSON.parse(header).trained).toBe(trainedHash(config));
  }
});

test("results/figure2 and stored configs without rows or a reported loss are read as they were stored", () => {
  const smoke = loadConfig("smoke");
  const running = stored((text) => text.replace(/^report: train$/m, "report: running"));
  expect(loadConfig(running)).toMatchObject({ report: "running", origins: { report: "assumed" } });
  expect(trainedHash(loadConfig(running))).toBe(trainedHash(smoke));
  expect(configDifferences(loadConfig(running), smoke)).toEqual([]);
  expect(loadConfig(stored((text) => text.replace(/^ *report:.*\n/gm, ""))).report).toBe("train");
  const trials = loadTrials("results/figure2/trials.yaml");
  expect([trials.trials, generatorSettings(trials.data).inputs]).toEqual([100, 100]);
  const path = stored((text) => text.replaceAll(/^ *rows:.*\n/gm, ""));
  expect(readFileSync(path, "utf8")).toMatch(/^method:/m);
  expect(loadConfig(path)).toEqual(loadConfig("smoke"));
});

const NEWER = CONFIG_VERSION + 1;
test.each([
  [
    (text: string) => `${text.replace(VERSION, `version: ${NEWER}`)}lookahead: 0\n`,
    `stored by a newer mmoe (version ${NEWER}, this one reads up to ${CONFIG_VERSION}); use that one`,
  ],
  [(text: string) => `lookahead: 0\n${text}`, "unknown setting 'lookahead': a newer mmoe stored it; use that one"],
  [
    (text: string) => text.replace(VERSION, "version: two"),
    `version: expected the version of a stored config, ${CONFIG_VERSION}, got "two"`,
  ],
])("a stored config changed by %s is refused in a line", (change, line) => {
  const path = stored(change);
  expect(complaintOf(path)).toBe(`${path}: ${line}`);
});

test("a config of when seeds could be crossed is read if they are not, and else refused in a line", () => {
  const text = (cross: string) =>
    stored((text) => `cross: ${cross}\n${text.replace("marks:", "marks:\n  cross: assumed")}`);
  const plain = text("null");
  expect(readFileSync(plain, "utf8")).toMatch(/^ {2}cross: assumed$/m);
  expect(loadConfig(plain)).toEqual(loadConfig("smoke"));
  const crossed = text("{data: 8, initial: 8}");
  expect(complaintOf(crossed)).toBe(
    `${crossed}: cross: only older versions of mmoe cross seeds; use one of them, or read runs.csv as docs/findings.md does`,
  );
});

test("a stored config may lack a setting with a default but no other, a file that people write also the version", () => {
  const path = stored((text) => text.replace(OPTIONAL, ""));
  expect(readFileSync(path, "utf8")).not.toMatch(/method|tasks|report/);
  expect(loadConfig(path)).toEqual(loadConfig("smoke"));
  expect(complaintOf(stored((text) => text.replace(/^batch: 64\n/m, "")))).toMatch(/: batch: .*, got nothing$/);
  const bare = (text: string) => text.replace(`${VERSION}\n`, "").replace(OPTIONAL, "");
  expect(loadConfig(stored(bare))).toEqual(loadConfig("smoke"));
});
