// What a config says of generated rows besides their constants: sizes, groups of tasks, and labels of all tasks or of each.
import { correlationMatrix, type Matrix } from "../data/correlation-matrix.ts";
import { fastestSines } from "../data/moments.ts";
import { generatorSettings } from "../data/presets.ts";
import type { GeneratorConstants, GeneratorSettings } from "../data/settings.ts";
import { defined } from "../defined.ts";
import { UsageError } from "../errors.ts";
import { BETWEEN_TASKS, FRONT, partsByTask } from "./kinds.ts";
import {
  OPTIONAL_SETTINGS,
  type Place,
  type PointSettings,
  type SettingKey,
  type Settings,
  valuesOf,
} from "./schema.ts";

/** Settings of the generator's sizes and labels, which a table has of its own. */
export const OF_LABELS = ["inputs", "sines", "noiseStd", "labelScale", "labelled", "positives"] as const;
/** All settings of generated rows besides the generator's constants. */
export const OF_GENERATED = [...OF_LABELS, "groupSize", "betweenGroups"] as const;

const isDefault = (settings: Partial<Settings>, key: SettingKey) => settings[key] === OPTIONAL_SETTINGS[key]?.default;

/** Whether generated labels are those of the generator's constants alone: numbers, in every row, alike for all tasks. */
export function areLabelsPlain(settings: Pick<Settings, (typeof OF_LABELS)[number] | "labelKind">): boolean {
  return settings.labelKind === "real" && OF_LABELS.every((key) => isDefault(settings, key));
}

type OfGenerator = "data" | "labels" | "labelKind" | "tasks" | (typeof OF_LABELS)[number];

/** How rows are made. Throws RangeError for rows of the user's own, and for a setting that is a list. */
export function generatorOf(settings: Pick<Settings, OfGenerator>): GeneratorSettings {
  const listed = OF_LABELS.find((key) => Array.isArray(settings[key]));
  if (listed) throw new RangeError(`generatorOf: ${listed}: expected one value, got a list`);
  const point = settings as Pick<PointSettings, OfGenerator>;
  const ofTask = (k: number) => {
    const number = (key: "noiseStd" | "labelScale" | "labelled" | "positives") => numberByTask(point[key], k);
    const isBinary = partByTask(point.labelKind, k) === "binary";
    return defined({
      noiseStd: number("noiseStd"),
      labelScale: number("labelScale"),
      binaryLabels: isBinary || undefined,
      positives: isBinary ? number("positives") : undefined,
      labelled: number("labelled"),
    });
  };
  const tasks = Array.from({ length: point.tasks }, (_, k) => ofTask(k));
  const all = { ...sizedConstants(point), ...(point.labels === "raw" && { rawLabels: true }) };
  const areAlike = tasks.every((task) => JSON.stringify(task) === JSON.stringify(tasks[0]));
  return areAlike ? { ...all, ...tasks[0] } : { ...all, tasks };
}

/** The constants of `data`, with as many inputs, and as many of the slowest sines, as the config says. */
function sizedConstants({ data, inputs, sines }: Pick<PointSettings, "data" | "inputs" | "sines">): GeneratorConstants {
  if (data === null) throw new RangeError("generatorOf: expected data of the generator, got rows of a file");
  const constants = generatorSettings(data);
  const slowest = sines === "data" ? undefined : fastestSines(constants).toReversed().slice(0, sines);
  const kept = (values: readonly number[]) => values.filter((_, i) => slowest?.includes(i) ?? true);
  const { alpha, beta } = constants;
  return { ...constants, ...(inputs !== "data" && { inputs }), alpha: kept(alpha), beta: kept(beta) };
}

/** The correlations [K, K] of the tasks of a point of the grid where the cell's is `p`. Throws RangeError for impossible ones. */
export function correlationsOf(
  { tasks: K, correlationMatrix: pattern, groupSize, betweenGroups }: Pick<PointSettings, OfMatrix>,
  p: number,
): Matrix {
  if (groupSize === "none") return correlationMatrix(K, p, pattern);
  const group = (k: number) => Math.floor(k / groupSize);
  const numbers = Array.from({ length: K }, (_, k) => k);
  const share = (j: number, k: number) => (j === k || group(j) === group(k) ? 1 : betweenGroups);
  const inGroups = numbers.map((j) => numbers.map((k) => share(j, k)));
  return correlationMatrix(K, p, inGroups);
}

type OfMatrix = "tasks" | "correlationMatrix" | "groupSize" | "betweenGroups";

/** The weight of each task's loss, [K]. */
export function weightsOf({ taskWeights, tasks }: Pick<Settings, "taskWeights" | "tasks">): number[] | undefined {
  if (taskWeights === "none" || Array.isArray(taskWeights)) return undefined;
  return Array.from({ length: tasks }, (_, k) => numberByTask(taskWeights as string, k) as number);
}

