# Purpose: the programs that IFC models are measured with: installing them, running them with a limit.
# Inputs:  the options of scripts/bench; IFC files.
# Outputs: `Tools`, which the tables of the IFC group share: what runs, at which cost, and how it failed.
#          A program that crashes or takes too long is a row that says so. None is part of the product.
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import peers
from bench import HERE, say

IFCOPENSHELL = "0.9.0.post1"
NPM = "web-ifc, @thatopen/fragments and @xeokit/xeokit-convert"
VERSIONS = {"IfcOpenShell": IFCOPENSHELL, "web-ifc": "0.0.78", "fragments": "3.4.7", "xeokit-convert": "1.3.2"}


@dataclass
class Took:
    """What a run took, its children included, and what it said."""

    wall_s: float
    cpu_s: float
    peak_kb: int
    code: int
    processes: int
    out: Path
    said: str

    @property
    def peak_mb(self):
        return self.peak_kb * 1024 / 1e6

    @property
    def failure(self):
        """Why there is no result; empty if there is one."""
        if self.code == 0:
            return ""
        if self.code == 124:
            return f"stopped after {self.wall_s:.0f} s"
        lines = [line.strip() for line in self.said.splitlines() if line.strip()]
        telling = [line for line in lines if "rror" in line or "panic" in line] or lines
        return f"failed ({self.code}): {telling[-1][:90] if telling else 'it said nothing'}"


class Tools:
    """The builder and its peers as commands."""

    def __init__(self, bench):
        self.bench = bench
        self.python = self.environment()
        self.npm = peers.install(bench, HERE / "ifc", "ifc-peers", NPM) if has_node() else None
        if self.npm is None:
            print(f"\nskipped: {NPM}, because they are not there")

    def environment(self):
        """The Python that has IfcOpenShell, or None."""
        if os.environ.get("IFC_PYTHON"):
            return os.environ["IFC_PYTHON"]
        venv = Path(os.environ.get("CARGO_TARGET_DIR", "target")).resolve() / "ifc-venv"
        stamp = venv / f"ifcopenshell-{IFCOPENSHELL}"
        if stamp.exists():
            return venv / "bin/python"
        say(f"installing IfcOpenShell into {venv}")
        pip = [venv / "bin/pip", "install", "--quiet", "--disable-pip-version-check",
               f"ifcopenshell=={IFCOPENSHELL}"]
        for command in [[sys.executable, "-m", "venv", venv], pip]:
            if subprocess.run([str(part) for part in command]).returncode != 0:
                print("\nskipped: IfcOpenShell, because it could not be installed (no network?)")
                return None
        stamp.touch()
        return venv / "bin/python"

    def run(self, command, limit_s, out=None):
        """Runs a command once and measures it with its children; `out` keeps its standard output."""
        figures, log = self.bench.scratch / "tree.json", self.bench.scratch / "tree.log"
        out = out or self.bench.scratch / "tree.out"
        program = [sys.executable, "-I", "-S", HERE / "ifc/tree.py", figures, out, log, limit_s, *command]
        subprocess.run([str(part) for part in program], check=True)
        took = json.loads(figures.read_text())
        said = log.read_text(errors="replace")
        if not said.strip() and took["code"] != 0:
            said = out.read_text(errors="replace")[-2000:]
        return Took(took["wall_s"], took["cpu_s"], took["peak_kb"], took["code"], took["processes"], out, said)

    def best(self, command, limit_s, runs, clear=None):
        """The least wall time of some runs, the least CPU, the highest peak; the first failure ends it."""
        all_runs = []
        for _ in range(runs):
            if clear:
                shutil.rmtree(clear, ignore_errors=True)
            took = self.run(command, limit_s)
            if took.code != 0:
                return took
            all_runs.append(took)
        best = min(all_runs, key=lambda took: took.wall_s)
        best.cpu_s = min(took.cpu_s for took in all_runs)
        best.peak_kb = max(took.peak_kb for took in all_runs)
        return best

    # Commands.

    def products(self, file):
        return [self.bench.builder, "inspect", file, "--products"]

    def build(self, file, out, *options):
        return [self.bench.builder, "build", file, "--out", out, *options]

    def ifcopenshell(self, file, *options):
        return self.python and [self.python, "-B", HERE / "ifc/oracle.py", file, *options]

    def web_ifc(self, file, *options):
        return self.npm and ["node", HERE / "ifc/webifc.mjs", self.npm, file, *options]

    def fragments(self, file, out):
        return self.npm and ["node", "--max-old-space-size=12000", HERE / "ifc/fragments.mjs", self.npm, file, out]

    def xeokit(self, file, out):
        convert = "node_modules/@xeokit/xeokit-convert/convert2xkt.js"
        return self.npm and ["node", "--max-old-space-size=12000", self.npm / convert, "-s", file, "-o", out]


def has_node():
    return bool(shutil.which("npm") and shutil.which("node"))
