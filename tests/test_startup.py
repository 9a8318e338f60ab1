"""What a check imports, from a built wheel as people install it."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NEVER = (
    "yaml",
    "minijinja",
    "markupsafe",
    "spdx_tools",
    "rich",
    "importlib.metadata",
    "license_expression",
    "packaging",
)
PROBE = f"""
import json, sys
sys.argv = ["weightlicense", *json.loads(sys.argv[1])]
from weightlicense.cli import main
try:
    main()
except SystemExit as end:
    code = end.code
loaded = [name for name in {NEVER!r} if name in sys.modules]
print(json.dumps([code, loaded, sys.modules["weightlicense"].__file__]), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the built wheel unpacked as an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*command, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    subprocess.run(
        [*command, "install", "--no-deps", "--target", str(target), str(wheel)],
        check=True,
        capture_output=True,
    )
    return target


def probe(installed: Path, *arguments: str) -> tuple[str, int, list[str], str]:
    site = sysconfig.get_paths()["purelib"]
    code = f"import sys; sys.path[:] = [p for p in sys.path if p != {str(ROOT / 'src')!r}]\n{PROBE}"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, json.dumps(arguments)],
        env={"PYTHONPATH": f"{installed}:{site}", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
        cwd=installed,
    )
    exit_code, loaded, home = json.loads(done.stderr.splitlines()[-1])
    return done.stdout, exit_code, loaded, home


@pytest.mark.parametrize("form", ["terminal", "json"])
def test_a_check_imports_none_of_the_slow_libraries(installed: Path, form: str) -> None:
    out, code, loaded, home = probe(
        installed, "check", "--model", "llama-3.1", "--use", "derivative release", "--format", form
    )
    assert (code, loaded) == (3, [])
    assert Path(home).is_relative_to(installed)
    assert "undetermined" in out


def test_the_wheel_carries_the_data_as_yaml_and_compiled(installed: Path) -> None:
    data = installed / "weightlicense" / "_data"
    yaml_ids = {
        p.stem
        for f in ("licenses", "policies/acceptable-use")
        for p in (data / f).glob("*/*.yaml")
        if p.parent.name != "models"
    }
    assert {p.stem for p in (data / "documents").glob("*.json")} == yaml_ids
    assert {p.name for p in data.glob("*.json")} == {
        "clause-file.schema.json",
        "index.json",
        "labels.json",
        "models.json",
        "vocabulary.json",
    }
    assert len(yaml_ids) > 100
    assert (installed / "weightlicense" / "py.typed").exists()


def test_the_wheel_answers_as_the_checkout_does(installed: Path) -> None:
    import weightlicense as wl
    from weightlicense.report import render

    report = wl.check("llama-3.2", use="hosted service", as_of="2026-11-21")
    out, _code, _loaded, _home = probe(
        installed,
        "check",
        "--model",
        "llama-3.2",
        "--use",
        "hosted service",
        "--as-of",
        "2026-11-21",
        "--format",
        "json",
    )
    assert out == render(report, "json")
