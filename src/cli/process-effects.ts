import { fstatSync } from "node:fs";
import { writeAll } from "../files.ts";
import { systemReason } from "../system-errors.ts";
import { type Effects, EXIT, type Output } from "./command.ts";

/**
 * The process as a command sees it. What happens to its output never changes what the command does: a sweep trains on
 * when a reader leaves. `exitCodeAfter` returns the code of the command. If it ended well, it returns 141 if the reader of
 * stdout left, as a shell says of `mmoe data ... | head`, and 2, with a line on stderr, if stdout could not be written.
 */
export function effectsOf(process: NodeJS.Process): Effects & { exitCodeAfter(code: number): number } {
  let failure: NodeJS.ErrnoException | undefined;
  let ended = false;
  const exitCode = (): number => {
    if (failure === undefined) return EXIT.done;
    if (failure.code === "EPIPE") return EXIT.readerLeft;
    process.stderr.write(`mmoe: stdout: can't be written: ${systemReason(failure)}\n`);
    return EXIT.usage;
  };
  const failed = (error: NodeJS.ErrnoException) => {
    if (failure !== undefined) return;
    failure = error;
    if (ended && !process.exitCode) process.exitCode = exitCode(); // a pipe may fail late
  };
  process.stdout.on("error", failed);
  process.stderr.on("error", () => {});
  const isFile = fstatSync(process.stdout.fd).isFile();
  return {
    stdout: isFile ? fileOutput(process.stdout, failed) : process.stdout,
    stderr: process.stderr,
    env: process.env,
    on: (signal, listener) => process.on(signal, listener),
    off: (signal, listener) => process.off(signal, listener),
    exit: (code) => process.exit(code),
    exitCodeAfter(code) {
      ended = true;
      return code || exitCode();
    },
  };
}

/** Writes all of a text, or fails: on a nearly full disk, Node's own stdout takes a written part for all of it. */
function fileOutput({ fd }: NodeJS.Process["stdout"], failed: (error: NodeJS.ErrnoException) => void): Output {
  return {
    write(text, taken) {
      try {
        writeAll(fd, text);
        taken?.();
      } catch (error) {
        failed(error as NodeJS.ErrnoException);
        taken?.(error as Error);
      }
    },
  };
}
