import type { Readable } from "node:stream";

const NEWLINE = 10;

/**
 * Calls `take` with each line that comes out of a stream. A line of more than `most` bytes is cut there, and taken at once: what
 * is behind is never kept, however long it is. A last line without an end counts.
 */
export function readLines(stream: Readable, most: number, take: (line: string, isCut: boolean) => void): void {
  let parts: Buffer[] = [];
  let length = 0;
  const told = (isCut: boolean) => {
    const line = Buffer.concat(parts).toString("utf8");
    parts = [];
    take(line.endsWith("\r") ? line.slice(0, -1) : line, isCut);
  };
  const add = (part: Buffer) => {
    const before = length;
    length += part.length;
    if (before > most) return;
    parts.push(part.subarray(0, most - before));
    if (length > most) told(true);
  };
  const end = () => {
    if (length <= most) told(false);
    length = 0;
  };
  stream.on("data", (chunk: Buffer) => {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      end();
      from = at + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  });
  stream.on("end", () => length > 0 && end());
  stream.on("error", () => {}); // of a process that has ended
}
