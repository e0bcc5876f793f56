import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { engineWords, type Provenance, provenanceOf } from "../../src/records/provenance.ts";
import { otherTrainers, provenancesIn, removeDeadProgress, writersIn } from "../../src/records/writers.ts";
import { temporaryFolder } from "../support/effects.ts";

const engine = { name: "cpu", device: "wasm" };
const provenance = provenanceOf({ argv: ["sweep"], config: loadConfig("smoke"), engine, shard: null });

/** A folder with what stands beside journals, by the journal's name. */
function folderOf(all: Readonly<Record<string, unknown>>): string {
  const folder = temporaryFolder();
  for (const [name, one] of Object.entries(all)) {
    writeFileSync(join(folder, `${name}.provenance.json`), JSON.stringify(one));
  }
  return folder;
}

describe("provenancesIn(folder)", () => {
  test("gives the first to start first, by name", () => {
    const at = (start: string): Provenance => ({ ...provenance, start });
    const folder = folderOf({ a: at("2026-03-01T00:00:00Z"), b: at("2026-01-01T00:00:00Z") });
    writeFileSync(join(folder, "a.jsonl"), "");
    expect(provenancesIn(folder, () => {}).map(({ name }) => name)).toEqual(["b", "a"]);
    expect(provenancesIn(join(folder, "none"), () => {})).toEqual([]);
  });

  test.each(["start", "argv", "mmoe", "dependencies"] as const)("leaves out one without %s, and says so", (field) => {
    const torn = [undefined, null, 3].map((value) => ({ ...provenance, [field]: value }));
    for (const one of [...torn, null, 3]) {
      const folder = folderOf({ whole: provenance, torn: one });
      const said: string[] = [];
      expect(provenancesIn(folder, (line) => said.push(line)).map(({ name }) => name)).toEqual(["whole"]);
      expect(said).toEqual([`${join(folder, "torn.provenance.json")}: not readable; left out`]);
    }
  });
});

test("writersIn(folder) of a process without a journal has no run, and was heard at its start", () => {
  const [writer] = writersIn(folderOf({ a: provenance }));
  expect(writer).toMatchObject({ name: "a", runs: 0, elapsedMs: 0, heard: provenance.start, state: "killed" });
});

test("writersIn(folder) heard of a process last at its end, whatever the dates of its files", () => {
  const end = new Date(Date.parse(provenance.start) + 5000).toISOString();
  const folder = folderOf({ a: { ...provenance, end } });
  writeFileSync(join(folder, "a.jsonl"), "");
  utimesSync(join(folder, "a.jsonl"), 1e9, 1e9);
  expect(writersIn(folder)).toMatchObject([{ heard: end, state: "ended", progress: null }]);
});

test("removeDeadProgress(folder) removes what a killed process of this machine left, and nothing of others", () => {
  const folder = folderOf({ dead: provenance, far: { ...provenance, host: "another" } });
  const progress = { schema: 1, heard: provenance.start, elapsedMs: 1, steps: 1, inFlight: [] };
  for (const name of ["dead", "far"]) writeFileSync(join(folder, `${name}.progress.json`), JSON.stringify(progress));
  removeDeadProgress(folder);
  expect(readdirSync(folder).filter((name) => name.endsWith(".progress.json"))).toEqual(["far.progress.json"]);
});

test("otherTrainers(folder, own) names each engine and device of another arithmetic once; all kernels are one", () => {
  const on = (name: string, device: string) => ({ ...provenance, engine: name, device });
  const folder = folderOf({ a: on("cpu", "wasm"), b: on("tfjs", "wasm"), c: on("tfjs", "wasm"), d: on("cpu", "avx2") });
  expect(otherTrainers(folder, { engine: "cpu", device: "avx512" })).toEqual(["tfjs (wasm)"]);
  expect(otherTrainers(folder, { engine: "tfjs", device: "cpu" }).toSorted()).toEqual([
    "cpu (avx2)",
    "cpu (wasm)",
    "tfjs (wasm)",
  ]);
});

const tensorflow = { name: "cpu", device: "wasm-simd", libraries: { tensorflow: "2.18.1" } };

test("provenanceOf(process) names what computes: versions, also of what the engine brought, engine, machine, config and shard", () => {
  const config = loadConfig("smoke");
  const shard = { index: 2, count: 3 };
  const { mmoe, node, dependencies, ...rest } = provenanceOf({
    argv: ["sweep", "smoke"],
    config,
    engine: tensorflow,
    shard,
  });
  expect(mmoe.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(node).toBe(process.version);
  expect(dependencies).toMatchObject({ tensorflow: "2.18.1", seedrandom: expect.stringMatching(/^3\./) });
  expect(Object.values(dependencies)).not.toContain("missing");
  expect(rest).toMatchObject({
    shard,
    engine: "cpu",
    argv: ["sweep", "smoke"],
    end: null,
    config: { batch: config.batch },
  });
});

test.each([
  [undefined, "sweep paper", ""],
  ["cpu", "sweep paper", ""],
  ["cpu", "sweep paper --engine auto", ""],
  ["cpu", "sweep paper --engine cpu", "--engine cpu"],
  ["tfjs", "sweep paper --engine tfjs --jobs 1 --backend cpu", "--engine tfjs --backend cpu"],
  ["tfjs", "sweep --backend=tensorflow --engine=tfjs", "--engine tfjs --backend tensorflow"],
  ["cuda", "sweep --engine cuda --allow-cpu", "--engine cuda --allow-cpu"],
  // A variable chose these:
  ["tfjs", "sweep paper", "--engine tfjs"],
  ["cuda", "sweep paper", "--engine cuda"],
  ["another", "sweep paper", ""],
])("engineWords of engine %s, started by %s: '%s'", (engine, command, words) => {
  const provenances = engine === undefined ? [] : [{ engine, argv: command.split(" ") } as unknown as Provenance];
  expect(engineWords({ provenances }).join(" ")).toBe(words);
});
