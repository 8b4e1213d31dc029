"""UpdateJob: an application that cannot replace its own running files leaves that to a job file, and ends.

``reading`` makes values of a job file, or findings; ``running`` carries them out and tells its listener the values of
``events``, which ``telling`` words. ``comparing`` and ``conditions`` decide which jobs run; ``hands`` do the work:
files through :mod:`setupbatcher.files.transaction`, windows and notifications through ``desktop``.
"""
