# Purpose: the builder beside gltfpack, obj2gltf and osgconv on the same meshes.
# Inputs:  the OBJ files of the test data, a larger one made of nine copies, a survey.
# Outputs: two tables. The peers are given their best case: one process for many files, the network
#          and installation not counted, and files made ready for them where they cannot read ours.
import json
import shutil
import subprocess
from pathlib import Path

import meshes
from bench import HERE, folder_bytes, say, table
from publication import Publication, glb, levels

HEADS = ["mesh", "tool", "CPU s", "peak MB", "MB out", "MB finest", "triangles per level, coarsest first"]
PACKINGS = [["-cc"], ["-cc", "-si", "0.25"], ["-cc", "-si", "0.25", "-slb"]]


def show(bench):
    folder = install(bench)
    show_meshes(bench, folder)
    show_edge_cases(bench, folder)
    show_survey(bench, folder)


def install(bench, source=HERE, name="peers", tools="gltfpack and obj2gltf"):
    """The npm packages at their locked versions, in a folder of out/bench; None if that cannot be."""
    folder = bench.kept / name
    if not shutil.which("npm") or not shutil.which("node"):
        print(f"\nskipped: {tools}, because `node` and `npm` are not there")
        return None
    wanted = (source / "package-lock.json").read_text()
    stamp = folder / "package-lock.json.installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    say(f"installing {tools} from npm")
    folder.mkdir(exist_ok=True)
    for file in ["package.json", "package-lock.json"]:
        shutil.copyfile(source / file, folder / file)
    npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if subprocess.run(npm, cwd=folder).returncode != 0:
        print(f"\nskipped: {tools}, because `npm ci` failed (no network?)")
        return None
    stamp.write_text(wanted)
    return folder


def show_meshes(bench, folder):
    named = meshes.obj_files(bench)
    if not named:
        print(f"\nskipped: the OBJ meshes, which are not in {bench.data} (set TWIN_TEST_DATA)")
        return
    if "tile, level 18" in named:
        named["nine copies of the first"] = meshes.nine_copies(bench, named["tile, level 18"])
    rows = []
    for name, obj in named.items():
        rows += [[name, *row] for row in mesh_rows(bench, folder, obj)]
    table("OBJ meshes, side by side", HEADS, rows, [
        "tile-builder: a whole publication with all levels, tilesets and reports, each level with an "
        "atlas of its own; the others: one GLB of one level, its pictures as they are.",
        "MB finest: the finest level alone, which is what the others write.",
        "-si 0.25 asks gltfpack for a quarter of the triangles; -slb locks borders, as neighbouring "
        "tiles need it and as the builder does.",
    ])


def mesh_rows(bench, folder, obj):
    out = bench.scratch / "mesh"
    yield built_row(bench, f"tile-builder ({folder_bytes(obj) / 1e6:.1f} MB of OBJ)", obj, out)
    shutil.rmtree(out, ignore_errors=True)
    if folder is None:
        return
    files = [(obj, bench.scratch / "peer.glb")]
    yield peer_row("obj2gltf -b", files, peer(bench, folder, "obj2gltf", [], files))
    for args in PACKINGS:
        took = peer(bench, folder, "gltfpack", args, files)
        yield peer_row("gltfpack " + " ".join(args), files, took)


def show_edge_cases(bench, folder):
    """Small OBJ files with n-gons, negative indices, missing materials and the like: who reads them."""
    cases = bench.data / "obj/edge-cases"
    objs = sorted(cases.rglob("*.obj"))
    if not objs:
        return
    out = bench.scratch / "edge"
    cost = bench.build(cases, out, runs=1)
    totals = Publication(out).report["totals"] if cost.code == 0 else {"files_read": 0, "triangles": 0}
    rows = [["tile-builder", f"{cost.cpu_s:.2f}", f"{cost.peak_mb:.0f}",
             totals["files_read"], totals["triangles"]]]
    files = [(obj, bench.scratch / f"edge-{i}.glb") for i, obj in enumerate(objs)]
    for tool, args in [("obj2gltf", []), ("gltfpack", ["-cc"])] if folder else []:
        cost = peer(bench, folder, tool, args, files, runs=1)
        triangles = [glb(path)[0] for path in written(files)]
        rows.append([f"{tool} {' '.join(args)}", f"{cost.cpu_s:.2f}", f"{cost.peak_mb:.0f}",
                     sum(count > 0 for count in triangles), sum(triangles)])
    table(f"{len(objs)} small OBJ files with edge cases",
          ["tool", "CPU s", "peak MB", "files with triangles out", "triangles"], rows,
          ["two of the files hold no face, and say nothing to anyone."])


def written(files):
    """The outputs that are there; what an earlier tool wrote under their names is forgotten."""
    glb.cache_clear()
    return [output for _, output in files if output.exists()]


def built_row(bench, tool, source, out, *options):
    cost = bench.build(source, out, *options)
    if cost.code != 0:
        return [tool, *failed(cost)]
    code, _ = bench.ask("validate", out)
    cuts = levels(Publication(out).scene())
    counts = " › ".join(str(sum(tile.triangles for tile in cut)) for cut in cuts)
    contents = list((out / "content").glob("*.glb"))
    counts += f" (all levels: {sum(glb(path)[0] for path in contents)})" if len(cuts) > 1 else ""
    finest = {path for tile in cuts[-1] for path in tile.contents}
    return [
        tool + ("" if code == 0 else ", INVALID"), f"{cost.cpu_s:.2f}", f"{cost.peak_mb:.0f}",
        f"{folder_bytes(out / 'content') / 1e6:.2f}",
        f"{sum(path.stat().st_size for path in finest) / 1e6:.2f}", counts,
    ]


