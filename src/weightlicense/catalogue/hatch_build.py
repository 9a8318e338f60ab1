"""Build hook: compiles the catalogue into the wheel, so that a check reads no YAML. Not part of the wheel."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """Puts `index.json`, `vocabulary.json` and `documents/` beside the YAML files in `weightlicense/_data/`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile for a wheel; an editable install reads the YAML files of the checkout."""
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "src"))
        from weightlicense.catalogue.build import compile_catalogue

        self._folder = tempfile.TemporaryDirectory()
        target = Path(self._folder.name)
        compile_catalogue(target)
        for path in sorted(target.rglob("*.json")):
            build_data["force_include"][str(path)] = f"weightlicense/_data/{path.relative_to(target)}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compiled."""
        if version != "editable":
            self._folder.cleanup()
