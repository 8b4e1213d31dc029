"""The catalogue of diagnostic codes, one module per family; :mod:`setupbatcher.diagnostics.codes` is its front."""