def peer(bench, folder, tool, args, files, runs=None):
    """Measures one of the npm tools over files, in one process."""
    say(f"{' '.join([tool, *args])}, {len(files)} files")
    jobs = bench.scratch / "jobs.json"
    jobs.write_text(json.dumps({"args": args, "files": [[str(a), str(b)] for a, b in files]}))
    for _, output in files:
        output.unlink(missing_ok=True)
    return bench.measure(["node", HERE / "peers.mjs", folder, tool, jobs], runs=runs)


def peer_row(tool, files, cost):
    if cost.code != 0:
        return [tool, *failed(cost)]
    outputs = written(files)
    triangles = sum(glb(output)[0] for output in outputs)
    megabytes = f"{sum(output.stat().st_size for output in outputs) / 1e6:.2f}"
    several = len(files) > 1
    return [tool, f"{cost.cpu_s:.2f}", f"{cost.peak_mb:.0f}", megabytes, "" if several else megabytes,
            f"{triangles} in {len(outputs)} files" if several else triangles]


def failed(cost):
    return ["", f"{cost.peak_mb:.0f}", "", "", f"failed: {cost.last_words}"]


def show_survey(bench, folder):
    survey = bench.zhongshan()
    sources = sorted(survey.rglob("*.osgb"))
    name = f"{survey.name}, {len(sources)} files, {folder_bytes(survey, '*.osgb') / 1e6:.1f} MB"
    out = bench.scratch / "survey"
    rows = [[name, *built_row(bench, "tile-builder", survey, out)]]
    contents = sorted((out / "content").glob("*.glb"))
    if folder:
        rows += [[name, *row] for row in repacked_rows(bench, folder, contents)]
    notes = [
        "tile-builder reads the OSGB files and writes tilesets in their place on the Earth.",
        "gltfpack reads no OSGB. \"On our contents\": it is given the GLBs that tile-builder wrote, which "
        "are quantised and compressed already, so its time is for reading and writing GLB alone.",
    ]
    if shutil.which("osgconv"):
        rows += [[name, *row] for row in chain_rows(bench, folder, sources)]
        notes.append(
            "osgconv alone reads each OSGB and writes it as OSGB. The chain is what these tools offer from "
            "OSGB to GLB: osgconv to OBJ, obj2gltf, gltfpack -cc; one GLB a file, no tileset, no place. "
            "The JPEGs, which osgconv does not write beside an OBJ, are put there at no cost. CPU is the "
            "sum of the three, peak the highest of the three."
        )
    else:
        notes.append("skipped: osgconv and the chain from OSGB, because `osgconv` is not there")
    table("A survey, side by side", HEADS, rows, notes)


def repacked_rows(bench, folder, contents):
    target = bench.scratch / "repacked"
    target.mkdir(exist_ok=True)
    files = [(path, target / path.name) for path in contents]
    for args in PACKINGS:
        took = peer(bench, folder, "gltfpack", args, files)
        yield peer_row(f"gltfpack {' '.join(args)} on our contents", files, took)


def chain_rows(bench, folder, sources):
    work = bench.scratch / "chain"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    rewritten = convert_all(bench, sources, work / "rewritten.osgb", None)
    yield ["osgconv, OSGB to OSGB", *plain(rewritten, "")]
    for source in sources:
        meshes.carve_pictures(source, work)
    objs = [work / f"{source.stem}.obj" for source in sources]
    to_obj = convert_all(bench, sources, None, objs)
    if folder is None or to_obj.code != 0:
        return
    glbs = [(obj, obj.with_suffix(".glb")) for obj in objs if obj.exists()]
    to_glb = peer(bench, folder, "obj2gltf", [], glbs, runs=1)
    packed = [(path, path.with_suffix(".packed.glb")) for _, path in glbs]
    if to_glb.code != 0:
        yield ["osgconv, obj2gltf, gltfpack -cc", *failed(to_glb)]
        return
    to_packed = peer(bench, folder, "gltfpack", ["-cc"], packed, runs=1)
    yield peer_row("osgconv, obj2gltf, gltfpack -cc", packed, together(to_obj, to_glb, to_packed))


def convert_all(bench, sources, single, targets):
    """Measures osgconv over the files, one after the other, once; into one target or one each."""
    say(f"osgconv, {len(sources)} files")
    script = bench.scratch / "osgconv.sh"
    pairs = zip(sources, targets or [single] * len(sources))
    script.write_text("".join(f"osgconv {quoted(a)} {quoted(b)} || exit 1\n" for a, b in pairs))
    return bench.measure(["sh", script], runs=1)


def quoted(path):
    return "'" + str(path).replace("'", "'\\''") + "'"


def plain(cost, what):
    return [f"{cost.cpu_s:.2f}", f"{cost.peak_mb:.0f}", "", "", what] if cost.code == 0 else failed(cost)


def together(*costs):
    first = costs[-1]
    first.cpu_s = sum(cost.cpu_s for cost in costs)
    first.peak_kb = max(cost.peak_kb for cost in costs)
    first.code = max((cost.code for cost in costs), key=abs)
    return first
