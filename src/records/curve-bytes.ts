// The curve of a journal's line, read from its bytes: it is nearly all of the line, and has hundreds of numbers.
import { isMeasurement } from "./fields.ts";
import type { RecordedCurve } from "./record.ts";

/** The key of a curve in a line. */
export const CURVE = ',"curve":';

/** A curve, and where its value is in the line. Its losses are overwritten by the next call: many arrays take long to free. */
interface PlacedCurve {
  readonly curve: RecordedCurve;
  readonly from: number;
  readonly to: number;
}

/**
 * The curve of a line as `lineOf` writes it, its numbers as `JSON.parse` reads them; undefined for a line that is written in
 * another way, which may be a record too.
 */
export function placedCurve(line: Buffer): PlacedCurve | undefined {
  const key = line.indexOf(STEPS);
  const steps = key === -1 ? undefined : stepsIn(line, key + STEPS.length);
  if (steps === undefined) return undefined;
  const train = listAt(line, steps.to, TRAIN, scratch.train);
  if (train === undefined) return undefined;
  const heldout = listAt(line, train.to, HELDOUT, scratch.heldout);
  if (heldout === undefined) return undefined;
  const validation = listAt(line, heldout.to, VALIDATION, scratch.validation);
  const batches = listAt(line, (validation ?? heldout).to, BATCHES, scratch.batches);
  const { to } = batches ?? validation ?? heldout;
  if (line[to] !== BRACE) return undefined;
  const curve = {
    steps: steps.values,
    train: train.values,
    heldout: heldout.values,
    ...(validation && { validation: validation.values }),
    ...(batches && { batches: batches.values }),
  };
  return { curve, from: key + CURVE.length, to: to + 1 };
}

const STEPS = `${CURVE}{"steps":[`;
const TRAIN = Buffer.from(',"train":[');
const HELDOUT = Buffer.from(',"heldout":[');
const VALIDATION = Buffer.from(',"validation":[');
const BATCHES = Buffer.from(',"batches":[');
const [ZERO, NINE, POINT, MINUS] = [0x30, 0x39, 0x2e, 0x2d];
const [COMMA, BRACKET, BRACE] = [0x2c, 0x5d, 0x7d];

/** A list of numbers, and where the line goes on after it. */
interface PlacedList<T> {
  readonly values: T;
  readonly to: number;
}

/** The steps that were read last: most curves of a sweep have the same, and share one array. */
let latest: { readonly text: Buffer; readonly steps: readonly number[] } = { text: Buffer.from("]"), steps: [] };

function stepsIn(line: Buffer, from: number): PlacedList<readonly number[]> | undefined {
  if (!startsAt(line, from, latest.text)) {
    const list = numbersAt(line, from, scratch.train);
    if (list === undefined) return undefined;
    latest = { text: Buffer.from(line.subarray(from, list.to)), steps: [...list.values] };
  }
  return { values: latest.steps, to: from + latest.text.length };
}

function startsAt(line: Buffer, from: number, text: Buffer): boolean {
  return text.compare(line, from, Math.min(from + text.length, line.length)) === 0;
}

function listAt(line: Buffer, from: number, key: Buffer, into: Numbers): PlacedList<Float64Array> | undefined {
  return startsAt(line, from, key) ? numbersAt(line, from + key.length, into) : undefined;
}

/** Memory for the numbers of a list, which grows. */
interface Numbers {
  values: Float64Array;
}

const scratch = {
  train: { values: new Float64Array(512) },
  heldout: { values: new Float64Array(512) },
  validation: { values: new Float64Array(0) },
  batches: { values: new Float64Array(0) },
};

/** The numbers up to a closing bracket; undefined if there is anything else. */
function numbersAt(line: Buffer, from: number, into: Numbers): PlacedList<Float64Array> | undefined {
  let { values } = into;
  if (line[from] === BRACKET) return { values: values.subarray(0, 0), to: from + 1 };
  for (let [at, count] = [from, 0]; ; at = end + 1) {
    const value = numberAt(line, at);
    if (Number.isNaN(value)) return undefined;
    if (count === values.length) values = grow(into);
    values[count++] = value;
    if (line[end] === BRACKET) return { values: values.subarray(0, count), to: end + 1 };
  }
}

function grow(numbers: Numbers): Float64Array {
  const { values } = numbers;
  numbers.values = new Float64Array(2 * values.length + 1);
  numbers.values.set(values);
  return numbers.values;
}

/** Where the latest number ends. */
let end = 0;

/** Up to this many digits, the whole number of the digits, divided once by a power of ten, rounds as the number does. */
const MOST_DIGITS = 15;
const POWERS = Float64Array.from({ length: MOST_DIGITS + 1 }, (_, i) => 10 ** i);

/** The number from `from` to a comma or closing bracket, whose place is `end` then; NaN for anything else. */
function numberAt(line: Buffer, from: number): number {
  const first = line[from] === MINUS ? from + 1 : from;
  let at = first;
  let digits = 0;
  for (let byte = line[at]; isDigit(byte); byte = line[++at]) digits = 10 * digits + (byte - ZERO);
  const whole = at - first;
  let decimals = 0;
  if (line[at] === POINT) {
    let byte = line[++at];
    for (; isDigit(byte); byte = line[++at]) digits = 10 * digits + (byte - ZERO);
    decimals = at - first - whole - 1;
    if (decimals === 0) return Number.NaN;
  }
  if (!isEnd(line[at]) || whole + decimals > MOST_DIGITS) return unusualAt(line, from);
  if (whole === 0 || (whole > 1 && line[first] === ZERO)) return Number.NaN;
  end = at;
  const value = digits / POWERS[decimals];
  return first === from ? value : -value;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isEnd(byte: number | undefined): boolean {
  return byte === COMMA || byte === BRACKET;
}

/** The same for a number with an exponent or many digits. */
function unusualAt(line: Buffer, from: number): number {
  end = from;
  while (end < line.length && !isEnd(line[end])) end++;
  try {
    const value: unknown = JSON.parse(line.toString("latin1", from, end));
    return end < line.length && isMeasurement(value) ? value : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
