import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { engineWords, type Provenance, provenanceOf } from "../../src/records/provenance.ts";

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

/** The words for a sweep whose process of `engine` was started by `command`. */
function words(engine?: string, command = "sweep paper"): string {
  const provenances = engine === undefined ? [] : [{ engine, argv: command.split(" ") } as unknown as Provenance];
  return engineWords({ provenances }).join(" ");
}

describe("engineWords(results)", () => {
  test("has no words for a sweep that the default engine trains", () => {
    expect(words()).toBe("");
    expect(words("cpu")).toBe("");
    expect(words("cpu", "sweep paper --engine auto")).toBe("");
  });

  test("names the engine that was typed, with its backend", () => {
    expect(words("cpu", "sweep paper --engine cpu")).toBe("--engine cpu");
    expect(words("tfjs", "sweep paper --engine tfjs --jobs 1 --backend cpu")).toBe("--engine tfjs --backend cpu");
    expect(words("tfjs", "sweep --backend=tensorflow --engine=tfjs")).toBe("--engine tfjs --backend tensorflow");
    expect(words("cuda", "sweep --engine cuda --allow-cpu")).toBe("--engine cuda --allow-cpu");
  });

  test("names an engine of TensorFlow that was chosen by a variable, and no other", () => {
    expect(words("tfjs")).toBe("--engine tfjs");
    expect(words("cuda")).toBe("--engine cuda");
    expect(words("another")).toBe("");
  });
});
