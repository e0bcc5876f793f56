"""Writes golden.json, in float64: what --diagnostics measures of some models, from the definitions in docs/diagnostics.md, and what every
kind of model predicts, as docs/models.md says.

It shares no code with src: derivatives are complex steps, eigenvectors LAPACK's.

python3 -m venv venv && venv/bin/pip install numpy==2.4.6 scipy==1.17.1
npx tsx test/diagnostics/golden/dump.ts | venv/bin/python test/diagnostics/golden/make.py > test/diagnostics/golden/golden.json
npx biome format --write test/diagnostics/golden/golden.json
"""

import json
import sys
from itertools import combinations, permutations

import numpy as np
from scipy.special import ndtr

STEP = 1e-30


def relu(z):
    return np.where(z.real > 0, z, 0)


def softmax(z):
    powers = np.exp(z - z.real.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def smooth_step(t, gamma):
    inside = -2 / gamma**3 * t**3 + 3 / (2 * gamma) * t + 0.5
    return np.where(np.abs(t) < gamma / 2, inside, (t > 0).astype(float))


def is_linear(spec, layer):
    return spec["experts"].get("activation", "relu") != "relu" and layer == len(spec["experts"]["layers"]) - 1


class Model:
    """Predictions of all tasks, and what was computed on the way."""

    def __init__(self, spec, tensors, x, fixed=None):
        self.spec, self.tensors, self.fixed = spec, tensors, fixed or tensors
        self.x, self.K, self.E = x, spec["tasks"], spec["experts"]["shared"] + spec["tasks"] * spec["experts"]["perTask"]
        self.deeper, self.towers = [], []
        levels = spec.get("levels", 1)
        paths = [self.read(x, path) for path in range(self.K + 1)]
        for level in range(levels):
            paths = self.level(level, levels, paths)
        self.outputs = self.funnelled([self.tower(k, paths[k]) for k in range(self.K)])

    def funnelled(self, outputs):
        """Of a funnel's tasks the log-odds of the product of the probabilities up to each."""
        p = 1
        for k in self.spec.get("funnel", []):
            p = p * sigmoid(outputs[k])
            outputs[k] = np.log(p / (1 - p))
        return outputs

    def read(self, x, path):
        """The plain inputs, then the vectors that the last columns number, of the path's tables or of all paths'."""
        count = len(self.spec.get("embeddings", []))
        if count == 0:
            return x
        own = path if f"embeddings/{path}/0/table" in self.tensors else 0
        numbers = x[:, -count:].real.astype(int)
        vectors = [self.tensors[f"embeddings/{own}/{i}/table"][numbers[:, i]] for i in range(count)]
        return np.concatenate([x[:, :-count], *vectors], axis=1)

    def factors(self, part, i, k):
        """The kernel of task k's layer i: W_ab = sum_pql S_pq^l U_ap V_qb v_kl."""
        at = lambda name: self.tensors[f"factors/{part}/{name}"]
        v = at(f"shares/{i}/shares")
        cores = np.stack([at(f"cores/{core}/{i}/kernel") for core in range(v.shape[1])])
        return np.einsum("ap,lpq,qb,l->ab", at(f"inputs/{i}/kernel"), cores, at(f"units/{i}/kernel"), v[k])

    def own(self, path):
        """Experts on a path: a task's own, or for path K the shared ones."""
        shared, per_task = self.spec["experts"]["shared"], self.spec["experts"]["perTask"]
        first = shared + path * per_task
        return list(range(shared)) if path == self.K else list(range(first, first + per_task))

    def open(self, path, experts):
        """Expert e of the first, which are closed, is open to all tasks but number e mod K."""
        closed = self.spec["experts"].get("closed", 0)
        return [e for e in experts if e >= closed or e % self.K != path]

    def dense(self, name, h, tensors):
        bias = tensors.get(f"{name}/bias")
        kernel = tensors.get(f"{name}/kernel")
        if kernel is None:
            part, k, i = name.split("/")
            kernel = self.factors(part, i, int(k))
        return h @ kernel + (0 if bias is None else bias)

    def activated(self, name, h, tensors):
        """The last units of an expert without a ReLU: a layer norm, if it has one, then Swish, if that is its activation."""
        if self.spec["experts"].get("norm"):
            z = h - h.mean(axis=1, keepdims=True)
            z = z / np.sqrt((z**2).mean(axis=1, keepdims=True) + 1e-5)
            h = z * tensors[f"{name}/norm/gain"] + tensors[f"{name}/norm/shift"]
        return h * sigmoid(h) if self.spec["experts"].get("activation") == "swish" else h

    def expert(self, name, h, tensors, deeper):
        for i in range(len(self.spec["experts"]["layers"])):
            before, h = h, self.dense(f"{name}/{i}", h, tensors)
            if is_linear(self.spec, i):
                h = self.activated(name, h, tensors)
                continue
            h = relu(h)
            if before is not self.x:
                deeper.append(h)
        return h

    def tower(self, k, h):
        for i in range(len(self.spec["tower"]["layers"])):
            h = relu(self.dense(f"towers/{k}/{i}", h, self.tensors))
            self.towers.append(h)
            if "gate" in self.spec["tower"]:
                gate, rows = f"gates/towers/{k}/{i}", self.read(self.x, k)
                logits = self.dense(f"{gate}/1", relu(self.dense(f"{gate}/0", rows, self.tensors)), self.tensors)
                h = h * 2 * sigmoid(logits)
        return self.dense(f"towers/{k}/output", h, self.tensors)[:, 0] + self.pairs(k)

    def pairs(self, k):
        """sum_(i < j) v_i v_j, over the plain inputs times their factors, and the vectors of factors that the last columns number."""
        if "factors" not in self.spec:
            return 0
        count = len(self.spec.get("embeddings", []))
        numbers, plain = self.x[:, self.x.shape[1] - count :].real.astype(int), self.x[:, : self.x.shape[1] - count]
        kernel = self.tensors.get(f"towers/{k}/output/factors")
        vectors = [plain[:, [d]] * kernel[d] for d in range(plain.shape[1])]
        vectors += [self.tensors[f"embeddings/{self.K + k}/{i}/table"][numbers[:, i]] for i in range(count)]
        return sum((a * b).sum(axis=1) for a, b in combinations(vectors, 2))

    def level(self, level, levels, inputs):
        prefix = f"levels/{level}/" if level else ""
        gating, K = self.spec["gating"], self.K
        path_of = {e: path for path in range(K + 1) for e in self.own(path)}
        name = lambda e: f"{prefix}experts/{e}"
        if gating == "cross-stitch":
            return self.stitched(inputs)
        learned = [self.expert(name(e), inputs[path_of[e]], self.tensors, self.deeper) for e in range(self.E)]
        fixed = learned
        if gating == "detached":
            fixed = [self.expert(name(e), inputs[path_of[e]], self.fixed, []) for e in range(self.E)]
        self.gates = []
        if gating == "attention":
            return [self.masked(k, inputs[k]) for k in range(K)]
        has_shared = level < levels - 1 and self.spec["experts"]["shared"] > 0
        return [self.mix(path, prefix, inputs[path], learned, fixed) for path in range(K + has_shared)]

    def stitched(self, inputs):
        """x_k = sum_j a_kj (layer of network j), layer by layer."""
        h = inputs[: self.K]
        for i in range(len(self.spec["experts"]["layers"])):
            units = [self.dense(f"experts/{k}/{i}", h[k], self.tensors) for k in range(self.K)]
            units = units if is_linear(self.spec, i) else [relu(u) for u in units]
            stitch = self.tensors[f"stitches/0/{i}/stitch"].reshape(self.K, self.K)
            h = [sum(stitch[k, j] * units[j] for j in range(self.K)) for k in range(self.K)]
        return h

    def masked(self, k, h):
        """MTAN: the last units p of the task's expert times sigmoid(mask), which reads u, the units before: sigmoid(..) * p(u)."""
        expert, depth = (self.own(self.K) + self.own(k))[0], len(self.spec["experts"]["layers"])
        for i in range(depth):
            u, h = h, self.dense(f"experts/{expert}/{i}", h, self.tensors)
            h = h if is_linear(self.spec, i) else relu(h)
        for i in range(len(self.spec["gate"]["layers"])):
            u = relu(self.dense(f"gates/{k}/{i}", u, self.tensors))
        return h * sigmoid(self.dense(f"gates/{k}/{len(self.spec['gate']['layers'])}", u, self.tensors))

    def linked(self, k, learned):
        """SNR-Trans on held-out rows: sum_e z_ke f_e W_ke, z = min(1, max(0, 1.2 sigmoid(log alpha) - .1))."""
        log_alpha = self.tensors["alphas/0/0/log-alpha"].reshape(self.K, self.E)[k]
        z = np.clip(1.2 * sigmoid(log_alpha) - 0.1, 0, 1)
        return sum(z[e] * self.dense(f"links/{k * self.E + e}/0", learned[e], self.tensors) for e in range(self.E))

    def weights(self, logits, count):
        """A gate's weights of `count` experts: a softmax, one over the largest logits, or DSelect-k's selection."""
        gate = self.spec["gate"]
        if gate.get("noise"):
            logits = logits[:, :count]
        if "select" in gate:
            k, gamma, bits = gate["select"]["experts"], gate["select"]["gamma"], int(np.log2(count))
            codes = smooth_step(logits[:, k:].reshape(-1, k, bits), gamma)
            on = (np.arange(count)[:, None] >> np.arange(bits)) % 2 == 1
            chosen = np.where(on, codes[:, :, None], 1 - codes[:, :, None]).prod(axis=3)
            return (softmax(logits[:, :k])[:, :, None] * chosen).sum(axis=1)
        if gate.get("top", count) < count:
            order = np.argsort(-logits.real, axis=1, kind="stable")
            np.put_along_axis(logits, order[:, gate["top"] :], -np.inf, axis=1)
        return softmax(logits)

    def mix(self, path, prefix, h, learned, fixed):
        gating = self.spec["gating"]
        if gating == "snr-trans":
            return self.linked(path, learned)
        everyone = gating in ("residual", "detached") or path == self.K
        seen = list(range(self.E)) if everyone else self.own(self.K) + self.own(path)
        seen = self.open(path, seen)
        if gating not in ("single", "per-task", "residual", "detached"):
            return sum(learned[e] for e in seen) / len(seen)
        gate = f"{prefix}gates/{0 if gating == 'single' else path}"
        depth = len(self.spec["gate"]["layers"])
        for i in range(depth):
            h = relu(self.dense(f"{gate}/{i}", h, self.tensors))
        weights = self.weights(self.dense(f"{gate}/{depth}", h, self.tensors), len(seen))
        if path < self.K:
            self.gates.append((weights, seen))
        taught = self.own(self.K) + self.own(path)
        part = lambda e: learned[e] if gating != "detached" or e in taught else fixed[e]
        mixed = sum(weights[:, [i]] * part(e) for i, e in enumerate(seen))
        return mixed + learned[self.own(path)[0]] if gating == "residual" and path < self.K else mixed


def entropy(p, axis=-1):
    return -(np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0)).sum(axis=axis)


