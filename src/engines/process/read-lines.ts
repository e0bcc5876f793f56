import type { Readable } from "node:stream";

const NEWLINE = 10;

/**
 * Calls `take` with each line that comes out of a stream, cut where it has more than `most` bytes: what is behind is never
 * kept, however long the line is. A last line without an end counts.
 */
export function readLines(stream: Readable, most: number, take: (line: string, isCut: boolean) => void): void {
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer) => {
    if (length < most) parts.push(part.subarray(0, most - length));
    length += part.length;
  };
  const end = () => {
    const line = Buffer.concat(parts).toString("utf8");
    const isCut = length > most;
    parts = [];
    length = 0;
    take(line.endsWith("\r") ? line.slice(0, -1) : line, isCut);
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
