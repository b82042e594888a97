# Purpose: how many bytes a building model is, complete and for residents, beside `.frag` and `.xkt` of
#          the same run.
# Inputs:  four models of the test data; the builder with its default plan and with `--profile app`.
# Outputs: two tables. Ours is counted as browsers get it, compressed with brotli; `.frag` as written,
#          since it is compressed; `.xkt` as written by default and, for fairness, also compressed with gzip.
import json
import shutil

import ifc_tiles
from bench import say, table
from ifc_peers import VERSIONS
from publication import Publication

MODELS = {"Duplex": "duplex_arch_2x3", "Office_A": "office_a", "FZK-Haus": "ac20_fzk_haus",
          "Mini Project": "mini_project"}
OF_FRAG, OF_XKT = 0.6, 0.13
RESIDENT_SHARE, RESIDENT_BYTES = 0.10, 150_000
LIMIT_S = 600


def show(bench, tools):
    sizes, residents, notes = [], [], []
    for name, stem in MODELS.items():
        file = bench.data / "ifc" / f"{stem}.ifc"
        if not file.exists():
            print(f"\nskipped: {name}, which is not in {bench.data} (set TWIN_TEST_DATA)")
            continue
        peers = {kind: peer_file(bench, tools, file, kind, notes) for kind in ["frag", "xkt"]}
        ours = built(bench, tools, file, "full", notes)
        sizes.append(size_row(name, file, ours and figures(ours), peers))
        light = ours and built(bench, tools, file, "app", notes)
        residents.append(resident_row(name, ours, light))
    if sizes:
        show_sizes(sizes, notes)
        show_residents(residents)


def built(bench, tools, file, profile, notes):
    """The publication of a model for a profile, or None."""
    say(f"build {file.name} --profile {profile}")
    out = bench.scratch / f"ifc-{file.stem}-{profile}"
    shutil.rmtree(out, ignore_errors=True)
    took = tools.run(tools.build(file, out, "--profile", profile), LIMIT_S)
    if took.failure or not (out / "current").exists():
        reason = took.failure or "it wrote nothing"
        notes.append(f"tile-builder, {file.stem}, profile `{profile}`: {reason}")
        return None
    valid = tools.run([bench.builder, "validate", out], LIMIT_S)
    if valid.failure:
        notes.append(f"INVALID: {file.stem}, profile `{profile}`, `tile-builder validate`: {valid.failure}")
    return Publication(out)


def peer_file(bench, tools, file, kind, notes):
    """What a peer writes of a model, or None."""
    out = bench.scratch / f"{file.stem}.{kind}"
    command = tools.fragments(file, out) if kind == "frag" else tools.xeokit(file, out)
    if command is None:
        return None
    say(f"{kind}, {file.name}")
    took = tools.run(command, LIMIT_S)
    if took.failure or not out.exists():
        notes.append(f".{kind}, {file.stem}: {took.failure or 'it wrote nothing'}")
        return None
    return out


def figures(publication):
    """Bytes as served: finest level, all levels with spaces and documents, properties; elements in tiles."""
    models = ifc_tiles.model_scenes(publication, "full")
    spaces = ifc_tiles.scenes(publication, "full", ["spaces"])
    rows = publication.version / publication.catalog["model"]
    finest = sum(ifc_tiles.size(scene.finest) for scene in models + spaces)
    contents = sum(ifc_tiles.size(scene.all_contents) for scene in models + spaces)
    documents = sum(scene.document_bytes for scene in models + spaces)
    properties = ifc_tiles.served_bytes(rows)
    return {"finest": finest + documents + properties, "all": contents + documents + properties,
            "properties": properties, "elements": elements(models + spaces, rows)}


def elements(scenes, rows):
    """Of the objects with a part: how many are in exactly one tile of the finest level."""
    objects = [json.loads(line) for line in rows.read_text().splitlines()]
    drawn = [row["id"] for row in objects if (row.get("bim") or {}).get("part")]
    found = {}
    for scene in scenes:
        ids = scene.ids()
        if ids is None:
            return "table compressed"
        for name, count in ids.items():
            found[name] = found.get(name, 0) + count
    return f"{sum(found.get(name) == 1 for name in drawn)} of {len(drawn)}"


def kilobytes(count):
    return f"{count / 1e3:.1f}" if count is not None else ""


def ratio(ours, theirs):
    return f"{ours / theirs:.3f}" if ours and theirs else ""


def size_row(name, file, ours, peers):
    frag, xkt = (path and path.stat().st_size for path in peers.values())
    packed = peers["xkt"] and ifc_tiles.gzipped_bytes(peers["xkt"])
    ours = ours or {}
    finest, whole = ours.get("finest"), ours.get("all")
    met = finest and whole and all(theirs is None or whole <= share * theirs
                                   for share, theirs in [(OF_FRAG, frag), (OF_XKT, xkt)])
    return [name, kilobytes(file.stat().st_size), kilobytes(finest), kilobytes(whole),
            kilobytes(ours.get("properties")), kilobytes(frag), kilobytes(xkt), kilobytes(packed),
            ratio(finest, frag), ratio(whole, frag), ratio(finest, xkt), ratio(whole, xkt),
            ours.get("elements", ""), "met" if met else "MISSED"]


def show_sizes(rows, notes):
    table("IFC: bytes, side by side",
          ["model", "KB of IFC", "KB finest", "KB everything", "of it properties", "KB .frag", "KB .xkt",
           "KB .xkt, gzip", "finest / .frag", "everything / .frag", "finest / .xkt", "everything / .xkt",
           "elements in one tile", "everything ≤ targets"], rows,
          [f"targets: ≤ {OF_FRAG} × .frag and ≤ {OF_XKT} × .xkt. fragments {VERSIONS['fragments']}, "
           f"xeokit-convert {VERSIONS['xeokit-convert']}, both with their defaults; .xkt is not compressed "
           "by default.",
           "finest: tiles of the finest level, spaces, tileset documents, model.ndjson; everything: the coarser "
           "levels too. All of ours as browsers get it: the `.br` siblings that the builder writes.",
           "elements in one tile: objects of model.ndjson with a part that are in the table of one tile of the "
           "finest level.",
           *notes])


def resident_row(name, ours, light):
    if not ours or not light:
        return [name, "", "", "", "", "", "", "MISSED"]
    full = sum(ifc_tiles.triangles(scene.finest) for scene in ifc_tiles.model_scenes(ours, "full"))
    scenes = ifc_tiles.model_scenes(light, "app")
    finest = sum(ifc_tiles.triangles(scene.finest) for scene in scenes)
    whole = sum(ifc_tiles.size(scene.all_contents) + scene.document_bytes for scene in scenes)
    counts = " › ".join(str(ifc_tiles.triangles({path for tile in cut for path in tile.contents}))
                        for scene in scenes for cut in scene.levels)
    met = full and finest <= RESIDENT_SHARE * full and whole <= RESIDENT_BYTES
    return [name, full, finest, f"{finest / full:.1%}" if full else "", counts,
            kilobytes(sum(ifc_tiles.size(scene.finest) for scene in scenes)), kilobytes(whole),
            "met" if met else "MISSED"]


def show_residents(rows):
    table("IFC: the resident's exterior, profile `app`",
          ["model", "triangles of the full model, finest level", "finest level for residents", "share",
           "levels, coarsest first", "KB finest", "KB everything", "targets"], rows,
          [f"targets: ≤ {RESIDENT_SHARE:.0%} of the triangles, ≤ {RESIDENT_BYTES / 1e3:g} KB a building with all "
           "levels and documents, as browsers get them. Triangles: as drawn, each repeat counted; without spaces."])
