import { expect, test } from "vitest";
import { cellWords } from "../../src/regimes/regimes.ts";

test.each([
  ["paper p=1.00", "correlation 1"],
  ["few-rows p=0.90, trainRows=300", "300 rows, correlation 0.9"],
  ["rare-label p=0.00, labelled=all:0.1", "10 % labelled, correlation 0"],
  ["irrelevant p=0.90, noiseStd=0.3:0.3:10", "noise 0.3, 0.3 and 10, correlation 0.9"],
  ["kinds p=0.90, positives=mean:0.02", "2 % positive, correlation 0.9"],
  ["scales p=0.90, labelScale=1:100", "scales 1 and 100, correlation 0.9"],
  ["many-tasks-16 p=0.00", "16 tasks, correlation 0"],
  ["groups p=0.90, groupSize=4", "groups of 4, correlation 0.9"],
])("cellWords(%j) says %j", (cell, words) => {
  expect(cellWords(cell)).toBe(words);
});
