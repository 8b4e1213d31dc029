"""SetupBatcher: a plain-text script that holds settings, machines, commands, data and the progress.

The public face is :mod:`setupbatcher.run`; everything below it is the house it stands on.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
