import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { provenanceOf } from "../../src/records/provenance.ts";

const engine = { name: "cpu", device: "wasm-simd" };

test("provenanceOf({ argv, config, engine }) names what computes: versions, engine, machine and config", () => {
  const config = loadConfig("smoke");
  const { mmoe, node, dependencies, ...rest } = provenanceOf({ argv: ["sweep", "smoke"], config, engine });
  expect(mmoe.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(node).toBe(process.version);
  expect(dependencies.seedrandom).toMatch(/^3\./);
  expect(Object.values(dependencies)).not.toContain("missing");
  expect(rest).toMatchObject({ engine: "cpu", argv: ["sweep", "smoke"], end: null, config: { batch: config.batch } });
});

test("provenanceOf({ engine }) adds the versions of what the engine brought", () => {
  const brought = { ...engine, libraries: { tensorflow: "2.18.1" } };
  const { dependencies } = provenanceOf({ argv: [], config: loadConfig("smoke"), engine: brought });
  expect(dependencies).toMatchObject({ tensorflow: "2.18.1", commander: expect.any(String) });
});
