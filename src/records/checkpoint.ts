import { endianness } from "node:os";
import { crc32 } from "node:zlib";
import { z } from "zod";
import { belongTogether } from "../config/config.ts";
import { isDiagnosed, measuredSteps } from "../engines/diagnosing.ts";
import type { AnyRun, Curve, Diagnostics, RunState, StepChoice } from "../engines/engine.ts";
import { evaluationSteps } from "../engines/evaluations.ts";
import { keptGradients, learnedNumbers } from "../engines/methods.ts";
import { isValidated } from "../engines/task-losses.ts";
import { valuesOf } from "../engines/training-settings.ts";
import { isCode } from "../models/code.ts";
import { parameterCount } from "../models/parameters.ts";
import type { ModelSpec } from "../models/spec.ts";
import { version } from "../version.ts";
import { CURVE_SCHEMA, DIAGNOSTICS_SCHEMA, LOSS_UNIT, number, numbers, string, whole } from "./fields.ts";
import { diagnosticsIn, isAligned, isSealed, numberIn, sealed } from "./journal-line.ts";

/** Raised when the meaning of a checkpoint changes. */
export const CHECKPOINT_VERSION = 2;

/** The first line of the file of a run in flight: `checkpoints/*.json`. */
export const CHECKPOINT_SCHEMA = z.object({
  schema: whole("version of the file's meaning"),
  version: string("the mmoe that wrote it"),
  trained: string("hash of the settings that its run is trained with"),
  arithmetic: string(
    "the arithmetic of the engine; only an engine with the same one can resume it, such as `cpu` with any kernels",
  ),
  id: string("the run's name, made of model, correlation, listed settings and run"),
  step: whole("training steps done", "steps"),
  reason: string("why the run failed, if runs beside it still train; otherwise empty"),
  elapsedMs: number("the run's time so far", "ms"),
  powers: numbers("beta1 and beta2 to the power of the step"),
  noBias: numbers("for each entry of `values`: the number stored in place of the bias of units that have none"),
  sums: numbers("each task's batch losses since the latest evaluation, added up", LOSS_UNIT),
  learned: numbers("what the run's method has learned of the tasks; absent for methods that learn nothing").optional(),
  curve: CURVE_SCHEMA,
  diagnostics: DIAGNOSTICS_SCHEMA.optional().meta({ description: "absent if none were requested" }),
  choice: z
    .object({
      tried: whole("training steps of its try, once that is over; before, 0", "steps"),
      steps: whole("training steps of the try, or the number that is chosen", "steps"),
      evalEvery: whole("steps between two evaluations; absent once the number is chosen", "steps").optional(),
      validationLoss: number("the loss that chose the number; absent before", LOSS_UNIT).optional(),
    })
    .optional()
    .meta({
      description: "with early stopping: how far the choice of the number of steps is; `step` is 0 before its training",
    }),
  values: numbers(
    "how many numbers there are of the parameters, of each of the optimizer's values of them, and of each gradient that the method keeps: little-endian float32, in canonical order, from the next multiple of 4 bytes after this line on",
  ),
  valuesCrc: whole("CRC-32 of these numbers"),
  crc: string("CRC-32 of everything before it, in hexadecimal digits"),
});

/** What a checkpoint is of, apart from its run. */
export interface Trained {
  /** Hash of the sweep's settings. */
  readonly trained: string;
  /** Undefined for any. */
  readonly arithmetic?: string | undefined;
}

