import { visibleCards } from "../../cuda/cards.ts";
import type { Env } from "../../cuda/home.ts";
import { unreachable } from "../../errors.ts";
import type { Memory } from "./memory.ts";
import type { Backend, Tf } from "./tf.ts";

/** The device of TensorFlow without a card. */
export const TENSORFLOW_CPU = "tensorflow cpu";

/** The device that really computes. */
interface Device {
  /** `wasm`, `cpu`, `tensorflow cpu`, or the card's name. */
  readonly name: string;
  readonly libraries?: Readonly<Record<string, string>>;
  /** Free memory, if a group's size depends on it. */
  readonly memory?: Memory;
}

/** Free memory that is assumed for a card whose driver does not say. */
const UNKNOWN_CARD_BYTES = 4e9;

/** Calls `note` if the memory of a card is guessed. */
export async function deviceOf(
  tf: Tf,
  backend: Backend,
  note: (line: string) => void = () => {},
  env: Env = process.env,
): Promise<Device> {
  switch (backend) {
    case "wasm":
    case "cpu":
      return { name: backend };
    case "tensorflow":
      return tensorflowDevice(tf, note, env);
    default:
      return unreachable(backend);
  }
}

async function tensorflowDevice(tf: Tf, note: (line: string) => void, env: Env): Promise<Device> {
  const host = process.availableMemory();
  const { binding } = nativeBackend(tf);
  const libraries = { tensorflow: binding.TF_Version };
  if (!isOnCard(tf)) return { name: TENSORFLOW_CPU, libraries, memory: { host } };
  const [card] = await visibleCards(env);
  const memory = { host, card: card?.freeBytes || UNKNOWN_CARD_BYTES };
  if (!card?.freeBytes) note("nvidia-smi does not say how much memory of the card is free; 4 GB are assumed");
  return { name: card?.name ?? "NVIDIA GPU", libraries, memory };
}

interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/** The binding is an optional package, so its types are not available. */
function nativeBackend(tf: Tf): NativeBackend {
  return tf.backend() as unknown as NativeBackend;
}

/** Whether TensorFlow's own backend says that it computes on a card. */
export function isOnCard(tf: Tf): boolean {
  return nativeBackend(tf).isUsingGpuDevice;
}
