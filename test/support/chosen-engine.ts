// Stands for src/sweep/engines.ts in tests, which choose the engine that is loaded.
import { afterAll } from "vitest";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { loadEngine as loadWhole } from "../../src/sweep/engines.js"; // as .ts it would be this file

export * from "../../src/sweep/engines.js";

type Load = (...args: Parameters<typeof loadWhole>) => Engine | Promise<Engine>;

let chosen: { load: Load } | undefined;

export const loadEngine: typeof loadWhole = async (...args) => (chosen?.load ?? loadLasting)(...args);

/** Until the tests of a file have ended, `load` loads the engine of each sweep; at first as always. */
export function chosenEngine(): { load: Load } {
  afterAll(() => {
    chosen = undefined;
  });
  chosen = { load: loadLasting };
  return chosen;
}

/** Engines of the cpu that no sweep uses now. */
const idle: CpuEngine[] = [];

/** An engine with one thread, which stays for later sweeps: to start it takes longer than what most of them train. */
const loadLasting: Load = async (name, options = {}, runs) => {
  const engine = await loadWhole(name, { jobs: 1, ...options }, runs);
  if (!(engine instanceof CpuEngine)) return engine;
  const place = idle.findIndex(({ device, workers }) => device === engine.device && workers === engine.workers);
  if (place >= 0) return idle.splice(place, 1)[0];
  engine.dispose = async () => void idle.push(engine);
  return engine;
};