/** A checkpoint as the parts of its file: a line, and numbers. */
export function checkpointParts(
  run: AnyRun,
  state: RunState,
  of: Readonly<Record<keyof Trained, string>>,
): (string | Buffer)[] {
  const { step, failure = "", elapsedMs, powers, noBias, sums, learned, curve, diagnostics, values, choice } = state;
  const blocks = values.map(bytesOf);
  const checkpoint: Omit<z.input<typeof CHECKPOINT_SCHEMA>, "crc"> = {
    schema: CHECKPOINT_VERSION,
    version,
    trained: of.trained,
    arithmetic: of.arithmetic,
    id: run.id,
    step,
    reason: failure,
    elapsedMs,
    powers: [...powers],
    noBias: [...noBias],
    sums: [...sums],
    ...(learned && { learned: [...learned] }),
    curve: {
      steps: [...curve.steps],
      train: curve.train.flat(),
      heldout: curve.heldout.flat(),
      ...(curve.validation && { validation: curve.validation.flat() }),
      ...(curve.batches && { batches: curve.batches.flat() }),
    },
    ...(diagnostics && { diagnostics: diagnostics as z.input<typeof DIAGNOSTICS_SCHEMA> }),
    ...(choice && { choice }),
    values: values.map(({ length }) => length),
    valuesCrc: blocks.reduce((crc, block) => crc32(block, crc), 0),
  };
  const line = sealed(checkpoint);
  return [line, "\n".repeat(gapAfter(Buffer.byteLength(line))), ...blocks];
}

/** Bytes between a line and the numbers after it. */
function gapAfter(bytes: number): number {
  return -bytes & (NUMBER_BYTES - 1);
}

const NUMBER_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The state in a checkpoint of `run`, or why it has none. */
export function stateIn(content: Buffer, run: AnyRun, { trained, arithmetic }: Trained): RunState | string {
  const end = content.indexOf("\n");
  if (end < 0 || !isSealed(content.subarray(0, end))) return "it is damaged";
  const values = JSON.parse(content.toString("utf8", 0, end)) as { readonly schema?: unknown };
  if (values.schema !== CHECKPOINT_VERSION)
    return `another mmoe wrote it (schema ${String(values.schema)}, this one reads ${CHECKPOINT_VERSION})`;
  const { data } = CHECKPOINT_SCHEMA.safeParse(values);
  if (data === undefined) return "it is damaged";
  if (!belongTogether(data.trained, trained)) return `it is of another sweep (hash ${data.trained}, not ${trained})`;
  if (data.id !== run.id) return `it is of another run (${data.id})`;
  if (arithmetic !== undefined && data.arithmetic !== arithmetic)
    return `${data.arithmetic} trained it, not ${arithmetic}`;
  const numbers = numbersAfter(content, end + 1 + gapAfter(end + 1), data);
  if (numbers === undefined) return "it is damaged";
  const state = stateOf(data, numbers, run.model.tasks);
  return fits(state, run) ? state : "it does not fit its run";
}

/** The numbers of a file from `start` on; undefined if they are not those that its line tells of. */
function numbersAfter(
  content: Buffer,
  start: number,
  { values, valuesCrc }: z.output<typeof CHECKPOINT_SCHEMA>,
): Float32Array[] | undefined {
  const bytes = content.subarray(start);
  const count = values.reduce((sum, length) => sum + length, 0);
  if (bytes.length !== NUMBER_BYTES * count || crc32(bytes) !== valuesCrc) return undefined;
  let at = 0;
  return values.map((length) => {
    const from = at;
    at += NUMBER_BYTES * length;
    return float32In(bytes.subarray(from, at));
  });
}

function stateOf(data: z.output<typeof CHECKPOINT_SCHEMA>, values: readonly Float32Array[], K: number): RunState {
  const { step, reason, elapsedMs, powers, noBias, sums, learned, curve, diagnostics, choice } = data;
  return {
    step,
    elapsedMs,
    noBias,
    sums,
    powers: powers as unknown as RunState["powers"],
    ...(reason !== "" && { failure: reason }),
    ...(learned && { learned }),
    curve: {
      steps: curve.steps,
      train: byTask(curve.train, K),
      heldout: byTask(curve.heldout, K),
      ...(curve.validation && { validation: byTask(curve.validation.map(numberIn), K) }),
      ...(curve.batches && { batches: byTask(curve.batches, K) }),
    },
    ...(diagnostics && { diagnostics: diagnosticsIn(diagnostics) }),
    ...(choice && { choice: choice as StepChoice }),
    values: [...values],
  };
}

