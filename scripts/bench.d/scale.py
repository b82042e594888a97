# Purpose: what a tile costs when there are 1, 10, 100 or 1,000 of them.
# Inputs:  the generator's communities, light detail; they stay in out/bench/sample.
# Outputs: two tables: the cost of a build, and what a viewer fetches.
import json
import shutil

from bench import folder_bytes, say, table
from publication import Publication, root_contents

COMPARED_TO = 10
# The sample's plan has light scenes besides.
FULL = ["--profile", "full"]


def show(bench):
    sizes = [1, 10, 100, 1000] if bench.large else [1, 10, 100]
    whole = {tiles: figures(bench, tiles, "") for tiles in sizes}
    alone = {tiles: figures(bench, tiles, "survey") for tiles in sizes}
    notes = [f"against {COMPARED_TO} tiles: the cost per tile must not grow.",
             "survey alone: the same files without a plan, so without zones and footprints."]
    if not bench.large:
        notes.append("skipped: 1,000 tiles; `--large` measures them")
    rows = [
        cost_row(kind, tiles, found, of[COMPARED_TO])
        for kind, of in [("community", whole), ("survey alone", alone)] for tiles, found in of.items()
    ]
    table("One community, more tiles: the build",
          ["input", "tiles", "MB in", "CPU s", "CPU s per tile", f"against {COMPARED_TO} tiles", "peak MB",
           "MB out", "contents", "unchanged rerun, CPU s", "share", "problems"], rows, notes)
    heights = [f"MB from {view['height_m']:g} m" for view in whole[COMPARED_TO]["views"]]
    table("One community, more tiles: the viewer",
          ["input", "tiles", "scenes", "KB of root contents", "Mpx of root contents", *heights,
           "contents", "documents", "draws"],
          [view_row(kind, tiles, found)
           for kind, of in [("community", whole), ("survey alone", alone)] for tiles, found in of.items()],
          ["MB: all that is fetched until the view over the middle of the whole scene is complete, "
           "documents (tileset.json) too; 1080 lines, 16 px of screen-space error. Contents, documents and "
           f"draws are those of {heights[-1].removeprefix('MB from ')}."])


def figures(bench, tiles, part):
    """Builds a community, or a part of it, and reads what came out."""
    sample, out = bench.sample(tiles), bench.scratch / f"scale-{tiles}"
    source = sample / part
    runs = 1 if tiles > 100 else bench.runs
    first = bench.build(source, out, *FULL, runs=runs)
    if first.code != 0:
        raise SystemExit(f"error: the build of {source} failed: {first.last_words}")
    say("build again, nothing changed")
    again = bench.measure([bench.builder, "build", source, "--out", out, *FULL], runs=runs)
    scenes = json.loads(bench.ask("inspect", "--json", out)[1])["scenes"]
    problems, _ = bench.ask("validate", out)
    root_bytes, root_px = root_contents(Publication(out).scene())
    found = {
        "first": first, "again": again, "views": scenes[0]["from_above"], "scenes": len(scenes),
        "in": folder_bytes(sample / "survey", "*.osgb"), "out": folder_bytes(out / "content"),
        "contents": sum(1 for _ in (out / "content").iterdir()),
        "root": root_bytes, "root_px": root_px, "valid": problems == 0,
    }
    shutil.rmtree(out)
    return found


def cost_row(kind, tiles, found, base):
    cpu_s, again_s = found["first"].cpu_s, found["again"].cpu_s
    per_tile, per_tile_of_base = cpu_s / tiles, base["first"].cpu_s / COMPARED_TO
    return [
        kind, tiles, f"{found['in'] / 1e6:.1f}", f"{cpu_s:.2f}",
        f"{per_tile:.4f}", f"{per_tile / per_tile_of_base:.2f}",
        f"{found['first'].peak_mb:.0f}", f"{found['out'] / 1e6:.1f}", found["contents"],
        f"{again_s:.2f}", f"{again_s / cpu_s:.1%}", "none" if found["valid"] else "INVALID",
    ]


def view_row(kind, tiles, found):
    far = found["views"][-1]
    megapixels = "" if found["root_px"] is None else f"{found['root_px'] / 1e6:.2f}"
    return [
        kind, tiles, found["scenes"], f"{found['root'] / 1e3:.0f}", megapixels,
        *(f"{view['bytes'] / 1e6:.2f}" for view in found["views"]),
        far["contents"], far["documents"], far["draws"],
    ]
