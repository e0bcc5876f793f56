#!/usr/bin/env node
import { main } from "../dist/cli/main.js";

// A reader that has seen enough (`mmoe data ... | head`) is not an error; a full disk behind stdout is one.
process.stdout.on("error", ({ code }) => {
  if (code !== "EPIPE") process.stderr.write(`mmoe: stdout: can't be written: ${code}\n`);
  process.exit(code === "EPIPE" ? 0 : 2);
});

// A process for one device stops when the process that started it is gone; the channel alone does not keep it alive.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();

process.exitCode = await main(process.argv.slice(2), process);
