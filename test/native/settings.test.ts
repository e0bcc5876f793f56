import { afterAll } from "vitest";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { testSupported } from "../support/supported-settings.ts";

const engine = await createTfjsEngine({ backend: "tensorflow" });
afterAll(() => engine.dispose());

testSupported("tfjs", engine);
