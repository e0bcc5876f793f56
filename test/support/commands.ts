import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./effects.ts";

/** An empty file, and the folders that lead to it. */
export function touch(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
}

/** A folder, for PATH, of commands that are these shell scripts. */
export function commands(scripts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(scripts))
    writeFileSync(join(folder, name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  return folder;
}

/** An environment in which `nvidia-smi` prints these lines, for its table of cards and for its head. */
export function withCards(lines: readonly string[], head = ""): { PATH: string } {
  const script = `if [ $# -gt 0 ]; then cat <<< '${lines.join("\n")}'; else echo '${head}'; fi`;
  return { PATH: `${commands({ "nvidia-smi": script })}:/usr/bin:/bin` };
}
