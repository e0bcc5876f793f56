// The rows that run 3 of a sweep trains on, as arrays: inputs x [N, D], labels y [N, K], row after row.
//
//   node examples/rows.js
import { taskPair } from "mmoe";

const { x, y, inputs, tasks } = taskPair({ correlation: 0.5, rows: 1000, run: 3 });
console.log(`x [${x.length / inputs}, ${inputs}], y [${y.length / tasks}, ${tasks}], ${x.constructor.name}`);

const label = (k) => y.filter((_, i) => i % tasks === k);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
for (let k = 0; k < tasks; k++) {
  const variance = mean(label(k).map((value) => value ** 2)) - mean(label(k)) ** 2;
  console.log(`task ${k + 1}: mean ${mean(label(k)).toFixed(3)}, variance ${variance.toFixed(3)}`);
}

const three = taskPair({ correlation: 0.5, rows: 4, run: 3, tasks: 3 });
console.log("with a third task the pair keeps its labels:");
for (let n = 0; n < 4; n++) {
  const [pair, all] = [y.subarray(2 * n, 2 * n + 2), three.y.subarray(3 * n, 3 * n + 3)];
  console.log(
    [...pair].map((value) => value.toFixed(4)),
    [...all].map((value) => value.toFixed(4)),
  );
}
