"""What this package brings, through the same hooks as any plugin."""
