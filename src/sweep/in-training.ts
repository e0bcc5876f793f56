import { join } from "node:path";
import type { AnyRun } from "../engines/engine.ts";
import { JOURNALS } from "../records/find-results.ts";
import { configIn, type Results } from "../records/read-results.ts";
import { runsInFlight } from "../records/writers.ts";
import { planWanted } from "./plan.ts";

/** How many of the runs that `results` lack are trained now. */
export function runsInTraining({ path, at, records }: Results): number {
  const ended = new Set(records.map(({ id }) => id));
  const inFlight = new Set(runsInFlight(join(path, JOURNALS)).filter((id) => !ended.has(id)));
  if (inFlight.size === 0) return 0;
  const isChosen = ({ point = {} }: AnyRun) =>
    Object.entries(at).every(([key, value]) => (point[key] ?? value) === value);
  return planWanted(configIn(path), (run) => inFlight.has(run.id) && isChosen(run)).length;
}
