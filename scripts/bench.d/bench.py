# Purpose: what all tables of the bench share: measuring a command, folders, printing a table.
# Inputs:  the options of scripts/bench.
# Outputs: `Bench` and `Cost` for the tables; tables on standard output, progress on standard error.
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass
class Cost:
    """What a command took: the least CPU of its runs, and the highest peak of memory."""

    cpu_s: float
    peak_kb: int
    code: int
    log: str

    @property
    def peak_mb(self):
        return self.peak_kb * 1024 / 1e6

    @property
    def last_words(self):
        lines = [line for line in self.log.splitlines() if line.strip()]
        return lines[-1][:90] if lines else "it said nothing"


class Bench:
    """The options, a scratch folder, and the means to measure."""

    def __init__(self, options):
        self.builder = options.builder
        self.data = Path(options.data).resolve()
        self.survey = Path(options.survey) if options.survey else None
        self.runs = options.runs
        self.large = options.large
        self.models = options.models
        self.kept = Path("out/bench").resolve()
        self.scratch = self.kept / f"run-{options.pid}"
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)

    def close(self):
        shutil.rmtree(self.scratch, ignore_errors=True)

    def once(self, command):
        """Runs a command and measures it."""
        figures, log = self.scratch / "figures.json", self.scratch / "log"
        program = [sys.executable, "-I", "-S", HERE / "rusage.py", figures, log, *command]
        subprocess.run([str(part) for part in program], check=True)
        took = json.loads(figures.read_text())
        return Cost(took["cpu_s"], took["peak_kb"], took["code"], log.read_text(errors="replace"))

    def measure(self, command, out=None, runs=None):
        """Least CPU and highest memory of some runs, each starting without the folder `out`."""
        costs = []
        for _ in range(runs or self.runs):
            if out:
                shutil.rmtree(out, ignore_errors=True)
            costs.append(self.once(command))
            if costs[-1].code != 0:
                return costs[-1]
        best = min(costs, key=lambda cost: cost.cpu_s)
        return Cost(best.cpu_s, max(cost.peak_kb for cost in costs), 0, best.log)

    def build(self, source, out, *options, runs=None):
        """Measures a whole build, from nothing, as one process."""
        say(f"build {source} {' '.join(options)}")
        return self.measure([self.builder, "build", source, "--out", out, *options], out, runs)

    def ask(self, *arguments):
        """What the builder prints, of commands that are not measured."""
        done = subprocess.run([self.builder, *map(str, arguments)], capture_output=True, text=True)
        return done.returncode, done.stdout

    def zhongshan(self):
        """The real survey, or the one that was asked for, or a sample in its place."""
        real = self.data / "osgb/cc-zhongshan"
        if self.survey or real.is_dir():
            return self.survey or real
        print(f"the real survey is not in {self.data} (set TWIN_TEST_DATA); a sample takes its place\n")
        return self.sample(6, "full") / "survey"

    def sample(self, tiles, detail="light"):
        """The generator's community of so many tiles, made once."""
        folder = self.kept / "sample" / f"{tiles}-{detail}"
        if not (folder / "community.toml").exists():
            say(f"making the sample of {tiles} tiles")
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run(
                [self.builder, "sample", "--out", folder, "--tiles", str(tiles), "--detail", detail],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        return folder


def say(text):
    """Progress, for those who wait."""
    print(f"  … {text}", file=sys.stderr, flush=True)


def folder_bytes(folder, pattern="*"):
    """Bytes of the files below a folder whose names fit, or of one file."""
    folder = Path(folder)
    if folder.is_file():
        return folder.stat().st_size
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file())


def table(title, heads, rows, notes=()):
    """Prints a table with Markdown's bars; columns of figures are aligned at the right."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    right = [all(re.fullmatch(r"|[≤≥]? ?[\d.,%]+", row[i]) for row in rows) for i in range(len(heads))]

    def line(cells):
        placed = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(cells, widths, right))
        return "| " + " | ".join(placed) + " |"

    print(f"\n### {title}\n")
    print(line(heads))
    print("|" + "|".join("-" * (w + 1) + (":" if r else "-") for w, r in zip(widths, right)) + "|")
    for row in rows:
        print(line(row))
    print()
    for note in notes:
        print(f"- {note}")
    sys.stdout.flush()
