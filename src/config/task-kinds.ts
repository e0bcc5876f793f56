// The kinds of a table's labels: found from their columns, and changed by the user.
import { basename } from "node:path";
import { z } from "zod";
import type { ClassWeights } from "../data/table.ts";
import { TASK_KINDS, type TaskKind, type TaskSettings } from "../data/task-kinds.ts";
import { DIAGNOSTIC_KINDS, type DiagnosticKind } from "../diagnostics/kinds.ts";
import { UsageError } from "../errors.ts";
import { columnsText } from "../tables/columns.ts";
import { type InputContents, listIn } from "../tables/input-column.ts";
import type { LabelClasses } from "../tables/label-column.ts";
import { readTable, type Table } from "../tables/read-table.ts";
import { numberOf } from "../units.ts";
import { checkedBy } from "./checked-by.ts";
import type { Override } from "./file-version.ts";
import { lacksLabels, partByTask, weightDecayOf, weightsOf } from "./generated.ts";
import {
  chosenIn,
  GIVEN_TASKS,
  type GivenTask,
  type RowsSetting,
  readingOf,
  type TaskKindSetting,
} from "./rows-schema.ts";
import type { Place, Settings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

type Labels = Pick<Table, "labels" | "labelClasses" | "labelGaps">;

/** The kind by default: two texts, or 0 and 1, are binary, other texts categorical, and numbers regressions. */
function foundKind(classes: readonly (string | number)[]): TaskKind {
  const isText = typeof classes[0] === "string";
  const isBinary = classes.length === 2 && (isText || (classes[0] === 0 && classes[1] === 1));
  return isBinary ? "binary" : isText ? "categorical" : "regression";
}

function foundKinds({ labels, labelClasses, labelGaps }: Labels): TaskKindSetting[] {
  return labels.map((column, k) => {
    const classes = labelClasses[k] ?? [];
    const kind = foundKind(classes);
    const gaps = labelGaps[k];
    return { column, kind, weight: 1, classes: kind === "regression" ? [] : [...classes], ...(gaps > 0 && { gaps }) };
  });
}

/** What a config stores: nothing if all labels are as before they had kinds. */
function storedKinds(kinds: readonly TaskKindSetting[]): readonly TaskKindSetting[] {
  return kinds.some(({ kind, weight, gaps }) => kind !== "regression" || weight !== 1 || gaps) ? kinds : [];
}

/** What `tasks` of a file say of a study's labels: each kind, and weights, that are others than by default. Undefined if they say nothing. */
export function givenKinds(kinds: readonly TaskKindSetting[]): GivenTask[] | undefined {
  const given = kinds.flatMap(({ column, kind, weight, classWeight, classes }): GivenTask[] => {
    const weights = { ...(weight !== 1 && { weight }), ...(classWeight && { classWeight }) };
    const own = { ...(kind !== foundKind(classes) && { kind }), ...weights };
    return Object.keys(own).length > 0 ? [{ column, ...own }] : [];
  });
  return given.length > 0 ? given : undefined;
}

/** `kinds` with what is given of some labels. `place` names a place in the list. Throws UsageError for what does not fit. */
function changedKinds(
  kinds: readonly TaskKindSetting[],
  given: readonly GivenTask[],
  table: Labels,
  place: (i: number) => string,
): TaskKindSetting[] {
  const changed = [...kinds];
  for (const [i, { column, kind, weight, classWeight }] of given.entries()) {
    const k = labelNamed(column, table.labels, place(i));
    const before = changed[k];
    changed[k] = {
      ...before,
      ...(kind && { kind, classes: classesFor(kind, before.column, table.labelClasses[k] ?? null, place(i)) }),
      ...(weight !== undefined && { weight }),
      ...(classWeight !== undefined && { classWeight }),
    };
    expectClasses(changed[k], place(i));
  }
  return changed;
}

/** Refuses weights of other classes than the label has. */
function expectClasses({ column, classWeight, classes }: TaskKindSetting, place: string): void {
  if (classWeight === undefined) return;
  if (classes.length === 0)
    throw new UsageError(`${place}: ${column} is a number: classWeight is for labels that are classes`);
  if (classWeight !== "balanced" && classWeight.length !== classes.length)
    throw new UsageError(
      `${place}: ${column}: classWeight: expected balanced or ${classes.length} numbers, for ${classes.join(", ")}; got ${classWeight.length}`,
    );
}

/** `y_income` or `income`. */
function labelNamed(name: string, labels: readonly string[], place: string): number {
  const k = labels.findIndex((label) => label === name || shortName(label) === name);
  if (k >= 0) return k;
  const known = didYouMean(name, labels) || `; labels: ${labels.join(", ")}`;
  throw new UsageError(`${place}: no label '${name}'${known}`);
}

/** `income` of `y_income`. */
function shortName(label: string): string {
  return label.replace(/^y[^a-z0-9]+/i, "");
}

function classesFor(kind: TaskKind, column: string, classes: LabelClasses, place: string): (string | number)[] {
  const isText = typeof classes?.[0] === "string";
  if (kind === "regression") {
    if (!isText) return [];
    throw new UsageError(`${place}: ${column} has texts: expected binary or categorical, got regression`);
  }
  if (classes === null) throw new UsageError(`${place}: ${column} has too many different numbers for kind ${kind}`);
  if (kind === "binary" && classes.length !== 2)
    throw new UsageError(`${place}: ${column} has ${classes.length} different values: expected 2 for kind binary`);
  return [...classes];
}

/** Whether a file's value is a list of labels, in the place of a number of tasks: its items are {column, kind, weight, classWeight}. */
export function isTaskList(value: unknown): boolean {
  return Array.isArray(value) && value.some((one) => typeof one === "object" && one !== null && "column" in one);
}

/** The columns in a list of labels; undefined if there is none. */
export function columnsInTasks(values: object): readonly string[] | undefined {
  if (!("tasks" in values) || !isTaskList(values.tasks)) return undefined;
  const columns = (values.tasks as readonly object[]).map((one) => (one as Partial<GivenTask>).column);
  return columns.every((column) => typeof column === "string") ? columns : undefined; // `kindsIn` complains of others
}

/** The kinds of a table's labels: as by default, but for what `tasks` says of them. Throws UsageError. */
export function kindsIn(
  values: object,
  table: Labels,
  place: (path: string) => string,
  source: string,
): readonly TaskKindSetting[] {
  const tasks = "tasks" in values && isTaskList(values.tasks) ? values.tasks : undefined;
  const given = tasks ? checkedBy(z.strictObject({ tasks: GIVEN_TASKS }), { tasks }, place, source).tasks : [];
  return storedKinds(changedKinds(foundKinds(table), given, table, (i) => place(`tasks[${i}]`)));
}

/** `--task income=binary`, `--task income.weight=2`, or `--task income.classWeight=balanced`. */
export function taskOverride(text: string): Override {
  const source = `--task ${text}`;
  const [, column = "", field = "kind", value = ""] = /^([^=]+?)(?:\.(weight|classWeight))?=([^=]+)$/.exec(text) ?? [];
  const ofClasses = value === "balanced" ? value : value.split(":").map(Number);
  const said = { kind: value, weight: Number(value), classWeight: ofClasses }[field];
  const found = GIVEN_TASKS.safeParse([{ column, [field]: said }]);
  if (!found.success) {
    const ways = `LABEL=KIND (${TASK_KINDS.join(", ")}), LABEL.weight=NUMBER, or LABEL.classWeight=balanced or A:B`;
    throw new UsageError(`--task: expected ${ways}, got '${text}'`);
  }
  const given = found.data;
  return {
    source,
    valuesAfter: ({ rows, taskKinds }) => {
      if (!rows)
        throw new UsageError(`${source}: is for your own rows; for generated rows give --set labelKind=binary`);
      const table = readTable(rows.file, chosenIn(rows), readingOf(rows));
      const before = taskKinds.length > 0 ? taskKinds : allNumbers(rows);
      return { taskKinds: storedKinds(changedKinds(before, given, table, () => source)) };
    },
  };
}

function allNumbers({ labels }: RowsSetting): TaskKindSetting[] {
  return labels.map((column) => ({ column, kind: "regression", weight: 1, classes: [] }));
}

/** What can be diagnosed of a sweep: alignment is with the generator's numbers. */
export function diagnosable(settings: Kinds & Pick<Settings, "rows">): DiagnosticKind[] {
  const isOfNumbers =
    settings.rows === null && (tasksOfRuns(settings) ?? []).every(({ kind }) => kind === "regression");
  return DIAGNOSTIC_KINDS.filter((kind) => kind !== "alignment" || isOfNumbers);
}

type Kinds = Pick<Settings, "tasks" | "labelKind" | "taskKinds" | "labelled" | "taskWeights" | "taskWeightDecay">;

/** Refuses kinds of labels that the rows do not have, and what can't be diagnosed of them: UsageError. */
export function checkKinds(settings: Settings, place: Place): void {
  const { rows, taskKinds, labelKind, diagnostics } = settings;
  const columns = taskKinds.map(({ column }) => column);
  if (rows === null && columns.length > 0)
    throw new UsageError(`${place("taskKinds")}: they are only for your own rows; omit them`);
  if (rows !== null && labelKind !== "real")
    throw new UsageError(`${place("labelKind")}: it is the generator's; give --task LABEL=${labelKind}`);
  if (rows !== null && columns.length > 0 && columns.join() !== rows.labels.join()) {
    const expected = `expected one for each label of ${basename(rows.file)}, ${rows.labels.join(", ")}`;
    throw new UsageError(`${place("taskKinds")}: ${expected}; got ${columns.join(", ")}`);
  }
  const odd = taskKinds.find(({ kind, classes }) => !hasClasses(kind, classes.length));
  if (odd) throw new UsageError(`${place("taskKinds")}: ${odd.column}: ${odd.kind} with ${odd.classes.length} classes`);
  const apart = rows?.funnel?.find((label) => taskKinds[rows.labels.indexOf(label)]?.kind !== "binary");
  if (apart !== undefined)
    throw new UsageError(
      `${place("rows")}: funnel: ${apart} is not binary; give --task ${apart}=binary, or leave it out`,
    );
  const areNumbers = (tasksOfRuns(settings) ?? []).every(({ kind }) => kind === "regression");
  if (!areNumbers && diagnostics.includes("alignment"))
    throw new UsageError(
      `${place("diagnostics")}: alignment can't be measured where labels are classes; expected ${diagnosable(settings).join(", ")}`,
    );
}

function hasClasses(kind: TaskKind, classes: number): boolean {
  return { regression: classes === 0, binary: classes === 2, categorical: classes >= 2 }[kind];
}

/** The tasks of a sweep's runs, [K]; undefined if all are regressions of weight 1, which stays. */
export function tasksOfRuns(settings: Kinds): readonly TaskSettings[] | undefined {
  const weights = weightsOf(settings);
  const tasks = (settings.taskKinds.length > 0 ? tasksOfTable(settings) : generatedTasks(settings)).map(
    (task, k): TaskSettings => {
      const decay = weightDecayOf(settings, k);
      return { ...task, weight: weights?.[k] ?? task.weight, ...(decay !== undefined && { decay }) };
    },
  );
  const isPlain = ({ kind, weight, decay, gaps }: TaskSettings) =>
    kind === "regression" && weight === 1 && decay === undefined && !gaps;
  return tasks.every(isPlain) ? undefined : tasks;
}

function tasksOfTable({ taskKinds }: Pick<Settings, "taskKinds">): TaskSettings[] {
  return taskKinds.map(({ kind, weight, classes, gaps }) => ({
    kind,
    weight,
    ...(kind === "categorical" && { classes: classes.length }),
    ...(gaps && { gaps: true }),
  }));
}

function generatedTasks(settings: Kinds): TaskSettings[] {
  return Array.from({ length: settings.tasks }, (_, k) => ({
    kind: partByTask(settings.labelKind, k) === "binary" ? "binary" : "regression",
    weight: 1,
    ...(lacksLabels(settings, k) && { gaps: true }),
  }));
}

/** The numbers of each label's classes in the table, [K]: of texts their places. Undefined if there are none. */
export function classNumbers(kinds: readonly TaskKindSetting[]): (readonly number[] | null)[] | undefined {
  if (kinds.every(({ classes }) => classes.length === 0)) return undefined;
  return kinds.map(({ classes }) =>
    classes.length === 0 ? null : classes.map((one, place) => (typeof one === "number" ? one : place)),
  );
}

/** What losses of rows of each class count, [K]; undefined if no task has such weights. */
export function classWeights(kinds: readonly TaskKindSetting[]): (ClassWeights | null)[] | undefined {
  return kinds.some(({ classWeight }) => classWeight) ? kinds.map(({ classWeight }) => classWeight ?? null) : undefined;
}

/** Kinds on one line: `y_income binary (no, yes), y_age regression with weight 0.5 and 11 gaps`. */
export function kindsText(kinds: readonly TaskKindSetting[]): string {
  const texts = kinds.map(({ column, kind, weight, classWeight, classes, gaps }) => {
    const few = classes.length > MOST_SHOWN ? [...classes.slice(0, MOST_SHOWN), "..."] : classes;
    const values = classes.length > 0 ? ` (${few.join(", ")})` : "";
    const more = [
      ...(weight === 1 ? [] : [`weight ${weight}`]),
      ...(classWeight ? [`class weights ${[classWeight].flat().join(":")}`] : []),
      ...(gaps ? [numberOf(gaps, "gap")] : []),
    ];
    return `${column} ${kind}${values}${more.length > 0 ? ` with ${more.join(" and ")}` : ""}`;
  });
  return texts.join(", ");
}

/** Labels that are regressions and may be meant as classes: few different whole numbers. Empty if there is none. */
export function fewNumbersText({ rows, taskKinds }: Pick<Settings, "rows" | "taskKinds">): string {
  if (rows === null) return "";
  const { labelClasses } = readTable(rows.file, chosenIn(rows), readingOf(rows));
  const few = rows.labels.filter((_, k) => {
    const numbers = labelClasses[k] ?? [];
    const isRegression = (taskKinds[k]?.kind ?? "regression") === "regression";
    return isRegression && numbers.length > 2 && numbers.length <= FEW_NUMBERS && numbers.every(Number.isInteger);
  });
  const own = few.map((label) => `--task ${label}=categorical`).join(" ");
  return few.length === 0
    ? ""
    : `${few.join(", ")}: few different whole numbers, read as numbers; for classes give ${own}`;
}

/** Inputs of whole numbers that may be categories, on a line; empty for none. */
export function wholeNumbersText({ rows }: Pick<Settings, "rows">): string {
  if (rows === null) return "";
  const { contents } = readTable(rows.file, chosenIn(rows), readingOf(rows));
  const whole = rows.inputs.filter((_, i) => contents[i].wholes !== undefined);
  return whole.length === 0
    ? ""
    : `${columnsText(whole).slice(2)}: whole numbers, read as numbers; for categories give --categorical ${whole.slice(0, MOST_SHOWN).join()}`;
}

/** Inputs whose texts look like lists, on a line; empty for none. */
export function listsText({ rows }: Pick<Settings, "rows">): string {
  if (rows === null) return "";
  const { contents } = readTable(rows.file, chosenIn(rows), readingOf(rows));
  const isList = ({ values }: InputContents) => typeof values !== "number" && listIn(values) !== undefined;
  const lists = rows.inputs.filter((_, i) => isList(contents[i]));
  return lists.length === 0
    ? ""
    : `${columnsText(lists).slice(2)}: texts that look like lists, each read as one value; of lists, give --lists ${lists.slice(0, MOST_SHOWN).join()}`;
}

/** Labels of rows that lack an earlier one of their funnel, on a line; empty for none. */
export function straysText({ rows }: Pick<Settings, "rows">): string {
  if (!rows?.funnel) return "";
  const { labelStrays = [] } = readTable(rows.file, chosenIn(rows), readingOf(rows));
  const strays = rows.labels.flatMap((label, k) =>
    labelStrays[k] > 0 ? [`${label} of ${numberOf(labelStrays[k], "row")}`] : [],
  );
  return strays.length === 0
    ? ""
    : `${strays.join(", ")}: left out, since the rows have the first class, which is "without", of an earlier label of the funnel`;
}

/** More different whole numbers than these are hardly classes. */
const FEW_NUMBERS = 20;

/** Classes that a line shows. */
const MOST_SHOWN = 6;

/** What tasks are called wherever they are shown, [K]: by their labels, or `task 1` of the generator's. */
export function taskNames({ rows, tasks }: Pick<Settings, "rows" | "tasks">): readonly string[] {
  return rows?.labels ?? Array.from({ length: tasks }, (_, k) => `task ${k + 1}`);
}
