import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { engineWords, type Provenance, provenanceOf } from "../../src/records/provenance.ts";

const engine = { name: "cpu", device: "wasm-simd", libraries: { tensorflow: "2.18.1" } };

test("provenanceOf(process) names what computes: versions, also of what the engine brought, engine, machine, config and shard", () => {
  const config = loadConfig("smoke");
  const shard = { index: 2, count: 3 };
  const { mmoe, node, dependencies, ...rest } = provenanceOf({ argv: ["sweep", "smoke"], config, engine, shard });
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
