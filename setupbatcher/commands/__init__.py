"""The command library and its catalogue (:mod:`setupbatcher.commands.registry`)."""
