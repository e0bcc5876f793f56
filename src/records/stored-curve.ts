import { closeSync, openSync, readSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { reading } from "../regular-file.ts";
import { recordIn } from "./journal-line.ts";
import { type CurveEnds, endsOf, type RecordedCurve, type RunRecord } from "./record.ts";

/** Where a record's line is in its journal, without its end. */
export interface LinePlace {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Losses of the curve that was read last: a caller asks for both. */
let latest: { readonly of: StoredCurve; readonly curve: RecordedCurve } | undefined;

/** A curve that is read from its journal each time it is asked for: all curves of a large sweep do not fit into memory. */
class StoredCurve implements RecordedCurve {
  readonly steps: readonly number[];
  readonly ends: CurveEnds;
  readonly #place: LinePlace;

  constructor(record: RunRecord, place: LinePlace) {
    this.steps = record.curve.steps;
    this.ends = endsOf(record.curve);
    this.#place = place;
  }

  get train(): Float64Array {
    return this.#read().train;
  }

  get heldout(): Float64Array {
    return this.#read().heldout;
  }

  #read(): RecordedCurve {
    if (latest?.of !== this) latest = { of: this, curve: curveAt(this.#place) };
    return latest.curve;
  }
}

/** The same record, whose curve stays in its journal: only what tables show of it is kept. */
export function withStoredCurve(record: RunRecord, place: LinePlace): RunRecord {
  return { ...record, curve: new StoredCurve(record, place) };
}

function curveAt({ path, offset, bytes }: LinePlace): RecordedCurve {
  const line = Buffer.allocUnsafe(bytes);
  const length = reading(path, () => {
    const file = openSync(path, "r");
    try {
      return readSync(file, line, 0, bytes, offset);
    } finally {
      closeSync(file);
    }
  });
  const record = length === bytes ? recordIn(line) : undefined;
  if (record === undefined) throw new UsageError(`${path}: changed while it was read; give the same command again`);
  return record.curve;
}
