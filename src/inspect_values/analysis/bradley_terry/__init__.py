"""The ranking of values by Bradley–Terry: one model from sufficient statistics to ranks."""
