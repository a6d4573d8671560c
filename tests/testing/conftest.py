"""The servers for every test here."""

from inspect_values.testing.fixtures import lab_servers_running, labs

__all__ = ["lab_servers_running", "labs"]
