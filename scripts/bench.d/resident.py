# Purpose: what the residents' page takes on a slow phone: when it says something, when the first buildings stand
#          there, and what the first look costs; beside the limits of the light scenes.
# Inputs:  the options of scripts/bench. twin-server lies beside the builder; the viewer that it serves is measured.
# Outputs: a table on standard output; a picture in out/bench/resident. What is missing is said, and it is left out.
import json
import statistics
import subprocess

from bench import HERE, say, table
from servers import Running, twin, twin_program
from viewer import lacking, shown

TILES = 6
# Megabits a second down and up, round trip in milliseconds, and times that the processor is slower.
PHONE = {"down_mbps": 1.6, "up_mbps": 0.75, "latency_ms": 150, "slower": 4}
LIMITS = [
    ("largest contentful paint, s", "lcp_ms", 1e3, 1.5, "{:.2f}"),
    ("first buildings drawn, s", "place_ms", 1e3, 3, "{:.2f}"),
    ("scripts until the page can be used, KiB of gzip", "shell_bytes", 1024, 15, "{:.1f}"),
    ("all scripts of the first page with its scene, KiB of gzip", "script_bytes", 1024, 220, "{:.1f}"),
    ("tilesets and contents, MB over the wire", "tile_bytes", 1e6, 1, "{:.3f}"),
    ("triangles", "triangles", 1, 150_000, "{:.0f}"),
    ("draw calls of the place and its sky", "draws", 1, 60, "{:.0f}"),
    ("textures decoded, Mpx", "texture_px", 1e6, 6, "{:.2f}"),
]


def show(bench):
    server = twin_program(bench)
    missing = lacking(server)
    if missing:
        print(f"\nskipped: the residents' page; missing: {', '.join(missing)} (scripts/setup, npm --prefix viewer run build)")
        return
    pictures = bench.kept / "resident"
    pictures.mkdir(exist_ok=True)
    folder = bench.scratch / "resident"
    folder.mkdir()
    cost = bench.build(bench.sample(TILES, "full"), folder / "publication", "--profile", "app", runs=1)
    if cost.code != 0:
        raise SystemExit(f"error: the build failed: {cost.last_words}")
    runs = drive(bench, server, folder, pictures)
    rows = [[what, form.format(min(of)), form.format(statistics.median(of)), form.format(limit),
             "kept" if statistics.median(of) <= limit else "MISSED"]
            for what, name, unit, limit, form in LIMITS for of in [[run[name] / unit for run in runs]]]
    table("The residents' page on a slow phone", ["what", "least", "middle", "limit", ""], rows, [
        f"{bench.runs} first visits, each in a new browser without a cache; 390 x 780, software GPU (SwiftShader); "
        f"{PHONE['down_mbps']} Mb/s, {PHONE['latency_ms']} ms, processor / {PHONE['slower']} as Chromium's tools slow them. "
        "Times from the navigation; the first buildings are there when their pixels are. What the worker keeps for when "
        "there is no network comes besides, later.",
        f"The light scenes of {TILES} tiles of the full sample. Scripts are counted as gzip -9, whatever goes over the wire; "
        "triangles, draws and textures as the page hands them to WebGL.",
        f"picture: {shown(pictures / 'home.png')}",
    ])


def drive(bench, server, folder, pictures):
    wanted = folder / "wanted.json"
    with Running(twin(server, folder), "/health/ready") as running:
        wanted.write_text(json.dumps({"server": running.base, "runs": bench.runs, "out": str(pictures), **PHONE}))
        say("resident.mjs")
        done = subprocess.run(["node", HERE / "viewer/resident.mjs", wanted], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("error: resident.mjs failed")
    return json.loads(done.stdout)
