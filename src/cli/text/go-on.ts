import { MMOE } from "../../called-as.ts";
import { shellQuoted } from "../../shell.ts";

/** The command that trains the missing runs of `folder`. */
export function goOn(folder: string): string {
  return `${MMOE} sweep ${shellQuoted(`${folder}/config.yaml`)} --out ${shellQuoted(folder)}`;
}
