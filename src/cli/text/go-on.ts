import { shellQuoted } from "../../shell.ts";

/** The command that trains the missing runs of `folder`. */
export function goOn(folder: string): string {
  return `mmoe sweep ${shellQuoted(`${folder}/config.yaml`)} --out ${shellQuoted(folder)}`;
}
