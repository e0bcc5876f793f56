import { existsSync } from "node:fs";
import { join } from "node:path";
import { MMOE } from "../../called-as.ts";
import { CONFIG, JOURNALS } from "../../records/find-results.ts";
import { engineWords } from "../../records/provenance.ts";
import { provenancesIn } from "../../records/writers.ts";
import { shellQuoted } from "../../text.ts";

/** The command that trains the missing runs of `folder`, or those that its sweep has with other `options`. */
export function goOn(folder: string, ...options: string[]): string {
  const words = [...options, ...engineIn(folder)].map(shellQuoted);
  return [MMOE, "sweep", shellQuoted(`${folder}/${CONFIG}`), ...words, "--out", shellQuoted(folder)].join(" ");
}

/** The options for the engine of the sweep in `folder`; none if the folder is gone by now. */
function engineIn(folder: string): string[] {
  if (!existsSync(join(folder, CONFIG))) return [];
  const provenances = provenancesIn(join(folder, JOURNALS), () => {}).map(({ provenance }) => provenance);
  return engineWords({ provenances });
}
