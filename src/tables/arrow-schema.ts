// What the schema of Arrow, which its writers put beside a Parquet file's own, says of columns that are plain numbers there.
import type { FileMetaData } from "hyparquet";
import { memo } from "../memo.ts";

/** Arrow's number of the type, and the slots of the fields that are read: of a message, its schema, and the schema's fields. */
const DURATION = 18;
const SLOTS = { header: 2, fields: 1, name: 0, type: 2 } as const;
/** Bytes before the message: a mark and its length. */
const HEAD = 8;

/** The names of columns that are durations. None of a schema that is not readable. */
export const durationsIn = memo((metadata: FileMetaData): ReadonlySet<string> => new Set(durations(metadata)));

function durations({ key_value_metadata: pairs = [] }: FileMetaData): string[] {
  const text = pairs.find(({ key }) => key === "ARROW:schema")?.value;
  if (text === undefined) return [];
  try {
    const fields = fieldsIn(Buffer.from(text, "base64"));
    return fields.flatMap(({ name, type }) => (type === DURATION ? name : []));
  } catch {
    return []; // read past its end
  }
}

/** Names and types of the columns, as FlatBuffers lays them out: places are relative to where they are written. */
function fieldsIn(bytes: Buffer): { name: string; type: number }[] {
  const follow = (at: number) => at + bytes.readUInt32LE(at);
  const slot = (table: number, n: number) => {
    const offsets = table - bytes.readInt32LE(table);
    return 4 + 2 * n < bytes.readUInt16LE(offsets) ? table + bytes.readUInt16LE(offsets + 4 + 2 * n) : Number.NaN;
  };
  const schema = follow(slot(follow(HEAD), SLOTS.header));
  const list = follow(slot(schema, SLOTS.fields));
  return Array.from({ length: bytes.readUInt32LE(list) }, (_, i) => {
    const field = follow(list + 4 + 4 * i);
    const name = follow(slot(field, SLOTS.name));
    const letters = bytes.subarray(name + 4, name + 4 + bytes.readUInt32LE(name));
    return { name: letters.toString("utf8"), type: bytes.readUInt8(slot(field, SLOTS.type)) };
  });
}
