"""`poolcast-sim` on the PATH: hands over to the compiled program that lies in the package and needs no Python."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Become poolcast-sim, with the same arguments."""
    program = Path(__file__).parent / "bin" / "poolcast-sim"
    try:
        os.execv(program, [str(program), *sys.argv[1:]])
    except OSError as error:
        sys.exit(f"poolcast-sim is not part of this installation ({error}); install with `pip install .`")
