/** TensorFlow's numbers of the types that a graph here may hold (types.proto). */
export const DTYPE = { float32: 1, int32: 3, bool: 10, resource: 20 } as const;

/** Type and shape of a tensor; `null` is a size that may differ from call to call. */
export interface TensorSpec {
  readonly shape: readonly (number | null)[];
  readonly dtype: "float32" | "int32" | "bool";
}

/** The same inside a graph. */
export interface ValueType {
  readonly shape: readonly (number | null)[];
  readonly dtype: number;
}

export function valueType({ shape, dtype }: TensorSpec): ValueType {
  return { shape, dtype: DTYPE[dtype] };
}
