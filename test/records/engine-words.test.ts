import { describe, expect, test } from "vitest";
import { engineWords, type Provenance } from "../../src/records/provenance.ts";

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
