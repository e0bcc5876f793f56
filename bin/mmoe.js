#!/usr/bin/env node
import { main } from "../dist/cli/main.js";
import { effectsOf } from "../dist/cli/process-effects.js";

// Started for one device, it stops when the process that started it is gone; the channel alone does not keep it.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();

const effects = effectsOf(process);
process.exitCode = effects.exitCodeAfter(await main(process.argv.slice(2), effects));
