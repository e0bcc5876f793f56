"""MMoE in JAX from the initial values of ours."""

import jax.numpy as jnp
from jax_mmoe import JaxMMoE


def begun(values, settings):
    """A trainer at values of mmoe.initial_values, such as ``experts/3/0/kernel`` [in, out]."""
    K, E = settings.tasks, len({name.split("/")[1] for name in values if name.startswith("experts/")})
    stacked = lambda name, count: jnp.stack([values[name.format(i)] for i in range(count)])
    trainer = JaxMMoE(settings.inputs, K, settings)
    trainer.state["p"] = {
        "experts": stacked("experts/{}/0/kernel", E),
        "expert_bias": stacked("experts/{}/0/bias", E),
        "gates": stacked("gates/{}/0/kernel", K),
        "towers": stacked("towers/{}/0/kernel", K),
        "tower_bias": stacked("towers/{}/0/bias", K),
        "outputs": stacked("towers/{}/output/kernel", K)[..., 0],
        "output_bias": stacked("towers/{}/output/bias", K)[..., 0],
    }
    return trainer
