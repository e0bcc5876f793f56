// Which tasks a parameter learns from.
import { unreachable } from "../errors.ts";
import { isFactor, type ParameterBlock, parameterBlocks, parameterCount } from "./parameters.ts";
import {
  embeddingSets,
  expertsOf,
  expertsOn,
  hasSharedGate,
  levelCount,
  type ModelSpec,
  ownExpertsOf,
} from "./spec.ts";

/** In the place of a task's number: the losses of two or more tasks reach the parameter. */
const SHARED = -1;

/** For each parameter in canonical order, the only task whose loss reaches it, or SHARED: [P]. */
export function taskOfParameters(spec: ModelSpec): Int32Array {
  const tasks = new Int32Array(parameterCount(spec));
  for (const block of parameterBlocks(spec)) {
    const rows = block.part === "links" || block.kind === "shares" ? block.shape[0] : 1;
    const size = block.size / rows;
    for (let row = 0; row < rows; row++) {
      const [first = 0, ...others] = tasksOf(spec, block, row);
      tasks.fill(others.length > 0 ? SHARED : first, block.offset + row * size, block.offset + (row + 1) * size);
    }
  }
  return tasks;
}

/** For each parameter in canonical order, 1 if the losses of two or more tasks reach it, else 0: [P]. */
export function sharedParameters(spec: ModelSpec): Float32Array {
  return Float32Array.from(taskOfParameters(spec), (task) => Number(task === SHARED));
}

/** The tasks whose losses reach a block of parameters; of a mix with one row per task, row number `row`. */
function tasksOf(spec: ModelSpec, block: ParameterBlock, row: number): Set<number> {
  const { part, network, level, layer, kind } = block;
  if (isFactor(block)) return kind === "shares" ? new Set([row]) : allTasks(spec);
  const number = Number(network.split("/").at(-1));
  switch (part) {
    case "embeddings":
      return embeddingSets(spec) === 1 ? allTasks(spec) : new Set([number]);
    case "experts":
      return ofExpert(spec, number, level);
    case "gates":
      return spec.gating === "single" ? allTasks(spec) : ofPath(spec, number, level + 1);
    case "links":
      if (kind === "kernel") return new Set([Math.floor(number / spec.experts.shared)]); // SNR's, of a task and an expert
      return kind === "log-alpha" || isLast(spec, layer) ? new Set([row]) : allTasks(spec);
    case "towers":
    case "outputs":
      return new Set([number]);
    default:
      return unreachable(part);
  }
}

/** Whether a cross-stitch unit is the last, whose rows are read by towers. */
function isLast({ experts }: ModelSpec, layer: string): boolean {
  return Number(layer) === experts.layers.length - 1;
}

function allTasks({ tasks }: ModelSpec): Set<number> {
  return new Set(Array.from({ length: tasks }, (_, k) => k));
}

/** Expert number e of a level: the learners of each path that it is mixed into and learns from. */
function ofExpert(spec: ModelSpec, e: number, level: number): Set<number> {
  if (spec.gating === "cross-stitch") return allTasks(spec);
  const paths = Array.from({ length: spec.tasks + Number(hasSharedGate(spec, level)) }, (_, path) => path);
  const taught = (path: number) =>
    spec.gating === "detached" && path < spec.tasks ? ownExpertsOf(spec, path) : expertsOf(spec, path);
  return union(paths.filter((path) => taught(path).includes(e)).map((path) => ofPath(spec, path, level + 1)));
}

/** What a level reads on a path: the task itself after the last level, else all that the path's networks learn from. */
function ofPath(spec: ModelSpec, path: number, level: number): Set<number> {
  if (level === levelCount(spec)) return new Set([path]);
  const hasGate = path < spec.tasks || hasSharedGate(spec, level);
  return union([
    ...expertsOn(spec, path).map((e) => ofExpert(spec, e, level)),
    ...(hasGate ? [ofPath(spec, path, level + 1)] : []),
  ]);
}

function union(sets: readonly ReadonlySet<number>[]): Set<number> {
  return new Set(sets.flatMap((set) => [...set]));
}
