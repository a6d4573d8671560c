"""Other people's rows as a bank: sources, formats, and why a row is refused."""
