// Stands for src/sweep/engines.ts in tests, which choose the engine that is loaded.
import { afterAll } from "vitest";
import type { Engine } from "../../src/engines/engine.ts";
import { loadEngine as loadWhole } from "../../src/sweep/engines.js"; // as .ts it would be this file

export * from "../../src/sweep/engines.js";

type Load = (...args: Parameters<typeof loadWhole>) => Engine | Promise<Engine>;

let chosen: { load: Load } | undefined;

export const loadEngine: typeof loadWhole = async (...args) => (chosen?.load ?? loadWhole)(...args);

/** Until the tests of a file have ended, `load` loads the engine of each sweep; at first as always. */
export function chosenEngine(): { load: Load } {
  afterAll(() => {
    chosen = undefined;
  });
  chosen = { load: loadWhole };
  return chosen;
}
