import { LARGEST_COUNT } from "../../config/kinds.ts";
import { UsageError } from "../../errors.ts";
import { findResults } from "../../records/find-results.ts";
import type { Shard } from "../../records/writer-lock.ts";
import { checkTrainable } from "../../sweep/check-runs.ts";
import { checkCurves } from "../../sweep/curves.ts";
import { loadEngine } from "../../sweep/engines.ts";
import { countRuns, planRuns } from "../../sweep/plan.ts";
import type { Effects } from "../command.ts";
import { type CheckedOptions, checkedOptions, type SweepOptions } from "../sweep-options.ts";

type Env = Effects["env"];

/** The part of a sweep that this process trains. */
interface ChosenShard {
  /** Null for the whole sweep. */
  readonly shard: Shard | null;
  /** The variables that gave it, e.g. `JOB_COMPLETION_INDEX=0, MMOE_SHARD_COUNT=3`; undefined if --shard did. */
  readonly detected?: string;
}

/** Variables that name a process's place in a job array. */
const SLURM_ID = "SLURM_ARRAY_TASK_ID";
const KUBERNETES_INDEX = "JOB_COMPLETION_INDEX";
/** Kubernetes does not say how many pods an indexed Job has: the Job that `mmoe k8s` prints says it here. */
const COUNT = "MMOE_SHARD_COUNT";

const WAY_OUT = "give --shard i/n (--shard 1/1: the whole sweep)";

/** `flag` (--shard i/n), else the shard of a Slurm array or an indexed Kubernetes Job; UsageError if it is not valid. */
export function chosenShard(flag: string | undefined, env: Env): ChosenShard {
  if (flag !== undefined) return { shard: shardOption(flag) };
  if (env[SLURM_ID] && env[KUBERNETES_INDEX])
    throw new UsageError(`${SLURM_ID} and ${KUBERNETES_INDEX} are both set; ${WAY_OUT}`);
  if (env[SLURM_ID]) return slurmShard(env);
  if (env[KUBERNETES_INDEX]) return kubernetesShard(env);
  return { shard: null };
}

/** As it is given: `2/16`. */
export function shardText(shard: Shard | null): string {
  return shard === null ? "1/1" : `${shard.index}/${shard.count}`;
}

function shardOption(text: string): Shard | null {
  const [index, count] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  if (index !== undefined && count !== undefined && index >= 1 && index <= count && count <= LARGEST_COUNT)
    return part(index, count);
  throw new UsageError(`--shard: expected i/n, i from 1 to n, such as 2/16, got '${text}'`);
}

function slurmShard(env: Env): ChosenShard {
  const [id, least] = [numberIn(env, SLURM_ID), numberIn(env, "SLURM_ARRAY_TASK_MIN")];
  const step = env.SLURM_ARRAY_TASK_STEP ? numberIn(env, "SLURM_ARRAY_TASK_STEP", 1) : 1;
  const count = numberIn(env, "SLURM_ARRAY_TASK_COUNT", 1);
  const place = (id - least) / step;
  const most = env.SLURM_ARRAY_TASK_MAX ? numberIn(env, "SLURM_ARRAY_TASK_MAX") : least + (count - 1) * step;
  const array = `an array of ${count} from ${least} to ${most}${step > 1 ? ` by ${step}` : ""}`;
  const isEven = Math.floor((most - least) / step) + 1 === count;
  if (!(isEven && Number.isInteger(place) && place >= 0 && place < count))
    throw new UsageError(`${SLURM_ID}=${id}: its place in ${array} is not clear; ${WAY_OUT}`);
  return detected(place + 1, count, `${SLURM_ID}=${id} in ${array}`);
}

function kubernetesShard(env: Env): ChosenShard {
  const [index, count] = [numberIn(env, KUBERNETES_INDEX), numberIn(env, COUNT, 1)];
  if (index >= count) throw new UsageError(`${KUBERNETES_INDEX}=${index} is not below ${COUNT}=${count}; ${WAY_OUT}`);
  return detected(index + 1, count, `${KUBERNETES_INDEX}=${index}, ${COUNT}=${count}`);
}

function detected(index: number, count: number, by: string): ChosenShard {
  const shard = part(index, count);
  return shard === null ? { shard } : { shard, detected: by };
}

function part(index: number, count: number): Shard | null {
  return count === 1 ? null : { index, count };
}

function numberIn(env: Env, name: string, least = 0): number {
  const text = env[name];
  if (!text) throw new UsageError(`${name} is not set in an array of jobs; ${WAY_OUT}`);
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= LARGEST_COUNT) return value;
  throw new UsageError(`${name}: expected a whole number from ${least}, got '${text}'; ${WAY_OUT}`);
}

/** For each --engine there, an engine here that refuses the same runs, though this machine may lack card or kernels. */
const JUDGES = { auto: "auto", cpu: "cpu", cuda: "tfjs", tfjs: "tfjs" } as const;

/** The options of a sweep that other machines will train. Throws UsageError for what its engine would refuse there. */
export async function checkSweep(file: string, options: SweepOptions): Promise<CheckedOptions> {
  const checked = checkedOptions(file, options, {}, process.env);
  countRuns(checked.config);
  checkCurves(checked.config);
  const runs = planRuns({ ...checked.config, runs: 1 });
  const { python } = checked.engineOptions;
  const engine = await loadEngine(JUDGES[checked.engine], { kernels: "wasm", python }, runs);
  try {
    await checkTrainable(runs, checked.config, engine);
  } finally {
    await engine.dispose();
  }
  return checked;
}

/** Throws UsageError if the results folder, which those machines share with this one, holds another sweep. */
export function checkFolder({ config, out }: CheckedOptions): void {
  findResults(out, config, { warn: () => {} });
}
