import { CHECKPOINT_SCHEMA, CHECKPOINT_VERSION } from "../../src/records/checkpoint.ts";
import { EVENT_SCHEMA, EVENTS_VERSION } from "../../src/records/events.ts";
import { HEADER_SCHEMA, JOURNAL_SCHEMA, LINE_SCHEMA } from "../../src/records/fields.ts";
import { PROGRESS_SCHEMA, PROGRESS_VERSION } from "../../src/records/progress-file.ts";
import { jsonOf, jsonSchemas } from "./json-schemas.ts";
import { type Json, keyTable } from "./made-tables.ts";

/** The part of docs/files.md about files and lines in JSON: their keys, from the schemas that check them. */
export function formatSections(): string[] {
  return [BEFORE, journalSection(), PACKED, checkpointSection(), progressSection(), eventsSection()];
}

const BEFORE = `## Formats in JSON

For programs that read journals, checkpoints, progress files or events. The journal is at version ${JOURNAL_SCHEMA}, checkpoints at ${CHECKPOINT_VERSION}, progress files at ${PROGRESS_VERSION} and events at ${EVENTS_VERSION}. A version changes when the meaning of something changes, but not when a key is added.

JSON Schemas: ${Object.keys(jsonSchemas())
  .map((file) => `[${file}](../schemas/${file})`)
  .join(", ")}.`;

function journalSection(): string {
  return [
    "### Journal",
    "The format is JSON lines. If the last line has no line break, a crash cut it off; mmoe ignores it and trains its run again.",
    "The first line:",
    keyTable(jsonOf(HEADER_SCHEMA)),
    "Every other line is a run. The keys of `measures` are the measured columns of [`runs.csv`](#runscsv). Columns for several tasks, pairs or experts are one key with a list.",
    keyTable(withoutMeasures(jsonOf(LINE_SCHEMA))),
  ].join("\n\n");
}

const PACKED = `### Packed journal

The journals of \`results/\` are packed (\`journal/*.jsonl.packed\`), which takes two thirds of gzip's room. Unpacked, they are what their processes wrote, byte by byte: mmoe unpacks them when it reads them. The file is a stream of brotli. In it are:

1. the length of the text in bytes, as an unsigned 32-bit integer, little-endian
2. the text of the journal, where a byte of value 0 takes the place of each packed number
3. five bytes of each packed number: first the lowest bytes of all numbers, in the order of the text, last the highest bytes

The five bytes are an unsigned integer u. If u is even, u / 2 is added to the integer of the number two before; if it is odd, (u + 1) / 2 is subtracted from it. The integers before the first number are 0. The integer n of a number has its power of ten, p = floor(n / 900000000), and its nine digits, n - 900000000 p + 100000000. The number is digits x 10^(p - 8), written without zeros at its end.

\`gzip\` also packs a journal whose process has ended: mmoe reads \`journal/*.jsonl.gz\`.`;

/** A line without the keys of its measures, which the table of `runs.csv` has. */
function withoutMeasures({ properties = {}, ...rest }: Json): Json {
  const { properties: _, ...measures } = properties.measures ?? {};
  return { ...rest, properties: { ...properties, measures } };
}

function checkpointSection(): string {
  return [
    "### Checkpoints",
    "Each run in flight has one file, named after the run with `_` instead of `/`. The file is one line of JSON, then the parameters and what the optimizer keeps of them, and is always replaced as a whole. It holds the state of the run in an order that does not depend on kernels or threads. mmoe ignores a file that is damaged or belongs to another sweep, and starts its run over. You can delete checkpoints safely: their runs then start over.",
    keyTable(jsonOf(CHECKPOINT_SCHEMA)),
  ].join("\n\n");
}

function progressSection(): string {
  return [
    "### Progress",
    "Each training process writes this file beside its journal, for `mmoe status` to read. The file is removed when the process ends.",
    keyTable(jsonOf(PROGRESS_SCHEMA)),
  ].join("\n\n");
}

function eventsSection(): string {
  const events = (jsonOf(EVENT_SCHEMA) as { oneOf: Json[] }).oneOf;
  const tables = events.flatMap((event) => {
    const { event: name, ...rest } = event.properties ?? {};
    if (name?.const === "run") return ["`run`: a run ended. Its keys are those of a journal line, without `crc`."];
    return [`\`${name?.const}\`:`, keyTable({ properties: rest })];
  });
  return [
    "### Events",
    "`mmoe sweep --json` writes one line of JSON to stdout per event. The key `event` names the event.",
    ...tables,
  ].join("\n\n");
}
