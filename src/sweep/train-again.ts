import type { Config } from "../config/config.ts";
import { TENSORFLOW_CPU } from "../engines/tfjs/device.ts";
import { UsageError } from "../errors.ts";
import type { RunRecord } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { ENGINE_NAMES, type EngineName, loadEngine, TFJS_BACKENDS } from "./engines.ts";
import { type Verified, verifyRuns } from "./verify.ts";

interface TrainAgainOptions {
  /** Train the runs of a card on a CPU. */
  readonly allowCpu: boolean;
  /** Called with a line for each engine: what it trains. */
  readonly note: (line: string) => void;
  /** When it aborts, the runs that are not trained yet are left out. */
  readonly signal: AbortSignal;
}

/** Trains each run of `records` again, on an engine of the kind that trained it, and compares the numbers. */
export async function trainAgain(
  records: readonly RunRecord[],
  config: Config,
  { allowCpu, note, signal }: TrainAgainOptions,
): Promise<Verified[]> {
  const verified: Verified[] = [];
  for (const group of groupBy(records, ({ engine, device }) => `${engine} ${device}`).values()) {
    if (signal.aborted) break;
    const { engine: name, device } = group[0] as RunRecord;
    const engine = await loadEngine(engineOf(name), {
      backend: TFJS_BACKENDS.find((one) => one === device) ?? "tensorflow",
      allowCpu: allowCpu || device === TENSORFLOW_CPU,
      note,
    });
    const where = engine.device === device ? device : `${engine.device}; trained on ${device}`;
    note(`training ${group.length} runs again on ${name} (${where}): ${group.map(({ id }) => id).join(", ")}`);
    try {
      verified.push(...(await verifyRuns(group, config, engine, signal)));
    } finally {
      await engine.dispose();
    }
  }
  return verified;
}

function engineOf(name: string): EngineName {
  const known = ENGINE_NAMES.find((one) => one === name);
  if (known === undefined)
    throw new UsageError(`this mmoe has no engine '${name}', which trained these runs; use a newer mmoe`);
  return known;
}
