"""The process that trains models in Python for the ``mmoe`` command: src/engines/process/README.md."""
