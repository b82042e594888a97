# Purpose: what it costs to make tiles of a large IFC file, beside what peers need for their own formats.
# Inputs:  files of 27 MB and 166 MB, made of models of the test data by `ifc_replicate.py` and kept in
#          out/bench/ifc: Office_A, Duplex and Institute in turn (Revit and ArchiCAD: walls with openings,
#          furniture, property sets, spaces), and Mini Project (Tekla: steel, seven times the triangles).
# Outputs: one table of wall and CPU seconds and memory, children included, and the targets.
import json

from bench import folder_bytes, say, table
from ifc_replicate import replicate

MIXED, STEEL = ["office_a", "duplex_arch_2x3", "ac11_institute"], ["mini_project"]
# Name, models, bytes, distance of copies in the files' unit, targets of seconds and megabytes.
FILES = [
    ("mixed-27", MIXED, 26_900_000, 80.0, (2.5, 200.0)),
    ("steel-27", STEEL, 26_900_000, 80_000.0, (2.5, 200.0)),
    ("mixed-166", MIXED, 165_700_000, 80.0, (12.0, 600.0)),
]
LIMIT_S = 300
SLOW = ("xeokit-convert", "IfcOpenShell")
SLOW_BYTES = 60_000_000  # beyond, they take many minutes, and xeokit-convert 3.6 GB


def show(bench, tools):
    rows, targets, notes = [], [], []
    for name, models, size, step, wanted in FILES:
        file, note = made(bench, name, models, size, step)
        if file is None:
            print(f"\nskipped: {name}, because {note}")
            continue
        notes.append(note)
        for tool, took, out_bytes, what in measured(bench, tools, file):
            rows.append(row(file, tool, took, out_bytes, what))
            if tool == "tile-builder":
                targets += judged(name, took, wanted)
    if rows:
        table("IFC: large files, side by side",
              ["file", "tool", "wall s", "CPU s", "peak MB", "processes", "MB out", "what it does"], rows, notes + [
                  f"the least of {bench.runs} runs for tile-builder, of two for web-ifc and fragments below 60 MB, "
                  "else one. Peak: all processes of the tool together. Copies have equal shapes: what a tool "
                  "stores once counts once, for all tools.",
                  f"skipped: xeokit-convert and IfcOpenShell above 60 MB; each run is stopped after {LIMIT_S} s."])
        table("IFC: targets of cost", ["what", "measured", "target", ""], targets)


def made(bench, name, models, size, step):
    """The file, made once, and how."""
    folder = bench.kept / "ifc"
    folder.mkdir(exist_ok=True)
    paths = [bench.data / "ifc" / f"{model}.ifc" for model in models]
    if not all(path.exists() for path in paths):
        return None, f"its models are not in {bench.data} (set TWIN_TEST_DATA)"
    file, count = folder / f"{name}.ifc", folder / f"{name}.count"
    if not count.exists():
        say(f"making {file}")
        count.write_text(str(replicate(paths, size, step, file)))
    megabytes = file.stat().st_size / 1e6
    return file, f"{name}: {megabytes:.1f} MB, {count.read_text()} buildings, copies of {', '.join(models)} in turn"


def measured(bench, tools, file):
    """Each tool's cost on a file: its name, what it took, its bytes, what it does; None where it is skipped."""
    size = file.stat().st_size
    small, out = size < SLOW_BYTES, bench.scratch / "built"
    say(f"build {file.name}")
    took = tools.best(tools.build(file, out), LIMIT_S, bench.runs, out)
    yield "tile-builder", took, folder_bytes(out), "tiles of all levels, property tables, model.ndjson"
    for tool, command, written, what in peers_of(bench, tools, file):
        if command is None:
            continue
        say(f"{tool}, {file.name}")
        took = tools.best(command, LIMIT_S, 2 if small and tool not in SLOW else 1)
        made_bytes = written.stat().st_size if written and written.exists() else None
        yield tool, took, made_bytes, f"{what}{counted(took) if written is None else ''}"


def peers_of(bench, tools, file):
    frag, xkt = (bench.scratch / f"{file.stem}.{kind}" for kind in ["frag", "xkt"])
    size = file.stat().st_size
    yield "fragments", tools.fragments(file, frag), frag, "one .frag, with properties"
    yield "web-ifc", tools.web_ifc(file, "--count"), None, "meshes in memory"
    if size < SLOW_BYTES:
        yield "xeokit-convert", tools.xeokit(file, xkt), xkt, "one .xkt, without properties"
        yield "IfcOpenShell", tools.ifcopenshell(file, "--count"), None, "meshes in memory, one thread"


def counted(took):
    if took.failure:
        return ""
    sums = json.loads(took.out.read_text().splitlines()[-1])
    return f": {sums['products']} products, {sums['triangles']} triangles"


def row(file, tool, took, out_bytes, what):
    if took.failure:
        return [file.stem, tool, "", "", f"{took.peak_mb:.0f}", "", "", took.failure]
    return [file.stem, tool, f"{took.wall_s:.1f}", f"{took.cpu_s:.1f}", f"{took.peak_mb:.0f}", took.processes,
            f"{out_bytes / 1e6:.2f}" if out_bytes else "", what]


def judged(name, took, wanted):
    if took.failure:
        return [[name, took.failure, "", "MISSED"]]
    pairs = [("wall s", took.wall_s, wanted[0], "{:.1f}"), ("peak MB", took.peak_mb, wanted[1], "{:.0f}")]
    return [[f"{name}: {what}", form.format(value), "≤ " + form.format(limit),
             "met" if value <= limit else "MISSED"] for what, value, limit, form in pairs]
