// Loaded before mmoe (node --import): writes what the process cost to file descriptor 3, at its end.
import { writeSync } from "node:fs";

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(
    3,
    JSON.stringify({ ms: performance.now(), cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: 1024 * maxRSS }),
  );
});
