// `steps: auto`: up to a number of steps, with early stopping.
import { UsageError } from "../errors.ts";
import { type GivenValues, isTree, type Override } from "./file-version.ts";
import type { Place, Settings } from "./schema.ts";

/** What `auto` means: at most this many steps, and a patience of this many looks at the validation rows. */
const AUTO = { steps: 25_000, patience: 10 } as const;

/** Values in which `steps: auto` is a number of steps, with a patience unless there is one. */
export function withAutoSteps(given: GivenValues): GivenValues {
  const { values } = given;
  return isAuto(values) ? { ...given, values: { ...AUTO, ...values, steps: AUTO.steps } } : given;
}

/** The mark of a patience that nobody gave. */
export function autoMarks({ values }: GivenValues): { patience?: "assumed" } {
  return isAuto(values) && !("patience" in values) ? { patience: "assumed" } : {};
}

function isAuto(values: unknown): values is { readonly steps: "auto" } {
  return isTree(values) && values.steps === "auto";
}

/**
 * What follows where `given` is laid over some settings: runs on rows in place of the generator's have their steps chosen and
 * are evaluated by their length, unless a config says fewer steps than the presets do; a number of steps ends the choice
 * (`areAuto`).
 */
export function stoppingAfter(
  before: Partial<Settings>,
  given: Partial<Settings>,
  areAuto: boolean,
): { readonly patience?: number | null; readonly evalEvery?: "auto" } {
  const replaces = given.rows != null && before.rows === null && before.steps === AUTO.steps;
  const evaluated = replaces && !("evalEvery" in given) ? { evalEvery: "auto" as const } : {};
  if ("patience" in given) return evaluated;
  if ("steps" in given) return areAuto ? { patience: null, ...evaluated } : evaluated;
  return replaces && before.patience === null ? { patience: AUTO.patience, ...evaluated } : evaluated;
}

/** `--steps auto`, which keeps a patience that was given before. */
export function autoStepsOverride(source: string): Override {
  return {
    source,
    valuesAfter: ({ patience }) => ({ steps: "auto", ...(patience !== null && { patience }) }),
  };
}

/** Refuses validation rows where training rows are fresh or too few: UsageError. */
export function checkPatience({ rows, patience, refit, trainRows }: Settings, place: Place): void {
  if (patience === null && refit) return;
  if (rows === null && [trainRows].flat().includes("fresh"))
    throw new UsageError(
      `${place(patience === null ? "refit" : "steps")}: validation rows are of a fixed training set, and rows are fresh; give --set trainRows=N`,
    );
  const least = [trainRows].flat().find((count) => Number(count) < LEAST_ROWS);
  if (least !== undefined)
    throw new UsageError(
      `${place("trainRows")}: early stopping needs at least ${LEAST_ROWS} training rows, got ${least}`,
    );
}

/** One to train on, and one to validate on. */
export const LEAST_ROWS = 2;
