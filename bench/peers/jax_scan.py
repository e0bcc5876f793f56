"""JAX: one run's step, vmapped over R runs, jitted, scanned over steps; rows are drawn inside."""

import os
from functools import partial
from itertools import count

import common

options = common.parse(runs=8, models=common.MODELS, methods=common.METHODS)
# XLA's own loops are a fifth faster here than the YNNPACK calls it makes by default.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_experimental_ynn_fusion_type=")

import jax
import jax.numpy as jnp
from common import ALPHA, BETA, D, EXPERTS, K, LAST_STEPS
from jax import lax

# Half the hashing of the default layout, which is for arrays split over devices; threefry is the fastest generator here.
jax.config.update("jax_threefry_partitionable", False)
alpha, beta = jnp.array(ALPHA), jnp.array(BETA)
Params = dict[str, jax.Array]


def task_vectors(key: jax.Array) -> jax.Array:
    """w [D, K] of a task pair."""
    p = options.correlation
    u = jnp.linalg.qr(jax.random.normal(key, (D, K)))[0]
    return common.SCALE * jnp.stack([u[:, 0], p * u[:, 0] + (1 - p**2) ** 0.5 * u[:, 1]], 1)


def rows(key: jax.Array, w: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Rows of the task pair w [D, K]: x [B, D], y [B, K]."""
    x_key, noise_key = jax.random.split(key)
    x = jax.random.normal(x_key, (options.batch, D))
    z = x @ w
    y = z + jnp.sin(z[..., None] * alpha + beta).sum(-1)
    y += common.NOISE_STD * jax.random.normal(noise_key, (options.batch, K))
    return x, (y - common.LABEL_MEAN) / common.LABEL_STD


def parameters(key: jax.Array, model: str) -> Params:
    """Layers that read x lie side by side: [D, count * units]; towers and outputs stacked: [K, inputs, units]."""
    out = {}
    layers = common.layers(model)
    for (name, layer), layer_key in zip(layers.items(), jax.random.split(key, len(layers))):
        wide = name in ("experts", "gate")
        shape = (D, layer.count * layer.units) if wide else (K, layer.inputs, layer.units)
        out[name] = jax.random.uniform(layer_key, shape, minval=-layer.limit, maxval=layer.limit)
        if layer.bias:
            out[f"{name}.bias"] = jnp.zeros(shape[1:] if wide else (K, 1, layer.units))
    if model == "cross-stitch":
        out["stitch"] = jnp.where(jnp.eye(K) == 1, 0.9, 0.1 / (K - 1))
    return out


def forward(p: Params, x: jax.Array) -> jax.Array:
    """x [B, D] → predictions [B, K]. Towers that read the same units are one product."""
    B = x.shape[0]
    tower = p["tower"]  # [K, H, T]
    h = jax.nn.relu(x @ p["experts"] + p["experts.bias"])  # [B, E H]
    if "gate" in p:
        weights = jax.nn.softmax((x @ p["gate"]).reshape(B, -1, EXPERTS, 1), 2)  # [B, gates, E, 1]
        # As a product and a sum, which XLA fuses; faster than the many small products of an einsum.
        h = (weights * h.reshape(B, 1, EXPERTS, -1)).sum(2).transpose(1, 0, 2)  # [gates, B, H]
    if "stitch" in p:
        h = (p["stitch"][..., None] * h.reshape(B, 1, K, -1)).sum(2).transpose(1, 0, 2)  # [K, B, H]
    if h.size == K * B * tower.shape[1]:
        h = h @ tower  # [K, B, T]
    else:
        wide = tower.transpose(1, 0, 2).reshape(tower.shape[1], -1)  # [H, K T]
        h = (h.reshape(B, -1) @ wide).reshape(B, K, -1).transpose(1, 0, 2)
    h = jax.nn.relu(h + p["tower.bias"])
    return (h @ p["output"] + p["output.bias"])[..., 0].T


def losses(p: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    """Of each task, [K]."""
    return jnp.square(forward(p, x) - y).mean(0)


def of_sum(p: Params, x: jax.Array, y: jax.Array) -> tuple[jax.Array, Params]:
    """The sum of the tasks' losses and its gradient."""
    return jax.value_and_grad(lambda p: losses(p, x, y).sum())(p)


# What the losses of both tasks reach, with its biases: the experts, in omoe the gate, too. Rows of a stitch are a task's own.
SHARED = {"omoe": ("experts", "gate")}


def of_pcgrad(model: str, p: Params, x: jax.Array, y: jax.Array) -> tuple[jax.Array, Params]:
    """
    The sum of the tasks' losses, and PCGrad of two tasks: each task's gradient without its part along the other's, where
    they conflict. One forward pass; a backward pass of each task to what is shared, and one of the sum to the rest.
    """
    assert K == 2
    names = {name for name in p if name.split(".")[0] in SHARED.get(model, ("experts",))}
    shared = {name: p[name] for name in names}
    own = {name: p[name] for name in p if name not in names}
    of_tasks, pull = jax.vjp(lambda shared, own: losses({**shared, **own}, x, y), shared, own)
    g, h = (pull(jnp.eye(K)[k])[0] for k in range(K))
    dot = lambda a, b: sum(jnp.vdot(a[name], b[name]) for name in names)
    conflict = jnp.minimum(dot(g, h), 0)
    by_g, by_h = 1 - conflict / (dot(g, g) + 1e-30), 1 - conflict / (dot(h, h) + 1e-30)
    combined = jax.tree.map(lambda g, h: by_g * g + by_h * h, g, h)
    return of_tasks.sum(), {**combined, **pull(jnp.ones(K))[1]}


def adam(p: Params, m: Params, v: Params, gradient: Params, step: jax.Array) -> tuple[Params, Params, Params]:
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
    rate, scale = options.lr / (1 - 0.9**step), 1 / (1 - 0.999**step)
    p = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v * scale) + 1e-8), p, m, v)
    return p, m, v


def start(key: jax.Array):
    """One run of each model, on one task pair."""
    row_key, w_key, *keys = jax.random.split(key, 2 + len(options.models))
    models = {}
    for name, model_key in zip(options.models, keys):
        p = parameters(model_key, name)
        zeros = jax.tree.map(jnp.zeros_like, p)
        models[name] = (p, zeros, zeros)
    return row_key, task_vectors(w_key), models


def advance(state, step: jax.Array):
    """A step of one run of each model, all on the same rows."""
    key, w, models = state
    key, row_key = jax.random.split(key)
    x, y = rows(row_key, w)
    means = {}
    for name, (p, m, v) in models.items():
        objective, gradient = of_sum(p, x, y) if options.method == "sum" else of_pcgrad(name, p, x, y)
        models = {**models, name: adam(p, m, v, gradient, step)}
        means[name] = objective / K
    return (key, w, models), means


@jax.jit
def start_all(key: jax.Array):
    return jax.vmap(start)(jax.random.split(key, options.runs))


@partial(jax.jit, donate_argnums=0)
def advance_all(state, done: float):
    """LAST_STEPS steps of all runs, and their losses [LAST_STEPS, R]."""
    return lax.scan(jax.vmap(advance, in_axes=(0, None)), state, done + jnp.arange(1.0, LAST_STEPS + 1))


keys = (jax.random.key(options.seed + i) for i in count())


def train(steps: int) -> dict[str, float]:
    state = start_all(next(keys))
    for done in range(0, steps, LAST_STEPS):
        state, losses = advance_all(state, float(done))
    return {name: float(jnp.mean(values)) for name, values in losses.items()}


common.report("jax", jax.__version__, options, train)