def gates(model):
    if not model.gates:
        return {}
    N = len(model.gates[0][0])
    full = np.zeros((model.K, N, model.E))
    for k, (weights, seen) in enumerate(model.gates):
        full[k][:, seen] = weights
    mean = full.mean(axis=1)
    found = {f"gateWeight/{k + 1}/{e + 1}": mean[k, e] for k in range(model.K) for e in range(model.E)}
    for k, (_, seen) in enumerate(model.gates):
        found[f"gateEntropy/{k + 1}"] = entropy(full[k]).mean() / np.log(len(seen))
        found[f"meanGateEntropy/{k + 1}"] = entropy(mean[k]) / np.log(len(seen))
    for j, k in combinations(range(model.K), 2):
        p, q = full[j], full[k]
        divergence = (entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2) / np.log(2)
        found[f"gateDistance/{j + 1}/{k + 1}"] = np.sqrt(np.maximum(divergence, 0)).mean()
    return found | {"expertsInUse": np.exp(entropy(mean.mean(axis=0)))}


def units(model, tensors):
    shares = []
    for e in range(0 if is_linear(model.spec, 0) else model.E):
        kernel, bias = tensors[f"experts/{e}/0/kernel"], tensors.get(f"experts/{e}/0/bias", 0)
        shares += list(ndtr(bias / np.sqrt((kernel**2).sum(axis=0))))
    for h in model.deeper:
        shares += list((h > 0).mean(axis=0))
    towers = np.concatenate([(h > 0).mean(axis=0) for h in model.towers]) if model.towers else None
    found = {"deadUnits": np.mean(np.array(shares) < 1e-3), "activeUnits": np.mean(shares)} if shares else {}
    return found | ({} if towers is None else {"deadTowerUnits": np.mean(towers < 1e-3)})


