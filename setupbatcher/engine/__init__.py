"""The engine: walks a script's flow, emits events, and leaves markers and reports to whoever listens."""
