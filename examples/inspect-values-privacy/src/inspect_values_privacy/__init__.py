"""An example plugin of inspect-values: a value pair, a rule for a lab and a model API."""
