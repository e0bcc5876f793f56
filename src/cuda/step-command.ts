import { UsageError } from "../errors.ts";
import type { CommandOptions, Machine } from "./machine.ts";
import type { StepContext } from "./steps.ts";

/** Runs a command of a step. If it fails, throws UsageError with the error that it printed, or its last line. */
export async function stepCommand(
  machine: Machine,
  name: string,
  args: readonly string[],
  { onLine, signal, lock }: StepContext,
  options: CommandOptions = {},
): Promise<void> {
  const { code, lines } = await machine.run(name, args, { ...options, signal, onLine, inherits: lock });
  if (code === 0) return;
  const said = lines.find((line) => /\berror\b/i.test(line)) ?? lines.at(-1) ?? `exit code ${code}`;
  throw new UsageError(`${name}: ${said.trim()}; the same command resumes from here`);
}