def slopes(spec, tensors, x, of):
    """Derivatives of each number of `of`(outputs) [K] by each parameter: a dict of tensors [K, ...]."""
    moved = {name: value.astype(complex) for name, value in tensors.items()}
    found = {}
    for name, value in moved.items():
        flat = value.reshape(-1)
        rows = np.empty((spec["tasks"], flat.size))
        for i in range(flat.size):
            flat[i] += 1j * STEP
            rows[:, i] = [one.imag / STEP for one in of(Model(spec, moved, x, tensors).outputs)]
            flat[i] = flat[i].real
        found[name] = rows
    return found


def losses(y, huber):
    def loss(r):
        if huber is None:
            return r * r
        return np.where(np.abs(r.real) <= huber, r * r / 2, huber * (np.where(r.real > 0, r, -r) - huber / 2))

    return lambda outputs: [loss(output - y[:, k]).mean() for k, output in enumerate(outputs)]


def gradients(case, tensors, x, y):
    spec, K = case["spec"], case["spec"]["tasks"]
    of = losses(y, case["huberDelta"])
    by_name = slopes(spec, tensors, x, of)
    g = np.concatenate([by_name[name] for name in tensors], axis=1)
    reached = np.concatenate([reach(spec, tensors, name) for name in tensors], axis=1)
    found = {}
    for j, k in combinations(range(K), 2):
        both = reached[j] & reached[k]
        if not both.any():
            continue
        a, b = g[j][both], g[k][both]
        lengths = np.linalg.norm(a), np.linalg.norm(b)
        cosine = a @ b / (lengths[0] * lengths[1])
        pair = f"{j + 1}/{k + 1}"
        found[f"gradientCosine/{pair}"] = cosine
        found[f"gradientSimilarity/{pair}"] = 2 * lengths[0] * lengths[1] / (a @ a + b @ b)
        found[f"curvatureBound/{pair}"] = (1 - cosine**2) * np.sum((a - b) ** 2) / np.sum((a + b) ** 2)
    before = of(Model(spec, tensors, x).outputs)
    affinities = {}
    for i, j in permutations(range(K), 2):
        shared = reached[i] & reached[j]
        if not shared.any():
            continue
        step, at = np.where(shared, -case["lr"] * g[i], 0), 0
        moved = {}
        for name, value in tensors.items():
            moved[name] = value + step[at : at + value.size].reshape(value.shape)
            at += value.size
        affinities[f"affinity/{i + 1}/{j + 1}"] = 1 - of(Model(spec, moved, x).outputs)[j] / before[j]
    mean = {"affinity": np.mean(list(affinities.values()))} if affinities else {}
    return found | affinities | mean


