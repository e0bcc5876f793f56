import { shellQuoted } from "../../shell-quoted.ts";

/** The command that trains what the results in `folder` lack. */
export function goOn(folder: string): string {
  return `mmoe sweep ${shellQuoted(`${folder}/config.yaml`)} --out ${shellQuoted(folder)}`;
}
