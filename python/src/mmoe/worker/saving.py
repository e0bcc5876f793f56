"""Saves runs in flight, so that they resume after a stop."""

from __future__ import annotations

import io
import pickle
import random
import struct
import sys
from typing import Any, BinaryIO

import numpy as np

from .errors import ModelError, at_definition

#: The length of what follows; the whole is padded to whole float32, as which mmoe keeps it.
_HEAD = struct.Struct("<Q")
_UNIT = 4


#: Types of numbers by safetensors' names for them.
_TYPES = {"float16": "F16", "float32": "F32", "float64": "F64", "bool": "BOOL", "uint8": "U8"} | {f"int{bits}": f"I{bits}" for bits in (8, 16, 32, 64)}

#: What safetensors and JavaScript have of their own.
_NO_NAMES = ("__metadata__", "__proto__")


def save_weights(arrays: dict[str, Any], file: BinaryIO) -> dict[str, Any]:
    """Writes arrays one after the other, and tells what safetensors has in its header."""
    tensors = {}
    content = bytearray()
    for name, given in arrays.items():
        if not isinstance(name, str) or name in _NO_NAMES:
            raise ModelError(f"weights: expected another name of an array, a text, got {name!r}")
        try:
            array = np.asarray(given)
        except ValueError as error:
            raise ModelError(f"weights: {name}: expected an array of numbers, got lists of several lengths") from error
        if array.dtype.name not in _TYPES:
            raise ModelError(f"weights: {name}: expected an array of numbers, got {array.dtype.name}")
        numbers = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
        place = [len(content), len(content) + len(numbers)]
        tensors[name] = {"dtype": _TYPES[array.dtype.name], "shape": list(array.shape), "data_offsets": place}
        content += numbers
    file.seek(0)
    file.write(content + b"\0" * (-len(content) % _UNIT))
    file.flush()
    return {"tensors": tensors, "bytes": len(content)}


def save(trainer: Any, file: BinaryIO) -> dict[str, Any]:
    """Writes all that a run resumes from: the trainer's state, and that of the global generators."""
    own = trainer.state_dict()
    if own is None:
        raise at_definition(trainer, "state_dict: expected a state, got None")
    state = {"trainer": own, "random": _random_state()}
    try:
        content = _dumped(state)
    except (AttributeError, TypeError, pickle.PicklingError) as error:
        raise ModelError(f"state_dict: expected what pickle can save: {error}") from error
    whole = _HEAD.pack(len(content)) + content
    whole += b"\0" * (-len(whole) % _UNIT)
    file.seek(0)
    file.truncate()
    file.write(whole)
    file.flush()
    return {"bytes": len(whole)}


def restore(trainer: Any, file: BinaryIO, size: int) -> None:
    """Resumes from the ``size`` bytes that ``save`` wrote."""
    file.seek(0)
    whole = file.read(size)
    (length,) = _HEAD.unpack_from(whole)
    state = _loaded(whole[_HEAD.size : _HEAD.size + length])
    trainer.load_state_dict(state["trainer"])
    _set_random_state(state["random"])


def _dumped(state: dict[str, Any]) -> bytes:
    """By PyTorch, where it is imported: it moves tensors from and to the device."""
    torch = sys.modules.get("torch")
    if torch is None:
        return pickle.dumps(state)
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def _loaded(content: bytes) -> Any:
    torch = sys.modules.get("torch")
    return pickle.loads(content) if torch is None else torch.load(io.BytesIO(content), weights_only=False)


def _random_state() -> dict[str, Any]:
    torch = sys.modules.get("torch")
    cards = torch is not None and torch.cuda.is_initialized()
    return {
        "random": random.getstate(),
        "numpy": np.random.get_state(),
        "torch": None if torch is None else torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if cards else None,
    }


def _set_random_state(state: dict[str, Any]) -> None:
    random.setstate(state["random"])
    np.random.set_state(state["numpy"])
    if state["torch"] is not None:
        sys.modules["torch"].set_rng_state(state["torch"])
    if state["cuda"] is not None:
        sys.modules["torch"].cuda.set_rng_state_all(state["cuda"])
