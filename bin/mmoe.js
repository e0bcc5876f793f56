#!/usr/bin/env node
// What happens to its output never changes what a command does: a sweep trains on. The exit code tells it at the end:
// 141, as a shell says of a command whose reader left (`mmoe data ... | head`), 2 where stdout can't be written.
let outputCode = 0;
process.stdout.on("error", ({ code }) => {
  if (outputCode === 0 && code !== "EPIPE") process.stderr.write(`mmoe: stdout: can't be written: ${code}\n`);
  outputCode ||= code === "EPIPE" ? 141 : 2;
  process.exitCode ||= outputCode; // `main` may have ended
});
process.stderr.on("error", () => {});

// Started for one device, it stops when the process that started it is gone; the channel alone does not keep it.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();

const { main } = await import("../dist/cli/main.js").catch((error) => {
  if (error.code !== "EMFILE" && error.code !== "ENFILE") throw error;
  process.stderr.write("mmoe: too many open files; raise ulimit -n\n");
  process.exit(2);
});
process.exitCode = (await main(process.argv.slice(2), process)) || outputCode;
