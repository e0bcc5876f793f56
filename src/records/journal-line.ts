import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { z } from "zod";
import type { Diagnostics } from "../engines/engine.ts";
import { NO_CHOICE } from "../identity/cell.ts";
import { type DIAGNOSTICS_SCHEMA, LINE_SCHEMA, type RECORD_SCHEMA } from "./fields.ts";
import { type Measures, tasksOfPairs } from "./measure-values.ts";
import { type RecordedCurve, type RunRecord, tasksOf } from "./record.ts";

/** The beginning of a line: enough to know that a run need not be trained again. */
export type RecordHead = Pick<RunRecord, "id" | "status">;

/** A record as one line of JSON with a checksum. */
export function lineOf(record: RunRecord): string {
  return sealed(plain(record));
}

/** A record as a JSON value: how it ended comes first, its curves last. With two tasks it has one label correlation. */
export function plain(record: RunRecord): z.input<typeof RECORD_SCHEMA> {
  const { id, status, point, curve, measures, diagnostics, ...others } = record;
  const { labelCorrelations, parameters, elapsedMs, engine, device, ...rest } = others;
  const { trainingSetLoss } = rest;
  return {
    id,
    status,
    ...(Object.keys(point).length > 0 && { point: { ...point } }),
    ...rest,
    trainingSetLoss: trainingSetLoss && [...trainingSetLoss],
    ...(labelCorrelations.length === 1
      ? { labelCorrelation: labelCorrelations[0] }
      : { labelCorrelations: [...labelCorrelations] }),
    parameters,
    elapsedMs,
    engine,
    device,
    ...(measures && { measures: measures as Record<string, number | number[]> }),
    curve: plainCurve(curve),
    ...(diagnostics && { diagnostics: diagnostics as z.input<typeof DIAGNOSTICS_SCHEMA> }),
  };
}

function plainCurve(curve: RecordedCurve): z.input<typeof RECORD_SCHEMA>["curve"] {
  const { steps, train, heldout, validation, batches } = curve;
  return {
    steps: [...steps],
    train: [...train],
    heldout: [...heldout],
    ...(validation && { validation: [...validation] }),
    ...(batches && { batches: [...batches] }),
  };
}

/** The results of a run's computation, without who computed it and how long that took. */
export interface RunNumbers {
  /** A digest of all but the measures. */
  readonly digest: string;
  /** With the diagnostics, by the names of their quantities and the step. */
  readonly measures: Measures;
}

export function numbersOf(record: RunRecord): RunNumbers {
  const { id, status, reason, curve, trainingSetLoss, labelCorrelations, diagnostics } = record;
  const measures = { ...record.measures, ...valuesByStep(diagnostics) };
  const losses = [...curve.train, ...curve.heldout, ...(curve.validation ?? []), trainingSetLoss];
  const numbers = [id, status, reason, curve.steps, ...losses, ...labelCorrelations];
  return { digest: createHash("sha256").update(JSON.stringify(numbers)).digest("base64"), measures };
}

function valuesByStep({ steps, values }: Diagnostics = { steps: [], values: {} }): Measures {
  const entries = Object.entries(values).flatMap(([name, curve]) =>
    steps.map((step, i) => [`${name} at ${step}`, curve[i]] as const),
  );
  return Object.fromEntries(entries);
}

/** Whether all numbers are the same that both have: an older mmoe may have recorded fewer measures, at fewer steps. */
export function sameNumbers(a: RunNumbers, b: RunNumbers): boolean {
  const both = Object.keys(a.measures).filter((name) => Object.hasOwn(b.measures, name));
  const text = ({ measures }: RunNumbers) => JSON.stringify(both.map((name) => measures[name]));
  return a.digest === b.digest && text(a) === text(b);
}

/** The record of a line without its end; undefined for anything else. */
export function recordIn(line: Buffer): RunRecord | undefined {
  if (!isSealed(line)) return undefined;
  const { data } = LINE_SCHEMA.safeParse(objectIn(line.toString()));
  const record = data && recordWith(data);
  return record && isConsistent(record) ? record : undefined;
}

function curveIn({ steps, train, heldout, validation, batches }: Line["curve"]): RecordedCurve {
  return {
    steps: shared(steps),
    train: new Float64Array(train),
    heldout: new Float64Array(heldout),
    ...(validation && { validation: Float64Array.from(validation, numberIn) }),
    ...(batches && { batches: new Float64Array(batches) }),
  };
}

let latest: readonly number[] = [];

/** Most curves of a sweep have the same steps, in one array. */
function shared(steps: readonly number[]): readonly number[] {
  const isSame = steps.length === latest.length && steps.every((step, i) => step === latest[i]);
  if (!isSame) latest = steps;
  return latest;
}

