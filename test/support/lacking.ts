import { ABILITIES, type AbleEngine } from "../../src/engines/abilities.ts";
import type { Gating } from "../../src/models/spec.ts";

/** What `call` gives while `engine` can't train models of `gating`. */
export async function lacking<T>(engine: AbleEngine, gating: Gating, call: () => Promise<T>): Promise<T> {
  const gatings = ABILITIES[engine].gatings as Record<Gating, boolean>;
  gatings[gating] = false;
  return call().finally(() => {
    gatings[gating] = true;
  });
}
