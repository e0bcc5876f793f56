import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { RunRecord } from "./record.ts";

/** What a line's beginning says: enough to know that a run need not be trained again. */
export type RecordHead = Pick<RunRecord, "id" | "status">;

/**
 * A record as one line of JSON. Its last key, `crc`, is the CRC-32 of all that stands before it: a line can be trusted
 * without being parsed, and one that a disk or an editor changed is found out.
 */
export function lineOf(record: RunRecord): string {
  const text = JSON.stringify(plain(record)).slice(0, -1);
  return `${text}${checkOf(Buffer.from(text))}\n`;
}

/** A record as JSON can write it: how it ended first, its curve last. */
export function plain({ id, status, curve, ...rest }: RunRecord): object {
  return { id, status, ...rest, curve: { ...curve, train: [...curve.train], heldout: [...curve.heldout] } };
}

/** A digest of everything that a run's computation gave: not of who computed it, nor how long that took. */
export function numbersOf(record: RunRecord): string {
  const { id, status, reason, curve, trainingSetLoss, labelCorrelation } = record;
  const numbers = [
    id,
    status,
    reason,
    curve.steps,
    ...curve.train,
    ...curve.heldout,
    trainingSetLoss,
    labelCorrelation,
  ];
  return createHash("sha256").update(JSON.stringify(numbers)).digest("base64");
}

/** The record of a line without its end; undefined for anything else. */
export function recordIn(line: Buffer): RunRecord | undefined {
  if (!isWhole(line)) return undefined;
  const { crc: _, curve, labelCorrelation, ...rest } = JSON.parse(line.toString());
  return {
    ...rest,
    labelCorrelation: labelCorrelation ?? Number.NaN, // JSON has no NaN: it writes null
    curve: {
      steps: shared(curve.steps),
      train: Float64Array.from(curve.train),
      heldout: Float64Array.from(curve.heldout),
    },
  };
}

let latest: readonly number[] = [];

/** The same array for all runs that were evaluated at the same steps: a sweep has many, and they are alike. */
function shared(steps: readonly number[]): readonly number[] {
  const same = steps.length === latest.length && steps.every((step, i) => step === latest[i]);
  if (!same) latest = steps;
  return latest;
}

/** The head of a line without its end, in a hundredth of the time of `recordIn`; undefined where that is. */
export function headIn(line: Buffer): RecordHead | undefined {
  if (!isWhole(line)) return undefined;
  const [, id, status] = HEAD.exec(line.toString("utf8", 0, HEAD_BYTES)) ?? [];
  return id === undefined ? undefined : { id: JSON.parse(id), status: status as RecordHead["status"] };
}

/** A record but for its curve, in a tenth of the time of `recordIn`; undefined where that is. */
export function summaryIn(line: Buffer): Omit<RunRecord, "curve"> | undefined {
  return isWhole(line) ? JSON.parse(`${line.toString("utf8", 0, line.indexOf(CURVE))}}`) : undefined;
}

const CURVE = ',"curve":';
const HEAD = /^\{"id":("(?:[^"\\]|\\.)*"),"status":"(done|failed)"/;
const HEAD_BYTES = 1024;
const CHECK_BYTES = checkOf(Buffer.of()).length;

function isWhole(line: Buffer): boolean {
  const end = line.length - CHECK_BYTES;
  return end > 0 && line.toString("latin1", end) === checkOf(line.subarray(0, end));
}

function checkOf(text: Buffer): string {
  return `,"crc":"${crc32(text).toString(16).padStart(8, "0")}"}`;
}
