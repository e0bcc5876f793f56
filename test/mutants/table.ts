import type { Mutant } from "./mutants.ts";
import type { Fate } from "./run-tests.ts";

/** A mutant that has been tried; `equivalent` says why no test can notice it. */
export interface Outcome {
  readonly mutant: Mutant;
  readonly fate: Fate;
  readonly equivalent: string | undefined;
}

/** A row a file and the sum; then each survivor. */
export function reportText(outcomes: readonly Outcome[]): string {
  const files = [...new Set(outcomes.map(({ mutant }) => mutant.file))];
  const rows = files.map((file) =>
    rowOf(
      file,
      outcomes.filter(({ mutant }) => mutant.file === file),
    ),
  );
  const table = [HEAD, ...rows, rowOf("all", outcomes)].map(([file = "", ...numbers]) => {
    return file.padEnd(34) + numbers.map((number) => number.padStart(12)).join("");
  });
  const survivors = outcomes.filter(survives).map(({ mutant: { file, line, text, change } }) => {
    return `${file}:${line}: ${change}\n    in: ${text}`;
  });
  return [...table, "", survivors.length > 0 ? "Survivors:" : "No survivors.", ...survivors, ""].join("\n");
}

const HEAD = ["file", "mutants", "killed", "timed out", "survived", "equivalent", "score"];

function rowOf(name: string, outcomes: readonly Outcome[]): string[] {
  const count = (is: (outcome: Outcome) => boolean) => outcomes.filter(is).length;
  const killed = count(({ fate }) => fate === "killed");
  const late = count(({ fate }) => fate === "timed out");
  const equivalent = count((one) => one.fate === "survived" && one.equivalent !== undefined);
  const counts = [outcomes.length, killed, late, count(survives), equivalent].map(String);
  return [name, ...counts, `${(100 * score(outcomes)).toFixed(1)} %`];
}

function survives({ fate, equivalent }: Outcome): boolean {
  return fate === "survived" && equivalent === undefined;
}

/** The share of mutants that the tests noticed, equivalent ones apart; 1 where there is no other. */
export function score(outcomes: readonly Outcome[]): number {
  const noticed = outcomes.filter(({ fate }) => fate !== "survived").length;
  const survived = outcomes.filter(survives).length;
  return noticed + survived === 0 ? 1 : noticed / (noticed + survived);
}
