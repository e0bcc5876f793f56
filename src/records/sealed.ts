import { crc32 } from "node:zlib";

/**
 * An object as one line of JSON. Its last key, `crc`, is the CRC-32 of everything before it: a line can be trusted
 * without being parsed, and a line that a disk or an editor changed is detected.
 */
export function sealed(value: object): string {
  return [...sealedParts(value)].join("");
}

/** The same line in parts, of which only the last ends it: a run's curve may be long. */
export function* sealedParts(value: object): Generator<string> {
  let [text, crc] = ["", 0];
  for (const piece of membersOf(value)) {
    text += piece;
    if (text.length < PART) continue;
    yield text;
    [text, crc] = ["", crc32(text, crc)];
  }
  yield `${text}${checkOf(crc32(text, crc))}\n`;
}

/** Characters of a part, and numbers of a list that become text at once. */
const [PART, AT_ONCE] = [2 ** 20, 20_000];

/** The JSON of an object without the bracket at its end. */
function* membersOf(value: object): Generator<string> {
  let before = "{";
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield `${before}${JSON.stringify(key)}:`;
    yield* jsonOf(member);
    before = ",";
  }
  if (before === "{") yield before;
}

function* jsonOf(value: unknown): Generator<string> {
  if (Array.isArray(value) && value.length > AT_ONCE) {
    for (let at = 0; at < value.length; at += AT_ONCE)
      yield `${at === 0 ? "[" : ","}${JSON.stringify(value.slice(at, at + AT_ONCE)).slice(1, -1)}`;
    yield "]";
  } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    yield* membersOf(value);
    yield "}";
  } else yield JSON.stringify(value);
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
export const CHECK_BYTES = checkOf(0).length;
