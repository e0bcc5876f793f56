/** An engine and the device that it computed on, as records and provenance name them. */
interface Trainer {
  readonly engine: string;
  readonly device: string;
}

/** Devices of the tfjs engine on which a run has the same bits whatever is trained beside it. */
const EXACT_BACKENDS = ["wasm", "cpu"];

/**
 * Names an arithmetic: trainers of one name give the same run the same numbers. All kernel sets of the cpu engine are
 * one arithmetic. The numbers of other engines depend on the device.
 */
export function arithmeticOf({ engine, device }: Trainer): string {
  return engine === "cpu" ? engine : `${engine} (${device})`;
}

/** Whether a run has the same bits each time that it is trained there, so that numbers can be compared exactly. */
export function isExact({ engine, device }: Trainer): boolean {
  return engine === "cpu" || EXACT_BACKENDS.includes(device);
}
