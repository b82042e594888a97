# Purpose: what the viewer costs: beside CesiumJS, until the same publication stands there; and beside a bare
#          scene of three, for a frame of the same triangles. Both in real Chromium on a software GPU.
# Inputs:  the options of scripts/bench. twin-server lies beside the builder; the viewer that it serves is
#          measured. Chromium, and the npm packages of viewer/ and tests/browser/, as scripts/setup installs them.
# Outputs: two tables on standard output; pictures of what was measured in out/bench/viewer. What is missing is
#          said, and the tables are left out. CesiumJS is installed in out/bench: nothing of the project uses it.
import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path

import peers
from bench import HERE, say, table
from publication import Publication
from servers import Running, twin, twin_program

ROOT = HERE.parent.parent
PLACE_TILES = 6
# Tiles of the light sample whose finest levels have some 250,000 and 2,000,000 triangles; frames to time of each.
FRAMES = {26: 20, 206: 5}
# Above any error of a tile by so much that nothing but the finest is fine enough.
COARSE = 1e6
NEEDED = ["viewer/node_modules/vite", "viewer/dist/index.html", "tests/browser/node_modules/playwright-core"]


def show(bench):
    server = twin_program(bench)
    missing = lacking(server)
    if missing:
        print(f"\nskipped: the viewer; missing: {', '.join(missing)} (scripts/setup, npm --prefix viewer run build)")
        return
    pictures = bench.kept / "viewer"
    pictures.mkdir(exist_ok=True)
    show_load(bench, server, pictures)
    show_frames(bench, server, pictures)


def lacking(server):
    """What is not there of all that a browser needs to show the viewer."""
    missing = [name for name in NEEDED if not (ROOT / name).exists()]
    missing += [name for name in ("node", os.environ.get("CHROMIUM", "chromium")) if not shutil.which(name)]
    return missing + ([] if server.exists() else [str(server)])


# Until the place stands there.

def show_load(bench, server, pictures):
    cesium = peers.install(bench, HERE / "viewer", "viewer-peers", "CesiumJS")
    if cesium is None:
        return
    folder = bench.scratch / "viewer-load"
    publish(bench, PLACE_TILES, "full", folder)
    found = drive("load.mjs", bench, server, folder, pictures,
                  {"runs": bench.runs, "modules": str(cesium / "node_modules")})
    ours, theirs = found["viewer"], found["CesiumJS"]
    rows = [load_row(ours, theirs, *how) for how in [
        ("first tile drawn, s", "first_ms", 1e3, "{:.2f}"), ("whole view, s", "whole_ms", 1e3, "{:.2f}"),
        ("main thread busy, s", "busy_s", 1, "{:.2f}"), ("scripts, KB of gzip", "script_bytes", 1e3, "{:.0f}"),
        ("requests", "requests", 1, "{:.0f}"), ("tiles, MB", "tile_bytes", 1e6, "{:.2f}"),
        ("all over the wire, MB", "all_bytes", 1e6, "{:.2f}"), ("heap after a collection, MB", "heap_bytes", 1e6, "{:.1f}"),
        ("buffers outside the heap, MB", "buffer_bytes", 1e6, "{:.1f}"), ("tiles drawn", "tiles", 1, "{:.0f}"),
        ("triangles drawn", "triangles", 1, "{:.0f}"), ("draw calls", "drawCalls", 1, "{:.0f}"),
    ]]
    version = json.loads((cesium / "node_modules/cesium/package.json").read_text())["version"]
    table(f"The viewer beside CesiumJS {version}, until the place stands there",
          ["what", "viewer, least", "viewer, middle", "CesiumJS, least", "CesiumJS, middle", "ratio of the middles"], rows, [
        f"Runs in turns ({bench.runs}), each in a new browser without a cache; 1280 × 720, software GPU (SwiftShader), the "
        f"same server, camera and {PLACE_TILES} tiles of the full sample, at most 16 px of error. Times from the "
        "navigation until the pixels are there; the whole view has stood for 2 s.",
        "CesiumJS: bundled for what the page uses, with no globe, imagery, terrain, sky and widgets, drawing on request. "
        "The viewer is the whole application: panels, search, live events; devices and building models it has none here.",
        "scripts: those of workers too, at gzip's best on both sides. "
        "All clients ask for gzip. Memory: of the page; what workers and the GPU hold is not counted.",
        f"pictures: {shown(pictures / 'viewer.png')}, {shown(pictures / 'cesiumjs.png')}",
    ])


