import { z } from "zod";
import type { Provenance } from "./provenance.ts";

/** The fields that readers use or compute with; the rest is only shown. */
const PROVENANCE_SCHEMA = z.looseObject({
  mmoe: z.looseObject({ version: z.string() }),
  dependencies: z.record(z.string(), z.string()),
  engine: z.string(),
  device: z.string(),
  beside: z.object({ name: z.string(), device: z.string() }).optional(),
  host: z.string(),
  pid: z.int(),
  cores: z.int().positive(),
  argv: z.array(z.string()),
  start: z.iso.datetime(),
  end: z.iso.datetime().nullable(),
  shard: z.object({ index: z.int(), count: z.int() }).nullish(),
});

/** The provenance in a file's text. Throws an error if there is none. */
export function provenanceIn(text: string): Provenance {
  return PROVENANCE_SCHEMA.parse(JSON.parse(text)) as unknown as Provenance;
}
