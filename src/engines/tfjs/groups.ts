import { UsageError } from "../../errors.ts";
import type { ModelSpec } from "../../models/spec.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { Hooks, Run } from "../engine.ts";
import { numbering } from "../numbering.ts";

/** R, the most runs like `run` that train together. */
export type GroupSize = (run: Run) => number;

/**
 * Runs that may train together: those of one model and one setting, in the order given, in groups of at most `sizeOf`.
 * Groups of a kind are of one size, but for the last, and share a graph.
 */
export function grouped(runs: readonly Run[], sizeOf: GroupSize): Run[][] {
  const modelNumber = numbering((model: ModelSpec) => model);
  const trainingNumber = numbering((training: Run["training"]) => training);
  const kindOf = ({ model, training }: Run): string => `${modelNumber(model)} ${trainingNumber(training)}`;
  const kinds = groupBy(runs, kindOf);
  const groups: Run[][] = [];
  const open = new Map<string, Run[]>();
  for (const run of runs) {
    const kind = kindOf(run);
    const { length } = kinds.get(kind) as Run[];
    let group = open.get(kind);
    if (!group || group.length >= length / Math.ceil(length / sizeOf(run))) {
      group = [];
      groups.push(group);
      open.set(kind, group);
    }
    group.push(run);
  }
  return groups;
}

interface Grouping {
  readonly sizeOf: GroupSize;
  /** Trains one group; gives results only when all of it has been trained. */
  readonly train: (group: readonly Run[]) => Promise<void>;
  /** Hears that groups are made smaller. */
  readonly note: (line: string) => void;
}

/**
 * Trains all runs, group by group, until a signal stops it. A group that memory does not hold is trained again in two
 * halves, and later groups are no larger.
 */
export async function trainInGroups(
  runs: readonly Run[],
  { signal, noMore, onBegin }: Hooks,
  { sizeOf, train, note }: Grouping,
): Promise<void> {
  let pending = grouped(runs, sizeOf);
  while (!signal?.aborted && !noMore?.aborted) {
    const group = pending.shift();
    if (group === undefined) return;
    onBegin?.(group);
    try {
      await train(group);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      const half = halfOf(group);
      note(`out of memory with ${group.length} runs at a time; going on with ${half}`);
      pending = grouped([...group, ...pending.flat()], (run) => Math.min(half, sizeOf(run)));
    }
  }
}

/** As TensorFlow says it, status 8 of its C API. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /TF_Status: 8\b|RESOURCE_EXHAUSTED|OOM when allocating/i.test(error.message);
}

function halfOf(group: readonly Run[]): number {
  if (group.length > 1) return Math.ceil(group.length / 2);
  throw new UsageError(`run ${group[0]?.id} alone does not fit in memory; give fewer rows a batch or a smaller model`);
}
