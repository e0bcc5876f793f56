"""``python -m mmoe.worker``: a process that trains models for mmoe."""

from .fork_server import hand_over

if __name__ == "__main__":
    hand_over()
    from .orders import work

    work()
