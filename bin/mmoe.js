#!/usr/bin/env node
import { main } from "../dist/cli/main.js";

// What happens to its output never changes what a command does: a sweep trains on. The exit code says it at the end:
// 141, as a shell says of a command whose reader left (`mmoe data ... | head`), 2 if stdout can't be written.
let outputCode = 0;
process.stdout.on("error", ({ code }) => {
  if (outputCode === 0 && code !== "EPIPE") process.stderr.write(`mmoe: stdout: can't be written: ${code}\n`);
  outputCode ||= code === "EPIPE" ? 141 : 2;
  process.exitCode ||= outputCode; // `main` may have ended
});
process.stderr.on("error", () => {});

// A process for one device stops when the process that started it is gone; the channel alone does not keep it alive.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();

process.exitCode = (await main(process.argv.slice(2), process)) || outputCode;
