// The records that the kernels read, but those of a step's instructions (../cpu/instructions.ts): their fields in the order of the structs of
// kernels/generator.h, kernels/table.h and ../cpu/kernels/records.h. With other fields, or types, than there, no run would train.

/** An `int32` is an address, too. */
type FieldType = "int32" | "float" | "double";

const BYTES: Readonly<Record<FieldType, number>> = { int32: 4, float: 4, double: 8 };

const RECORDS = {
  Generator: {
    vectors: "int32",
    sines: "int32",
    forms: "int32",
    D: "int32",
    m: "int32",
    K: "int32",
    noiseColumns: "int32",
  },
  LabelForm: { noiseStd: "double", mean: "double", inverseStd: "double", most: "float", binary: "int32" },
  CellCode: {
    at: "int32",
    kind: "int32",
    first: "int32",
    gap: "int32",
    slots: "int32",
    texts: "int32",
    mean: "double",
    std: "double",
    fill: "double",
  },
  Optimizer: {
    kind: "int32",
    moments: "int32",
    rate: "float",
    epsilon: "float",
    lr: "double",
    power1: "double",
    power2: "double",
    beta1: "double",
    beta2: "double",
    stabilizer: "double",
    decay: "double",
    decoupled: "double",
    vectorDecay: "double",
    kept: "double",
  },
  Clip: {
    store: "int32",
    order: "int32",
    count: "int32",
    rangeCount: "int32",
    ranges: "int32",
    tableCount: "int32",
    tables: "int32",
    unused: "int32",
    limit: "double",
  },
  TaskLoss: {
    kind: "int32",
    outputs: "int32",
    delta: "float",
    factor: "float",
    unit: "double",
    weight: "double",
    decay: "double",
    labelColumns: "int32",
    toWeight: "int32",
  },
  Method: {
    kind: "int32",
    step: "int32",
    key0: "int32",
    key1: "int32",
    first: "int32",
    block: "int32",
    kept: "int32",
    state: "int32",
    weights: "int32",
    scratch: "int32",
    alpha: "double",
    c: "double",
    rate: "double",
    decay: "double",
    sigma: "double",
    temperature: "double",
    mu: "double",
    window: "double",
    momentum: "double",
  },
  Slot: {
    code: "int32",
    weights: "int32",
    optimizer: "int32",
    losses: "int32",
    sums: "int32",
    tasks: "int32",
    method: "int32",
    rates: "int32",
    clip: "int32",
  },
  StepCode: {
    begin: "int32",
    middle: "int32",
    end: "int32",
    last: "int32",
    predictions: "int32",
    gradient: "int32",
    stride: "int32",
    K: "int32",
    panelRows: "int32",
    threads: "int32",
    terms: "int32",
    passes: "int32",
    spanCount: "int32",
    spans: "int32",
    kept: "int32",
  },
  Span: { isStrips: "int32", at: "int32", N: "int32", D: "int32", stride: "int32", owners: "int32" },
  Table: { w: "int32", size: "int32", slots: "int32" },
  Touched: { w: "int32", size: "int32", count: "int32", numbers: "int32", sums: "int32", places: "int32" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FieldType>>>>;

type RecordName = keyof typeof RECORDS;
type Field<Name extends RecordName> = keyof (typeof RECORDS)[Name];

type Values<Name extends RecordName> = Readonly<Record<Field<Name>, number>>;

/** The bytes of a record. */
export function record<Name extends RecordName>(name: Name, values: Values<Name>): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(recordSize(name)));
  for (const { field, type, at } of placesIn(name)) {
    const value = values[field as Field<Name>];
    if (type === "int32") view.setInt32(at, value, true);
    else if (type === "float") view.setFloat32(at, value, true);
    else view.setFloat64(at, value, true);
  }
  return new Uint8Array(view.buffer);
}

/** The bytes of several, one after the other. */
export function records<Name extends RecordName>(name: Name, all: readonly Values<Name>[]): Uint8Array {
  return Uint8Array.from(all.flatMap((values) => [...record(name, values)]));
}

/** Bytes from a record's address to a field. */
export function fieldAt<Name extends RecordName>(name: Name, field: Field<Name>): number {
  return placesIn(name).find((one) => one.field === field)?.at as number;
}

/** How many bytes a record has: a whole number of its widest field. */
export function recordSize(name: RecordName): number {
  const places = placesIn(name);
  const { at, type } = places.at(-1) as (typeof places)[number];
  return aligned(at + BYTES[type], Math.max(...places.map((place) => BYTES[place.type])));
}

/** Where C places each field: at a whole number of its own size. */
function placesIn(name: RecordName): { readonly field: string; readonly type: FieldType; readonly at: number }[] {
  let end = 0;
  return Object.entries(RECORDS[name] as Readonly<Record<string, FieldType>>).map(([field, type]) => {
    const at = aligned(end, BYTES[type]);
    end = at + BYTES[type];
    return { field, type, at };
  });
}

function aligned(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
