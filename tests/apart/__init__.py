"""Tests that take minutes, each with a command of its own: `make test-package`, `make test-binder`."""