function byTask(losses: readonly number[], K: number): number[][] {
  return Array.from({ length: Math.ceil(losses.length / K) }, (_, i) => losses.slice(i * K, (i + 1) * K));
}

/** Whether a state is one of a run of these sizes. */
function fits(state: RunState, asked: AnyRun): boolean {
  const { step, sums, curve, failure, choice } = state;
  if ((choice === undefined) !== (asked.stopping === undefined)) return false;
  if (choice && step === 0) return state.values.length === 0 && curve.steps.length === 0;
  const run = choice ? runAt(asked, choice) : asked;
  const { model, training } = run;
  return (
    step > 0 &&
    step <= training.steps &&
    (isCode(model) ? state.values.length === 1 : fitsFamily(state, model, training)) &&
    sums.length === model.tasks &&
    isCurveTo(step, curve, run, failure !== undefined || run.until !== undefined) &&
    hasDiagnostics(state, run)
  );
}

/** A run with early stopping as it trains: in its try on its validation rows, or for the chosen number of steps. */
function runAt(run: AnyRun, { steps, evalEvery }: StepChoice): AnyRun {
  if (evalEvery === undefined) return { ...run, training: { ...run.training, steps } };
  const { diagnostics: _, stopping, ...tried } = run;
  const { validationRows: __, ...training } = run.training;
  return { ...tried, ...(stopping && { until: stopping }), training: { ...training, steps, evalEvery } };
}

function fitsFamily(
  { values, noBias, powers, learned = [] }: RunState,
  model: ModelSpec,
  training: AnyRun["training"],
): boolean {
  const blocks = valuesOf(training) + keptGradients(training, model.tasks);
  return (
    learned.length === learnedNumbers(training) * model.tasks &&
    values.length === blocks &&
    values.every(({ length }) => length === parameterCount(model)) &&
    noBias.length === blocks &&
    powers.length === 2
  );
}

/** Whether a curve has K losses at each evaluation up to `step`, or at the first of them if the run may have ended before. */
function isCurveTo(
  step: number,
  { steps, train, heldout, validation, batches }: Curve,
  { model, training }: AnyRun,
  mayHaveEnded: boolean,
): boolean {
  const due = evaluationSteps(training).filter((at) => at <= step);
  return (
    (mayHaveEnded ? steps.length <= due.length : steps.length === due.length) &&
    steps.every((at, i) => at === due[i]) &&
    (validation !== undefined) === isValidated({ training }) &&
    [train, heldout, validation ?? train, batches ?? train].every(
      (losses) => losses.flat().length === model.tasks * steps.length,
    )
  );
}

/** Whether a state has diagnostics at each of its curve's evaluations that has some, if its run asks for any. */
function hasDiagnostics({ curve, diagnostics = NONE }: RunState, run: AnyRun): boolean {
  const due = !isDiagnosed(run) ? [] : measuredSteps(run).filter((at) => curve.steps.includes(at));
  const { steps } = diagnostics;
  return steps.length === due.length && steps.every((at, i) => at === due[i]) && isAligned(diagnostics);
}

const NONE: Diagnostics = { steps: [], values: {} };

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return IS_LITTLE ? bytes : Buffer.from(bytes).swap32();
}

/** Of bytes that begin at a multiple of 4, these themselves. */
function float32In(bytes: Buffer): Float32Array {
  const own = IS_LITTLE && bytes.byteOffset % NUMBER_BYTES === 0 ? bytes : Buffer.from(bytes);
  if (!IS_LITTLE) own.swap32();
  return new Float32Array(own.buffer, own.byteOffset, own.length / NUMBER_BYTES);
}

const IS_LITTLE = endianness() === "LE";
