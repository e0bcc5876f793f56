#!/usr/bin/env node

// By this signal a process of a model could open a debugger in this one.
process.on("SIGUSR1", () => {});

try {
  process.cwd();
} catch {
  process.stderr.write("mmoe: the working folder is gone; change to one that is there\n");
  process.exit(2);
}

// Started for one device, it stops when the process that started it is gone; the channel alone does not keep it.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();

const [{ main }, { effectsOf }] = await Promise.all([
  import("../dist/cli/main.js"),
  import("../dist/cli/process-effects.js"),
]).catch((error) => {
  const files = ["EMFILE", "ENFILE"].includes(error.code); // or Node can't look for a package, and says that there is none
  if (!files && !/node_modules/.test(error.code === "ERR_MODULE_NOT_FOUND" && error.message)) throw error;
  process.stderr.write("mmoe: too many open files, or an incomplete installation; raise ulimit -n, or install again\n");
  process.exit(2);
});
const effects = effectsOf(process);
process.exitCode = effects.exitCodeAfter(await main(process.argv.slice(2), effects));
