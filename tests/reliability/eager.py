"""The program as ``python -m setupbatcher``, but it folds the markers into the script every tenth of a second."""

from setupbatcher.cli import main
from setupbatcher.markers import writer

assert writer.SHOWN_WITHIN > 0.2
assert writer.SHARE < 1
writer.SHOWN_WITHIN = 0.2
writer.SHARE = 1.0

if __name__ == "__main__":
    main()