def load_row(ours, theirs, what, name, unit, form):
    both = [[run[name] / unit for run in runs] for runs in (ours, theirs)]
    cells = [form.format(of(runs)) for runs in both for of in (min, statistics.median)]
    middle, other = map(statistics.median, both)
    return [what, *cells, f"{middle / other:.2f}" if other else ""]


# A frame.

def show_frames(bench, server, pictures):
    rows = []
    for tiles, frames in FRAMES.items():
        folder = bench.scratch / f"viewer-frames-{tiles}"
        publish(bench, tiles, "light", folder)
        refine(Publication(folder / "publication"))
        found = drive("frames.mjs", bench, server, folder, pictures,
                      {"frames": frames, "modules": str(ROOT / "viewer/node_modules")})
        for picture in pictures.glob("frames-*.png"):
            picture.rename(picture.with_name(f"{picture.stem.removeprefix('frames-')}-{tiles}-tiles.png"))
        middles = {name: middle(of["frames"], "whole_ms") for name, of in found.items()}
        for name, of in found.items():
            rows.append([f"{of['triangles']:,}", of["drawCalls"], {"viewer": "viewer", "three": "bare three"}[name],
                         f"{min(one['whole_ms'] for one in of['frames']):.1f}", f"{middles[name]:.1f}",
                         f"{middle(of['frames'], 'script_ms'):.1f}", f"{middles[name] / middles['three']:.2f}"])
        shutil.rmtree(folder)
    table("A frame of the viewer beside a bare scene of three with the same triangles",
          ["triangles", "draw calls", "scene", "least ms", "middle ms", "of it script, ms", "ratio"], rows, [
        f"{' and '.join(map(str, FRAMES.values()))} frames, drawn in turns on a stopped loop, each until its pixels are "
        "there; 1280 × 720, software GPU (SwiftShader), the whole place in view.",
        f"The finest level of {' and '.join(map(str, FRAMES))} tiles of the light sample: the errors of coarser levels are "
        "raised until none of them is fine enough. Both scenes load the same contents with the same loader and "
        "filter textures as three does unasked.",
        f"pictures: {shown(pictures)}/*-tiles.png",
    ])


def middle(frames, name):
    return statistics.median(one[name] for one in frames)


def refine(publication):
    """Raises the errors in a publication's documents, so that only the finest contents are drawn."""
    def raised(tile):
        below = [raised(child) for child in tile.get("children", [])]
        return {**tile, "geometricError": tile["geometricError"] * COARSE, **({"children": below} if below else {})}

    documents = {path: json.loads(path.read_text()) for path in publication.version.rglob("*.json")}
    tilesets = {path: document for path, document in documents.items() if "root" in document}
    if not tilesets:
        raise SystemExit(f"error: no tileset in {publication.version}")
    for path, document in tilesets.items():
        path.write_text(json.dumps({**document, "geometricError": document["geometricError"] * COARSE,
                                    "root": raised(document["root"])}))
        for packed in (".br", ".gz"):
            path.with_name(path.name + packed).unlink(missing_ok=True)


# What both need.

def publish(bench, tiles, detail, folder):
    """Builds the sample's survey with its zones and footprints, without models: all triangles are tiles of the place."""
    sample, place = bench.sample(tiles, detail), folder / "place"
    place.mkdir(parents=True)
    plan = (sample / "community.toml").read_text().split("\n[[source]]\n")
    (place / "community.toml").write_text("\n[[source]]\n".join(plan[:2]))
    for name in ("survey", "zones.geojson", "footprints.geojson"):
        (place / name).symlink_to(sample / name)
    cost = bench.build(place, folder / "publication", runs=1)
    if cost.code != 0:
        raise SystemExit(f"error: the build of {sample} failed: {cost.last_words}")


def drive(script, bench, server, folder, pictures, options):
    """Runs one of the drivers against a server of the publication; what it measured."""
    catalog = Publication(folder / "publication").catalog
    version = (folder / "publication/current").read_text().strip()
    community, scene = catalog["community"], catalog["scenes"][0]
    wanted = folder / "wanted.json"
    with Running(twin(server, folder), "/health/ready") as running:
        wanted.write_text(json.dumps({
            "server": running.base, "tileset": f"/publication/versions/{version}/{scene['tileset']}",
            "origin": community["origin"], "ground_m": scene["bounds"]["min"]["up_m"], "out": str(pictures), **options}))
        say(f"{script}, {scene['tiles']} contents")
        done = subprocess.run(["node", HERE / "viewer" / script, wanted], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"error: {script} failed")
    return json.loads(done.stdout)


def shown(path):
    return Path(path).relative_to(ROOT) if Path(path).is_relative_to(ROOT) else path
