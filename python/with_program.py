"""Puts the mmoe program into the wheel: the folder $MMOE_PROGRAM, for the platform tag $MMOE_TAG."""

import os
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WithProgram(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        program, tag = os.environ.get("MMOE_PROGRAM"), os.environ.get("MMOE_TAG")
        if program is None or tag is None:
            return  # the package of a clone calls the clone's program
        build_data["force_include"][program] = "mmoe/_program"
        build_data["tag"] = f"py3-none-{tag}"
        build_data["pure_python"] = tag == "any"
