import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { provenanceOf } from "../../src/records/provenance.ts";

const engine = { name: "cpu", device: "wasm-simd" };

test("provenanceOf(process) names what computes: versions, engine, machine, config and shard", () => {
  const config = loadConfig("smoke");
  const shard = { index: 2, count: 3 };
  const { mmoe, node, dependencies, ...rest } = provenanceOf({ argv: ["sweep", "smoke"], config, engine, shard });
  expect(mmoe.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(node).toBe(process.version);
  expect(dependencies.seedrandom).toMatch(/^3\./);
  expect(Object.values(dependencies)).not.toContain("missing");
  expect(rest).toMatchObject({
    shard,
    engine: "cpu",
    argv: ["sweep", "smoke"],
    end: null,
    config: { batch: config.batch },
  });
});

test("provenanceOf({ engine }) adds the versions of what the engine brought", () => {
  const brought = { ...engine, libraries: { tensorflow: "2.18.1" } };
  const { dependencies } = provenanceOf({ argv: [], config: loadConfig("smoke"), engine: brought, shard: null });
  expect(dependencies).toMatchObject({ tensorflow: "2.18.1", commander: expect.any(String) });
});
