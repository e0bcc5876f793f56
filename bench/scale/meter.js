// Loaded before mmoe (node --import): tells on file descriptor 3 what the process cost, at its end or, for a sweep, at its
// first line, where it ends it: all before the training.
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
