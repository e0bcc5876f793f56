import { UsageError } from "../errors.ts";
import type { CrossIndex } from "../identity/cell.ts";
import type { SettingKey, Settings } from "./schema.ts";

type Cross = NonNullable<Settings["cross"]>;

/** `20x20`, data seeds by seeds of initial values. */
export function crossText({ data, initial }: Cross): string {
  return `${data}x${initial}`;
}

/**
 * A crossed run's number, which it keeps when there are more seeds: the pairs (0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (1, 2),
 * (2, 0), ..., square by square (Szudzik, "An Elegant Pairing Function", 2006).
 */
export function crossedRun({ data, initial }: CrossIndex): number {
  return data < initial ? initial ** 2 + data : data ** 2 + data + initial;
}

/** The pair of a crossed run's number. */
export function crossedPair(run: number): CrossIndex {
  const square = Math.floor(Math.sqrt(run));
  const rest = run - square ** 2;
  return rest < square ? { data: rest, initial: square } : { data: square, initial: rest - square };
}

/** Every pair of a cross, by its number. */
export function crossedPairs({ data, initial }: Cross): CrossIndex[] {
  const pairs = Array.from({ length: data * initial }, (_, n) => {
    return { data: Math.floor(n / initial), initial: n % initial };
  });
  return pairs.sort((a, b) => crossedRun(a) - crossedRun(b));
}

/**
 * The runs of a crossed sweep are its pairs: gives `settings` their number. Throws UsageError for another number of runs
 * that is given beside the cross; `sources` names the overrides of settings, `file` the file.
 */
export function withCrossedRuns(
  settings: Settings,
  sources: Partial<Record<SettingKey, string | undefined>>,
  file: string,
): void {
  const { cross, runs } = settings;
  if (cross === null) return;
  const pairs = cross.data * cross.initial;
  const given = sources.runs ?? (sources.cross === undefined ? `${file}: runs` : undefined);
  if (given !== undefined && runs !== pairs) {
    const wayOut = sources.runs === undefined ? "give that number" : "leave it out";
    throw new UsageError(`${given}: a cross of ${crossText(cross)} has ${pairs} runs, got ${runs}; ${wayOut}`);
  }
  settings.runs = pairs;
}
