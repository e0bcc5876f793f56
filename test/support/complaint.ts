import { UsageError } from "../../src/errors.ts";

/** What a call says as it refuses its input. Throws where nothing, or something else, is thrown. */
export function complaint(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}
