import { afterAll } from "vitest";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { testHeard } from "../support/heard.ts";

const traced = await createTfjsEngine({ backend: "tensorflow" });
afterAll(() => traced.dispose());

testHeard("tfjs-traced", traced);
