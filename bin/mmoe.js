#!/usr/bin/env node

// Started for one device, it stops when the process that started it is gone; the channel alone does not keep it.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();

const [{ main }, { effectsOf }] = await Promise.all([
  import("../dist/cli/main.js"),
  import("../dist/cli/process-effects.js"),
]).catch((error) => {
  if (error.code !== "EMFILE" && error.code !== "ENFILE") throw error;
  process.stderr.write("mmoe: too many open files; raise ulimit -n\n");
  process.exit(2);
});
const effects = effectsOf(process);
process.exitCode = effects.exitCodeAfter(await main(process.argv.slice(2), effects));
