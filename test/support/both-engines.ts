import { afterAll, beforeAll } from "vitest";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";

/** The engines cpu and tfjs for the tests of a file: there once its tests begin, and stopped after the last one. */
export function bothEngines(): { readonly cpu: Engine; readonly tfjs: Engine } {
  const engines = {} as { cpu: Engine; tfjs: Engine };
  beforeAll(async () => {
    engines.cpu = new CpuEngine({ jobs: 2 });
    engines.tfjs = await createTfjsEngine({ backend: "wasm" });
  });
  afterAll(() => engines.cpu.dispose());
  return engines;
}
