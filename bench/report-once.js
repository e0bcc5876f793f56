// One report as users get it (compiled): prints its time from process start, its processor time and its peak memory.
// bench/report.ts calls it.
import { main } from "../dist/cli/main.js";

const code = await main(["report", ...process.argv.slice(2)], process);
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
const cpuMs = (userCPUTime + systemCPUTime) / 1000;
console.log(JSON.stringify({ code, ms: performance.now(), cpuMs, peakBytes: 1024 * maxRSS }));