/** What task k's weight is multiplied by after each step; undefined if it stays. */
export function weightDecayOf({ taskWeightDecay }: Pick<Settings, "taskWeightDecay">, k: number): number | undefined {
  const decay = Array.isArray(taskWeightDecay) ? undefined : numberByTask(taskWeightDecay as string, k);
  return decay === 1 ? undefined : decay;
}

/** The odds of a task against each other one at the ends of `front:N`, unless it says others. */
const FRONT_ODDS = 100;

/**
 * Task weights in which the N weightings of `front:N` have its place: equal weights, and for each of the K tasks
 * (N - 1) / K strengths, evenly spread in the logarithm of its odds against each other task. They add up to K, but for rounding.
 */
export function withoutFront({ taskWeights, tasks: K }: Settings, place: Place): Settings["taskWeights"] {
  const values = [taskWeights].flat();
  const all = values.flatMap((value) => {
    const [, count, odds = FRONT_ODDS] = FRONT.exec(String(value)) ?? [];
    return count === undefined ? [value] : frontOf(K, Number(count), Number(odds), place);
  });
  return all.length === 1 ? all[0] : [...new Set(all)];
}

function frontOf(K: number, count: number, odds: number, place: Place): string[] {
  const strengths = (count - 1) / K;
  const refuse = (expected: string, got: number) => {
    throw new UsageError(`${place("taskWeights")}: front: expected ${expected}, got ${got}`);
  };
  if (strengths < 1 || !Number.isInteger(strengths))
    refuse(`1 and a multiple of the ${K} tasks, such as ${1 + K} or ${1 + 2 * K}`, count);
  const weightings = Array.from({ length: K }, (_, k) => k).flatMap((k) =>
    Array.from({ length: strengths }, (_, s) => {
      const ratio = odds ** ((s + 1) / strengths);
      const weights = Array.from({ length: K }, (_, j) => (K * (j === k ? ratio : 1)) / (ratio + K - 1));
      return weights.map((weight) => Number(weight.toPrecision(3))).join(BETWEEN_TASKS);
    }),
  );
  const all = [new Array<number>(K).fill(1).join(BETWEEN_TASKS), ...weightings];
  if (new Set(all).size < count) refuse("odds above 1 that tell so many weightings apart", odds);
  return all;
}

/** Whether some rows of some runs lack the label of task k. */
export function lacksLabels({ labelled }: Pick<Settings, "labelled">, k: number): boolean {
  return [labelled].flat().some((value) => (numberByTask(value, k) ?? 1) < 1);
}

export function partByTask(value: string | number, k: number): string {
  const parts = partsByTask(value);
  return parts.length === 1 ? parts[0] : (parts[k] as string);
}

/** The number of a value for task k; undefined for a word, which stands for what is without it. */
function numberByTask(value: string | number, k: number): number | undefined {
  const number = Number(partByTask(value, k));
  return Number.isNaN(number) ? undefined : number;
}

/** Refuses settings of generated rows that do not fit the tasks, the generator or each other: UsageError. */
export function checkGenerated(settings: Settings, place: Place): void {
  const { rows, data, tasks, labels, labelKind, groupSize, correlationMatrix: pattern } = settings;
  const refuse = (key: SettingKey, why: string) => {
    throw new UsageError(`${place(key)}: ${why}`);
  };
  for (const key of [
    "noiseStd",
    "labelScale",
    "labelled",
    "positives",
    "taskWeights",
    "taskWeightDecay",
    "labelKind",
  ] as const) {
    const wrong = [settings[key]].flat().find((value) => ![1, tasks].includes(partsByTask(value).length));
    if (wrong !== undefined) refuse(key, `expected one value, or one for each of the ${tasks} tasks, got ${wrong}`);
  }
  if (rows !== null) {
    const own = OF_GENERATED.find((key) => !isDefault(settings, key));
    if (own) refuse(own, "it is the generator's; leave it out with rows of your own");
    return;
  }
  if (data === null) return; // `checkTasks` complains
  const { alpha, inputs } = generatorSettings(data);
  const most = Math.max(...valuesOf(settings, "sines").map((count) => (count === "data" ? 0 : Number(count))));
  if (most > alpha.length) refuse("sines", `expected at most ${alpha.length}, those of the generator, got ${most}`);
  const least = Math.min(...valuesOf(settings, "inputs").map((count) => (count === "data" ? inputs : Number(count))));
  if (!isDefault(settings, "inputs") && least < tasks)
    refuse("inputs", `expected at least ${tasks}, one a task, got ${least}`);
  if (labels !== "raw" && !isDefault(settings, "labelScale"))
    refuse("labelScale", "is for raw labels; add --set labels=raw");
  if (!labelKind.includes("binary") && !isDefault(settings, "positives"))
    refuse("positives", "is for binary labels; add --set labelKind=binary");
  if (groupSize !== "none" && pattern !== null) refuse("groupSize", "is in place of correlationMatrix; leave out one");
  if (groupSize === "none" && !isDefault(settings, "betweenGroups"))
    refuse("betweenGroups", "is for tasks in groups; add --set groupSize=N");
}
