"""Weights of tasks' gradients by the methods of docs/methods.md that combine them: functions of their inner products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

#: The smallest squared norm that anything is divided by.
TINY = 1e-30


def combination(
    name: str, gram: Numbers, present: Numbers, constants: Mapping[str, float], orders: Sequence[list[list[int]]] = ()
) -> Numbers:
    """Weights of the gradients of R runs' K tasks on shared parameters, [R, K].

    :param gram: inner products of the gradients, [R, K, K]; 0 of a task that is not present
    :param present: 1 for a task that the batch has a label of, else 0, [R, K]
    :param constants: the method's, by their names
    :param orders: of each run, the other tasks of each task, as pcgrad takes them
    """
    if name == "pcgrad":
        return _pcgrad(gram, orders)
    if name in _OF_PRESENT:
        return _OF_PRESENT[name](gram, present)
    if name == "cagrad":
        return _cagrad(gram, present, constants["c"])
    if name == "fairgrad":
        return _fairgrad(gram, constants["alpha"])
    return _OF_PRODUCTS[name](gram)


def squared(gram: Numbers) -> Numbers:
    """Squared norms of the gradients [R, K], none below TINY."""
    return np.maximum(np.diagonal(gram, axis1=1, axis2=2), TINY)


def _scaled(gram: Numbers, present: Numbers | None = None) -> Numbers:
    """The inner products in units of the largest square; tasks that are not present get a length of 1, orthogonal to all."""
    scaled = gram / squared(gram).max(1)[:, None, None]
    return scaled if present is None else scaled + _diagonal(1 - present)


def _diagonal(values: Numbers) -> Numbers:
    return values[:, :, None] * np.eye(values.shape[1])


def _times(M: Numbers, v: Numbers) -> Numbers:
    return np.einsum("rij,rj->ri", M, v)


def _length(M: Numbers, w: Numbers) -> Numbers:
    """sqrt(w' M w), [R, 1]."""
    return np.sqrt(np.maximum((w * _times(M, w)).sum(1, keepdims=True), TINY))


def normals(seeds: Sequence[int], step: int, K: int) -> Numbers:
    """What RLW draws for the tasks of each run, [R, K]: a function of the seed and the step."""
    return np.stack([np.random.default_rng([seed, step]).normal(size=K) for seed in seeds])


def orders(seed: int, step: int, K: int) -> list[list[int]]:
    """The other tasks of each task, in the order in which PCGrad takes them: a function of the seed and the step."""
    drawn = np.random.default_rng([seed, step]).permuted(np.tile(np.arange(K), (K, 1)), axis=1)
    return [[int(j) for j in of_task if j != i] for i, of_task in enumerate(drawn)]


def _pcgrad(gram: Numbers, orders: Sequence[list[list[int]]]) -> Numbers:
    """Yu et al., NeurIPS 2020, Algorithm 1."""
    K = gram.shape[1]
    squares = squared(gram)
    total = np.zeros(gram.shape[:2])
    for r, order in enumerate(orders):
        for i, others in enumerate(order):
            w = np.eye(K)[i]
            for j in others:
                w[j] -= min(w @ gram[r, j], 0) / squares[r, j]
            total[r] += w
    return total


#: Gradients no further apart than this, in units of the longest, get a half each.
_ROUNDING = 1e-7


def _mgda(gram: Numbers, present: Numbers) -> Numbers:
    """Sener and Koltun, NeurIPS 2018, eq. 3."""
    M = _scaled(gram, present)
    if M.shape[1] == 2:
        a, b, c = M[:, 0, 0], M[:, 0, 1], M[:, 1, 1]
        w = _shares_of_two((c - b + _ROUNDING / 2) / (np.maximum(a + c - 2 * b, 0) + _ROUNDING))
    else:
        w = _simplex_minimum(M, None, 0.0)
    w = w * present
    return w / np.maximum(w.sum(1, keepdims=True), TINY)


#: What a task that is not present adds to CAGrad's minimum.
_HIGH = 4
#: Slopes beyond this, in units of kappa |g_1 - g_2|, have no minimum but at an end.
_STEEPEST = 1 - 1e-6


def _cagrad(gram: Numbers, present: Numbers, c: float) -> Numbers:
    """Liu et al., NeurIPS 2021, Algorithm 1: the mean gradient, and c of its lengths beside it."""
    M = _scaled(gram, present)
    mean = present / np.maximum(present.sum(1, keepdims=True), 1)
    kappa = c * _length(M, mean)
    p = _times(M, mean) + _HIGH * (1 - present)
    if M.shape[1] > 2:
        w = _simplex_minimum(M, p, kappa)
    else:
        first, both, second = M[:, 0, 0], M[:, 0, 1], M[:, 1, 1]
        gap = np.maximum(first + second - 2 * both, TINY)
        sine = np.clip((p[:, 1] - p[:, 0]) / (kappa[:, 0] * np.sqrt(gap)), -_STEEPEST, _STEEPEST)
        apart = np.sqrt(np.maximum(second * gap - (both - second) ** 2, 0))
        w = _shares_of_two((apart * sine / np.sqrt(1 - sine**2) + (second - both)) / gap)
    return mean + kappa / _length(M, w) * w


def _shares_of_two(first: Numbers) -> Numbers:
    share = np.clip(first, 0, 1)
    return np.stack([share, 1 - share], 1)


def _simplex_minimum(M: Numbers, p: Numbers | None, kappa: Numbers | float) -> Numbers:
    """The weights [R, K], none negative, of sum 1, at which w' M w / 2, or p · w + kappa sqrt(w' M w), is least.

    By Newton's method within the barrier - height * sum log w, which falls.
    """
    w = np.full(M.shape[:2], 1 / M.shape[1])
    height = 0.1
    for _ in range(16):
        slopes, hessian = _times(M, w), M
        if p is not None:
            length = _length(M, w)
            unit = slopes / length
            hessian = (kappa / length)[:, :, None] * (M - unit[:, :, None] * unit[:, None, :])
            slopes = p + kappa * unit
        steep = hessian + _diagonal(height / w**2 + 4e-6)  # keeps equal gradients from a singular matrix
        down, level = np.moveaxis(np.linalg.solve(steep, np.stack([slopes - height / w, np.ones_like(w)], 2)), 2, 0)
        direction = down.sum(1, keepdims=True) / level.sum(1, keepdims=True) * level - down  # keeps the sum
        shrinks = np.maximum((-direction / w).max(1, keepdims=True), 0.99)  # 1: a weight would become 0
        w = w + 0.99 / shrinks * direction
        height *= 0.3
    return w / w.sum(1, keepdims=True)


def _cosines(gram: Numbers) -> tuple[Numbers, Numbers]:
    """Lengths of the gradients, [R, K], and the cosines of each two, [R, K, K]."""
    lengths = np.sqrt(squared(gram))
    C = gram / (lengths[:, :, None] * lengths[:, None, :])
    C[:, range(C.shape[1]), range(C.shape[1])] = 1
    return lengths, C


#: 1 + cos of two gradients is taken to be no less: opposite ones have no solution.
_LEAST_SUM = 1e-6


def _nash(gram: Numbers) -> Numbers:
    """Navon et al., ICML 2022, eq. 3: a > 0 with G a = 1/a. With a_k = b_k / |g_k|, C b = 1/b, C the cosines."""
    lengths, C = _cosines(gram)
    b = np.ones_like(lengths)
    if C.shape[1] == 2:
        return 1 / np.sqrt(np.maximum(C.sum(2), _LEAST_SUM)) / lengths
    for _step in range(14):
        slopes = _times(C, b) - 1 / b
        step = np.linalg.solve(C + _diagonal(1 / b**2), slopes[:, :, None])[:, :, 0]
        b = b - step / (1 + np.sqrt(np.maximum((slopes * step).sum(1, keepdims=True), 0)))
    return b / lengths


def _aligned(gram: Numbers) -> Numbers:
    """Senushkin et al., CVPR 2023, Algorithm 1: sqrt(least) V S^-1 V' (1, .., 1), without components that are rounding."""
    values, vectors = np.linalg.eigh(_scaled(gram))
    limit = np.maximum(values.max(1, keepdims=True) * values.shape[1] * 2.0**-23, TINY)
    kept = values > limit
    least = np.where(kept, values, np.inf).min(1, keepdims=True)
    factors = np.where(kept, np.sqrt(np.where(kept, least / np.maximum(values, limit), 0)), 0)
    return _times(vectors, vectors.sum(1) * factors)


#: Added to cosines: keeps equal and opposite gradients from a singular matrix.
_RIDGE = 4e-6


def _fairgrad(gram: Numbers, alpha: float) -> Numbers:
    """Ban and Ji, ICML 2024, eq. 7: w > 0 with G w = w^(-1 / alpha), which with alpha = 1 is Nash-MTL's.

    By Newton's method from the weights of orthogonal gradients, which are 1 in units of their own.
    """
    power, largest = 1 / alpha, squared(gram).max(1, keepdims=True)
    M = _scaled(gram)
    M[:, range(M.shape[1]), range(M.shape[1])] = squared(gram) / largest * (1 + _RIDGE)
    units = squared(M) ** (-1 / (1 + power))
    M *= units[:, :, None] * units[:, None, :]
    own = np.diagonal(M, axis1=1, axis2=2)
    b = np.ones_like(own)
    for _step in range(40):
        falls = own * b**-power
        steep = M + _diagonal(power * falls / b)
        step = np.linalg.solve(steep, (_times(M, b) - falls)[:, :, None])[:, :, 0]
        b = b - 0.95 / np.maximum((step / b).max(1, keepdims=True), 0.95) * step
    return largest ** (-1 / (1 + power)) * units * b


def _equal_angles(gram: Numbers) -> tuple[Numbers, Numbers]:
    """Lengths of the gradients, and b, both [R, K]: sum_k b_k g_k / |g_k| has the same angle with each gradient."""
    lengths, C = _cosines(gram)
    ones = np.ones_like(lengths)
    return lengths, ones if C.shape[1] == 2 else np.asarray(np.linalg.solve(C + _RIDGE * np.eye(C.shape[1]), ones[:, :, None])[:, :, 0])


def _imtl_g(gram: Numbers, present: Numbers) -> Numbers:
    """Liu et al., ICLR 2021, eq. 6: equal angles, by weights of sum 1."""
    lengths, b = _equal_angles(gram)
    w = b / lengths
    total = (w * present).sum(1, keepdims=True)
    return w / np.where(total == 0, 1, total)


def _config(gram: Numbers, present: Numbers) -> Numbers:
    """Liu et al., ICLR 2025, eq. 2: equal angles; its length is the sum of the gradients' components along it."""
    lengths, b = _equal_angles(gram)
    total = [(values * present).sum(1, keepdims=True) for values in (lengths, b)]
    return total[0] / np.maximum(total[1], TINY) * b / lengths


#: Added to UPGrad's products in units of their trace, as TorchJD does; and what a weight, or a slope by it, may be below 0.
_UPGRAD_RIDGE, _SLACK = 1e-4, 1e-13


def _upgrad(gram: Numbers) -> Numbers:
    """Quinton and Rey, 2024: the sum of the gradients, each projected onto the vectors that no gradient conflicts with."""
    trace = squared(gram).sum(1)[:, None, None]
    M = gram / trace + _UPGRAD_RIDGE * np.eye(gram.shape[1])
    return np.sum([_shortest_above(M, i) for i in range(gram.shape[1])], 0)


def _shortest_above(M: Numbers, i: int) -> Numbers:
    """The weights w [R, K] >= e_i at which w' M w is least, by principal pivots.

    All weights on the wrong side change it in a round; if that goes on, the last of them alone, which ends (Murty 1974).
    """
    K = M.shape[1]
    free = np.zeros(M.shape[:2], bool)  # which weights are above those of e_i
    for tries in range(300):
        among = free[:, :, None] & free[:, None, :]
        above = np.linalg.solve(np.where(among, M, np.eye(K)), np.where(free, -M[:, i], 0)[:, :, None])[:, :, 0]
        wrong = np.where(free, above, _times(M, above) + M[:, i]) < -_SLACK
        if not wrong.any():
            break
        if tries >= 10:
            wrong &= np.cumsum(wrong[:, ::-1], 1)[:, ::-1] == 1
        free ^= wrong
    return np.eye(K)[i] + np.maximum(above, 0)


def _db_mtl(gram: Numbers) -> Numbers:
    """Lin et al., 2023: each as long as the longest."""
    lengths = np.sqrt(squared(gram))
    return np.asarray(lengths.max(1, keepdims=True) / (lengths + 1e-8))


_OF_PRESENT = {"mgda": _mgda, "imtl-g": _imtl_g, "config": _config}
_OF_PRODUCTS = {"nash-mtl": _nash, "aligned-mtl": _aligned, "upgrad": _upgrad, "db-mtl": _db_mtl}
