import { crc32 } from "node:zlib";

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