type Line = z.output<typeof LINE_SCHEMA>;

/** Field by field: made of the rest of another object, 100,000 records take 0.7 s and 70 MB more to read. */
function recordWith(data: Line): RunRecord {
  const { labelCorrelation, labelCorrelations, measures, diagnostics } = data;
  return {
    id: data.id,
    status: data.status,
    model: data.model,
    correlation: data.correlation,
    point: data.point ?? NO_CHOICE,
    run: data.run,
    seed: data.seed,
    lr: data.lr,
    steps: data.steps,
    batch: data.batch,
    reason: data.reason,
    trainingSetLoss: data.trainingSetLoss,
    labelCorrelations: (labelCorrelations ?? [labelCorrelation ?? null]).map(numberIn),
    parameters: data.parameters,
    elapsedMs: data.elapsedMs,
    engine: data.engine,
    device: data.device,
    curve: curveIn(data.curve),
    ...(measures && { measures: measuresIn(measures) }),
    ...(diagnostics && { diagnostics: diagnosticsIn(diagnostics) }),
  };
}

/** The object that a text is as JSON; undefined for anything else. */
export function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** JSON has no NaN: it writes null. */
export function numberIn(value: number | null): number {
  return value ?? Number.NaN;
}

function measuresIn(measures: Readonly<Record<string, unknown>>): Measures {
  const given = Object.entries(measures as Record<string, number | null | (number | null)[]>);
  return Object.fromEntries(
    given.map(([name, value]) => [name, Array.isArray(value) ? value.map(numberIn) : numberIn(value)]),
  );
}

/** Diagnostics of JSON. */
export function diagnosticsIn({ steps, values }: z.output<typeof DIAGNOSTICS_SCHEMA>): Diagnostics {
  return { steps, values: Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.map(numberIn)])) };
}

/** Whether a record has K losses wherever it has some, and ends with some if its run is done. */
function isConsistent(record: RunRecord): boolean {
  const { status, curve, trainingSetLoss, labelCorrelations, diagnostics } = record;
  const K = tasksOf(record);
  const losses = K * curve.steps.length;
  return (
    Number.isInteger(tasksOfPairs(labelCorrelations.length)) &&
    curve.train.length === losses &&
    curve.heldout.length === losses &&
    [curve.validation, curve.batches].every((list) => list === undefined || list.length === losses) &&
    (trainingSetLoss === null || trainingSetLoss.length === K) &&
    (diagnostics === undefined || isAligned(diagnostics)) &&
    (status === "failed" || losses > 0)
  );
}

/** Whether each quantity has a value, or NaN, at each step. */
export function isAligned({ steps, values }: Diagnostics): boolean {
  return Object.values(values).every(({ length }) => length === steps.length);
}

/** The head of a line without its end, in a fraction of the time of `recordIn`; undefined if that is. */
export function headIn(line: Buffer): RecordHead | undefined {
  if (!isSealed(line)) return undefined;
  const [, id, status] = HEAD.exec(line.toString("utf8", 0, HEAD_BYTES)) ?? [];
  return id === undefined ? undefined : { id: JSON.parse(id), status: status as RecordHead["status"] };
}

/** The milliseconds that a line's run took, in a tenth of the time of `recordIn`; undefined if it has none. */
export function elapsedMsIn(line: Buffer): number | undefined {
  if (!isSealed(line)) return undefined;
  const elapsedMs = objectIn(`${line.toString("utf8", 0, line.indexOf(CURVE))}}`)?.elapsedMs;
  return typeof elapsedMs === "number" ? elapsedMs : undefined;
}

/** The key of the curve, which is nearly all of a line. */
const CURVE = ',"curve":';

const HEAD = /^\{"id":("(?:[^"\\]|\\.)*"),"status":"(done|failed)"/;
const HEAD_BYTES = 1024;

/**
 * An object as one line of JSON. Its last key, `crc`, is the CRC-32 of everything before it: a line can be trusted
 * without being parsed, and a line that a disk or an editor changed is detected.
 */
export function sealed(value: object): string {
  const text = JSON.stringify(value).slice(0, -1);
  return `${text}${checkOf(crc32(text))}\n`;
}

/** Whether a line, without its end, is as it was written. */
export function isSealed(line: Buffer): boolean {
  const end = line.length - CHECK_BYTES;
  return end > 0 && line.toString("latin1", end) === checkOf(crc32(line.subarray(0, end)));
}

function checkOf(crc: number): string {
  return `,"crc":"${crc.toString(16).padStart(8, "0")}"}`;
}

/** Bytes of the last key. */
const CHECK_BYTES = checkOf(0).length;
