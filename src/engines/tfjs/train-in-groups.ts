import { MachineError, machineError } from "../../machine-error.ts";
import type { Hooks, Run } from "../engine.ts";
import { type Group, type Grouping, groupsOf } from "./groups.ts";

interface GroupTraining extends Grouping {
  /** Trains one group; returns results only when all of it has been trained. */
  readonly train: (group: Group) => Promise<void>;
  /** Frees what is kept for other groups, when memory runs out. */
  readonly free: () => void;
  /** Called when groups are made smaller. */
  readonly note: (line: string) => void;
}

/**
 * Trains all runs, group by group, until a signal stops it. A group that memory does not hold is trained again in two
 * halves, and later groups are no larger. Throws MachineError for a run that memory does not hold alone.
 */
export async function trainInGroups(
  runs: readonly Run[],
  { signal, noMore, onBegin }: Hooks,
  { train, free, note, ...grouping }: GroupTraining,
): Promise<void> {
  let pending = groupsOf(runs, grouping);
  while (!signal?.aborted && !noMore?.aborted) {
    const group = pending.shift();
    if (group === undefined) return;
    onBegin?.(group.runs);
    try {
      await train(group);
    } catch (error) {
      if (!isOutOfMemory(error)) throw machineError(error) ?? error;
      free();
      const half = halfOf(group);
      note(`out of memory with ${group.runs.length} runs at a time; going on with ${half}`);
      const { sizeOf } = grouping;
      grouping = { ...grouping, sizeOf: (company) => Math.min(Math.floor(half / company.length), sizeOf(company)) };
      pending = groupsOf(
        [group, ...pending].flatMap(({ runs }) => runs),
        grouping,
      );
    }
  }
}

/**
 * Messages of out-of-memory errors: from eager calls, from TensorFlow's kernels in a session, from fed data, and from
 * V8.
 */
const OUT_OF_MEMORY = new RegExp(
  [
    "TF_Status: 8\\b|RESOURCE_EXHAUSTED",
    "OOM when allocating|failed to allocate|Ran out of GPU memory",
    "unable to allocate output tensor|Dst tensor is not initialized",
    "Array buffer allocation failed",
  ].join("|"),
  "i",
);

export function isOutOfMemory(error: unknown): boolean {
  return machineError(error)?.trouble === "memory" || (error instanceof Error && OUT_OF_MEMORY.test(error.message));
}

function halfOf({ runs }: Group): number {
  if (runs.length > 1) return Math.ceil(runs.length / 2);
  throw new MachineError("memory", `run ${runs[0]?.id} alone does not fit in it`);
}
