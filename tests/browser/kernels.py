"""Other ipykernels than the installed one, each in a folder of its own that is made once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Where widgets' messages arrive changed twice: before 7.0 on the main thread, in 7.0 to 7.3 on a subshell that runs
# beside a busy cell, from 7.4 on the main thread again. The installed one is the newest.
KERNELS = {"oldest": "6.29.0", "subshells": "7.1.0"}
INSTALL_SECONDS = 300


def kernels() -> dict[str, Path]:
    """Name to folder; a kernel that finds the folder first on its path is of that version."""
    folders = {name: Path(sys.prefix) / "kernels" / version for name, version in KERNELS.items()}
    for name, folder in folders.items():
        if not folder.exists():
            making = folder.with_suffix(".making")
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(making)]
            subprocess.run([*command, f"ipykernel=={KERNELS[name]}"], check=True, timeout=INSTALL_SECONDS)
            making.rename(folder)
    return folders
