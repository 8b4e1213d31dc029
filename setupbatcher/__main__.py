"""``python -m setupbatcher``."""

from setupbatcher.cli import main

if __name__ == "__main__":
    main()