def reach(spec, tensors, name):
    """Whether each task learns by the parameters of a tensor, [K, size]: told by others with which all units are on."""
    rng = np.random.default_rng(7)
    on = {key: rng.uniform(0.1, 1, value.shape) / value.shape[0] for key, value in tensors.items()}
    x = rng.uniform(0.1, 1, (3, spec["inputs"]))
    moved = {key: value.astype(complex) for key, value in on.items()}
    moved[name] = moved[name] + 1j * STEP * rng.uniform(0.1, 1, on[name].shape)
    told = [np.abs(output.imag).max() > 0 for output in Model(spec, moved, x, on).outputs]
    return np.repeat(np.array(told)[:, None], tensors[name].size, axis=1)


def label_covariance(p, data):
    s, b = np.array(data["alpha"]) * data["scale"], np.array(data["beta"])
    a, c = np.meshgrid(s, s, indexing="ij")
    d, e = np.meshgrid(b, b, indexing="ij")
    sines = (np.exp(-(a**2 + c**2 - 2 * p * a * c) / 2) * np.cos(d - e)
             - np.exp(-(a**2 + c**2 + 2 * p * a * c) / 2) * np.cos(d + e)) / 2
    means = np.sin(d) * np.sin(e) * np.exp(-(a**2 + c**2) / 2)
    line = data["scale"] ** 2 * p + 2 * data["scale"] * p * np.sum(s * np.cos(b) * np.exp(-(s**2) / 2))
    return line + np.sum(sines - means)


