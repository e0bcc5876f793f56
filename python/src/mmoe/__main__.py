"""``mmoe`` and ``python -m mmoe``: the command line."""

from __future__ import annotations

import os
import subprocess
import sys

from .program import MmoeError, environment, find_program


def main() -> None:
    """Becomes the program, with the words that this process was given."""
    try:
        command = [*find_program(), *sys.argv[1:]]
    except MmoeError as error:
        sys.exit(f"mmoe: {error}")
    env = environment(of_this_python=False)
    if os.name == "posix":
        os.execvpe(command[0], command, env)
    try:
        sys.exit(subprocess.call(command, env=env))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
