"""The servers for the tests of commands that reach providers."""

from inspect_values.testing.fixtures import lab_servers_running, labs

__all__ = ["lab_servers_running", "labs"]
