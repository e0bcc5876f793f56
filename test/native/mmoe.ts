import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../bin/mmoe.js", import.meta.url));

/** The built command line, to its end. */
export function mmoe(...argv: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [BIN, ...argv], { encoding: "utf8" });
}
