"""Make the fingerprints anew: `python -m weightlicense.recognition TEXTS_DIR`, in a checkout."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from weightlicense.catalogue import files
from weightlicense.recognition.fingerprint import FILE, make


def main(arguments: list[str]) -> int:
    """Write the file at once; a reader sees the old one or the new."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir() or files.is_compiled():
        print("usage, in a checkout: python -m weightlicense.recognition TEXTS_DIR", file=sys.stderr)
        return 2
    data = make(Path(arguments[0]))
    path = files.root() / FILE
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".fingerprints.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    print(f"{path}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
