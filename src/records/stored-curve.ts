import { closeSync, openSync, readSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { reading } from "../files.ts";
import { groupBy } from "../stats/group-by.ts";
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
  readonly place: LinePlace;
  readonly #lists: { readonly validation: boolean; readonly batches: boolean };

  constructor(record: RunRecord, place: LinePlace) {
    this.steps = record.curve.steps;
    this.ends = endsOf(record.curve);
    this.place = place;
    const { validation, batches } = record.curve;
    this.#lists = { validation: validation !== undefined, batches: batches !== undefined };
  }

  get train(): Float64Array {
    return this.#read().train;
  }

  get heldout(): Float64Array {
    return this.#read().heldout;
  }

  get batches(): Float64Array | undefined {
    return this.#lists.batches ? this.#read().batches : undefined;
  }

  get validation(): Float64Array | undefined {
    return this.#lists.validation ? this.#read().validation : undefined;
  }

  #read(): RecordedCurve {
    if (latest?.of !== this) {
      const [curve] = curvesAt([this.place]);
      latest = { of: this, curve };
    }
    return latest.curve;
  }
}

/** A record whose curve stays in its journal: only what tables show of it is kept. */
export function withStoredCurve(record: RunRecord, place: LinePlace): RunRecord {
  return { ...record, curve: new StoredCurve(record, place) };
}

/**
 * The curves of many records, each with its record's index, read in less time than one by one: first those in memory, then each journal's from its start to
 * its end.
 */
export function* allCurves(
  records: readonly RunRecord[],
): Generator<{ readonly index: number; readonly curve: RecordedCurve }> {
  const stored: { readonly index: number; readonly place: LinePlace }[] = [];
  for (const [index, { curve }] of records.entries()) {
    if (curve instanceof StoredCurve) stored.push({ index, place: curve.place });
    else yield { index, curve };
  }
  for (const own of groupBy(stored, ({ place }) => place.path).values()) {
    own.sort((a, b) => a.place.offset - b.place.offset);
    let next = 0;
    for (const curve of curvesAt(own.map(({ place }) => place))) yield { index: own[next++].index, curve };
  }
}

/** The curves in some lines of one journal. */
function* curvesAt(places: readonly LinePlace[]): Generator<RecordedCurve> {
  const { path } = places[0];
  const buffer = Buffer.allocUnsafe(places.reduce((most, { bytes }) => Math.max(most, bytes), 0));
  const file = reading(path, () => openSync(path, "r"));
  try {
    for (const { offset, bytes } of places) {
      const length = reading(path, () => readSync(file, buffer, 0, bytes, offset));
      const curve = length === bytes ? recordIn(buffer.subarray(0, bytes))?.curve : undefined;
      if (curve === undefined) throw new UsageError(`${path}: changed while it was read; give the same command again`);
      yield curve;
    }
  } finally {
    closeSync(file);
  }
}
