"""Sizes of the table and of MMoE, and rows at random: what a step costs does not depend on them."""

import argparse

import torch

NUMBERS, SIZE, EXPERTS, UNITS, TOWER, TASKS = 20, 16, 8, 64, 8, 2
VALUES = [10, 20, 30, 50, 70, 100, 150, 200, 300, 400, 500, 600, 800, 1000] + 5 * [100_000] + [1_000_000]


def parse(steps: int) -> argparse.Namespace:
    """The options of a program, which trains `steps` steps unless told otherwise. Sets the number of threads."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    return options


class Rows:
    """Numbers [N, 20], places of values [N, 20] and labels [N, 2]."""

    def __init__(self, options: argparse.Namespace):
        self.count, self.batch = options.rows, options.batch
        self.counts = [min(count, self.count) for count in VALUES]
        self.numbers = torch.rand(self.count, NUMBERS) * 2 - 1
        self.places = torch.stack([(torch.rand(self.count) ** 4 * count).long() for count in self.counts], 1)
        self.labels = (torch.rand(self.count, TASKS) < 0.3).float()
        self.order = torch.randperm(self.count)

    def ids(self, step: int) -> torch.Tensor:
        """The rows of a step, by indices, as training draws them."""
        return self.order[(torch.arange(self.batch) + step * self.batch) % self.count]
