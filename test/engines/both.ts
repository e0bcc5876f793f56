// Both engines, for the tests that compare them.
import { afterAll } from "vitest";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";

export const cpu = new CpuEngine({ jobs: 1 });
export const tfjs = await createTfjsEngine({ backend: "wasm" });
afterAll(() => cpu.dispose());
