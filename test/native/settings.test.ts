import { afterAll } from "vitest";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { testSupported } from "../support/supported-settings.ts";

const traced = await createTfjsEngine({ backend: "tensorflow" });
afterAll(() => traced.dispose());

testSupported("tfjs-traced", traced);
