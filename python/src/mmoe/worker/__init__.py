"""The process that trains models in Python for the ``mmoe`` command: docs/python-protocol.md."""
