// Configs of the preset smoke, and files that tests write.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { configYaml } from "../../src/config/write.ts";
import { temporaryFolder } from "./effects.ts";

/** The preset smoke with these settings, as of --set. */
export const smoke = (...settings: string[]): Config => loadConfig("smoke", settings.map(setOverride));

/** The path of a file with this text, in a folder of its own. */
export function fileOf(text: string, name = "config.yaml"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

/** The path of a config as a sweep stores it, whose text `change` changes. */
export function storedFile(config: Config, change = (text: string) => text): string {
  const path = fileOf("");
  writeFileSync(path, change(configYaml(config, dirname(path))));
  return path;
}

/** A config as it comes back from its stored file. */
export const stored = (...of: Parameters<typeof storedFile>): Config => loadConfig(storedFile(...of));
