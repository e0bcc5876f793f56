import type { AnyRun } from "../../engines/engine.ts";
import { tensorPath } from "../../engines/training-path.ts";
import { isCode } from "../../models/code.ts";
import { findResults } from "../../records/find-results.ts";
import { checkTrainable } from "../../sweep/check-runs.ts";
import { checkCurves } from "../../sweep/curves.ts";
import { loadEngine } from "../../sweep/engines.ts";
import { countRuns, planRuns } from "../../sweep/plan.ts";
import { type CheckedOptions, checkedOptions, type SweepOptions } from "../sweep-options.ts";

/** For each --engine there, an engine here that refuses the same runs, though this machine may lack card or kernels. */
const JUDGES = { auto: "auto", cpu: "cpu", cuda: "tfjs", tfjs: "tfjs" } as const;

/** The options of a sweep that other machines will train. Throws UsageError for what its engine would refuse there. */
export async function checkSweep(file: string, options: SweepOptions): Promise<CheckedOptions> {
  const checked = checkedOptions(file, options, {}, process.env);
  countRuns(checked.config);
  checkCurves(checked.config);
  const runs = planRuns({ ...checked.config, runs: 1 });
  const { python } = checked.engineOptions;
  const engine = await loadEngine(
    JUDGES[checked.engineName],
    { kernels: "wasm", ...(python !== undefined && { python }) },
    runs,
  );
  try {
    const traced = checked.engineName === "cuda" || checked.engineOptions.backend === "tensorflow";
    const pathOf = (run: AnyRun) => (traced && !isCode(run.model) ? tensorPath(traced) : engine.path(run));
    await checkTrainable(runs, checked.config, engine, { pathOf });
  } finally {
    await engine.dispose();
  }
  return checked;
}

/** Throws UsageError if the results folder, which those machines share with this one, holds another sweep. */
export function checkFolder({ config, out }: CheckedOptions): void {
  findResults(out, config, { warn: () => {} });
}
