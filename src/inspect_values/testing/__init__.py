"""Servers on loopback that speak the labs' wire formats, and faults to inject.

For tests of everything that stands behind a lab's real SDK: simulated personas and judges answer
in the forms of Anthropic, OpenAI, Google and xAI. See `servers.lab_servers` and `fixtures`.
"""
