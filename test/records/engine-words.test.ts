import { describe, expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { engineWords } from "../../src/records/engine-words.ts";
import type { Provenance } from "../../src/records/provenance.ts";

/** The words for a sweep of `settings` whose process of `engine` was started by `command`. */
function words(settings: readonly string[], engine?: string, command = "sweep paper"): string {
  const config = loadConfig("paper", settings.map(setOverride));
  const provenances = engine === undefined ? [] : [{ engine, argv: command.split(" ") } as unknown as Provenance];
  return engineWords({ config, provenances }).join(" ");
}

describe("engineWords(results)", () => {
  test("has no words for a sweep that the default engine trains", () => {
    expect(words([])).toBe("");
    expect(words([], "cpu")).toBe("");
    expect(words([], "cpu", "sweep paper --engine auto")).toBe("");
  });

  test.each(["method=[sum, pcgrad]", "method=gradnorm"])(
    "does not name cpu for %s, which it does not train",
    (setting) => {
      expect(words([setting])).toBe("");
      expect(words([setting], "cpu", "sweep paper --engine cpu")).toBe("");
      expect(words([setting], "cuda")).toBe("--engine cuda");
    },
  );

  test("names the engine that was typed, with its backend", () => {
    expect(words([], "cpu", "sweep paper --engine cpu")).toBe("--engine cpu");
    expect(words([], "tfjs", "sweep paper --engine tfjs --jobs 1 --backend cpu")).toBe("--engine tfjs --backend cpu");
    expect(words([], "tfjs", "sweep --backend=tensorflow --engine=tfjs")).toBe("--engine tfjs --backend tensorflow");
    expect(words([], "cuda", "sweep --engine cuda --allow-cpu")).toBe("--engine cuda --allow-cpu");
  });

  test("names an engine of TensorFlow that was chosen by a variable, and no other", () => {
    expect(words([], "tfjs")).toBe("--engine tfjs");
    expect(words([], "cuda")).toBe("--engine cuda");
    expect(words([], "another")).toBe("");
  });
});
