import { z } from "zod";
import type { Provenance } from "./provenance.ts";

/** What readers go into, or reckon with; the rest is only shown. */
const PROVENANCE_SCHEMA = z.looseObject({
  mmoe: z.looseObject({ version: z.string() }),
  dependencies: z.record(z.string(), z.string()),
  engine: z.string(),
  device: z.string(),
  host: z.string(),
  pid: z.int(),
  cores: z.int().positive(),
  argv: z.array(z.string()),
  start: z.iso.datetime(),
  end: z.iso.datetime().nullable(),
  shard: z.object({ index: z.int(), count: z.int() }).nullish(),
});

/** The provenance that a file's text says. Throws an error where it says none. */
export function provenanceIn(text: string): Provenance {
  return PROVENANCE_SCHEMA.parse(JSON.parse(text)) as unknown as Provenance;
}