def alignment(case, tensors, x):
    spec, found = case["spec"], {}
    N, D = x.shape
    by_input = np.empty((spec["tasks"], N, D))
    for d in range(D):
        moved = x.astype(complex)
        moved[:, d] += 1j * STEP
        by_input[:, :, d] = [output.imag / STEP for output in Model(spec, tensors, moved).outputs]
    model, variance = Model(spec, tensors, x), label_covariance(1, case["data"]) + case["data"]["noiseStd"] ** 2
    for k, vector in enumerate(np.array(case["vectors"])):
        u = vector / np.linalg.norm(vector)
        path = model.K if spec.get("levels", 1) > 1 else k
        all_seen = path == model.K or spec["gating"] in ("residual", "detached")
        read = model.open(path, range(model.E) if all_seen else model.own(model.K) + model.own(k))
        kernels = np.concatenate([tensors[f"experts/{e}/0/kernel"] for e in read], axis=1)
        found[f"unitAlignment/{k + 1}"] = np.max(np.abs(u @ kernels) / np.linalg.norm(kernels, axis=0))
        _, vectors = np.linalg.eigh(by_input[k].T @ by_input[k] / N)
        cosine = abs(vectors[:, -1] @ u)
        found[f"alignment/{k + 1}"] = cosine
        found[f"alignedLoss/{k + 1}"] = (variance - label_covariance(cosine**2, case["data"])) / variance
    return found


def arrays(case):
    tensors = {name: np.array(t["values"]).reshape(t["shape"]) for name, t in case["tensors"].items()}
    return tensors, np.array(case["x"]).reshape(-1, case["spec"]["inputs"])


def rounded(values):
    return [float(f"{value:.12g}") for value in values]


def measured(case):
    tensors, x = arrays(case)
    y = np.array(case["y"]).reshape(len(x), -1)
    model = Model(case["spec"], tensors, x)
    all_of = gates(model) | units(model, tensors) | gradients(case, tensors, x, y) | alignment(case, tensors, x)
    return dict(zip(all_of, rounded(all_of.values())))


def predicted(case):
    return [rounded(output) for output in Model(case["spec"], *arrays(case)).outputs]


cases = json.load(sys.stdin)
made = {part: {case["name"]: of(case) for case in cases[part]} for part, of in [("measured", measured), ("predicted", predicted)]}
print(json.dumps(made))
