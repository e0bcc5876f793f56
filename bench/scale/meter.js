// Loaded before mmoe (node --import): writes what the process cost to file descriptor 3, at its end. A sweep is ended at
// its first line: only what comes before the training is measured.
import { writeSync } from "node:fs";

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cost = { ms: performance.now(), cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: 1024 * maxRSS };
  writeSync(3, JSON.stringify(cost));
});
process.stderr.write = (text) => {
  if (text.includes(" runs on ")) process.exit();
  return true;
};
