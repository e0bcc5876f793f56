"""MMoE in JAX, with an optimizer of its own: a class with step(x, y) and predict(x).

    mmoe sweep --corr 0.5 --runs 4 --models mmoe --model examples/python/jax_mmoe.py
"""

import math

import jax
import jax.numpy as jnp
import numpy as np

import mmoe

E, H, T = 8, 16, 8  # experts, units of an expert, units of a tower


def forward(p, x):
    """Predictions [B, K] of x [B, D]."""
    outputs = jax.nn.relu(jnp.einsum("bd,edh->beh", x, p["experts"]) + p["expert_bias"])
    weights = jax.nn.softmax(jnp.einsum("bd,kde->bke", x, p["gates"]), -1)
    mixes = jnp.einsum("bke,beh->bkh", weights, outputs)
    hidden = jax.nn.relu(jnp.einsum("bkh,kht->bkt", mixes, p["towers"]) + p["tower_bias"])
    return jnp.einsum("bkt,kt->bk", hidden, p["outputs"]) + p["output_bias"]


def losses(p, x, y):
    """The sum of the tasks' losses, and these, [K]: means over the rows that have the task's label."""
    is_there = ~jnp.isnan(y)
    errors = jnp.where(is_there, forward(p, x) - jnp.where(is_there, y, 0), 0)
    of_tasks = jnp.square(errors).sum(0) / jnp.maximum(is_there.sum(0), 1)
    return of_tasks.sum(), of_tasks


@jax.jit
def update(state, lr, x, y):
    """One step of Adam."""
    (_, of_tasks), slopes = jax.value_and_grad(losses, has_aux=True)(state["p"], x, y)
    step = state["step"] + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, state["m"], slopes)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, state["v"], slopes)
    one_less = lambda beta: -jnp.expm1(step * math.log(beta))  # 1 - beta**step, where float32 would cancel digits
    moved = lambda p, m, v: p - lr * m / one_less(0.9) / (jnp.sqrt(v / one_less(0.999)) + 1e-8)
    return {"p": jax.tree.map(moved, state["p"], m, v), "m": m, "v": v, "step": step}, of_tasks


class JaxMMoE:
    def __init__(self, inputs: int, tasks: int, settings: mmoe.Settings):
        shapes = {"experts": (E, inputs, H), "gates": (tasks, inputs, E)}
        shapes |= {"towers": (tasks, H, T), "outputs": (tasks, T, 1)}
        glorot = jax.nn.initializers.glorot_uniform(batch_axis=0)
        keys = jax.random.split(jax.random.key(settings.seed % 2**63), len(shapes))
        p = {name: glorot(key, shape) for key, (name, shape) in zip(keys, shapes.items())}
        p["outputs"] = p["outputs"][..., 0]
        p |= {"expert_bias": jnp.zeros((E, H)), "tower_bias": jnp.zeros((tasks, T)), "output_bias": jnp.zeros(tasks)}
        zeros = jax.tree.map(jnp.zeros_like, p)
        self.state = {"p": p, "m": zeros, "v": zeros, "step": jnp.zeros((), int)}
        self.lr = settings.lr
        self.parameter_count = sum(each.size for each in p.values())

    def step(self, x, y):
        self.state, of_tasks = update(self.state, self.lr, x, y)
        return np.asarray(of_tasks)

    def predict(self, x):
        return np.asarray(forward(self.state["p"], x))

    def state_dict(self):
        return jax.tree.map(np.asarray, self.state)

    def load_state_dict(self, state):
        self.state = jax.tree.map(jnp.asarray, state)
