# Purpose: the inputs of the bench that are made: a larger OBJ, plans, OBJ files of a survey.
# Inputs:  meshes of the test data, or none.
# Outputs: files below the scratch folder, or below out/bench.
import json
import re
import shutil
import struct
from pathlib import Path

from bench import say


def obj_files(bench):
    """The real OBJ meshes by name, those that are there."""
    folder = bench.data / "obj"
    named = {
        "tile, level 18": "derived-cc/Data/Tile_+000_+016/Tile_+000_+016.obj",
        "tile, level 16, large coordinates": "derived-absolute/Tile_+000_+017.obj",
        "city blocks, no texture": "city-lod1/lod1.obj",
        "tower, no texture": "lods/tour_part_dieu_0.obj",
    }
    return {name: folder / path for name, path in named.items() if (folder / path).exists()}


def nine_copies(bench, source, step_m=100.2):
    """Three by three copies of a tile side by side in one OBJ, each with pictures of its own."""
    folder = bench.scratch / "nine"
    out = folder / "nine.obj"
    if out.exists():
        return out
    say("making the OBJ of nine copies")
    folder.mkdir()
    libraries = [nine_materials(source, folder, copy) for copy in range(9)]
    (folder / "nine.mtl").write_text("\n".join(libraries))
    lines = source.read_text().splitlines()
    vertices = sum(line.startswith("v ") for line in lines)
    with open(out, "w", encoding="utf-8") as file:
        file.write("mtllib nine.mtl\n")
        file.writelines(line + "\n" for line in lines if line.startswith("vt "))
        for copy in range(9):
            write_copy(file, lines, copy, vertices, (copy % 3 * step_m, copy // 3 * step_m))
    return out


def nine_materials(source, folder, copy):
    """The materials of one copy, named apart, with their pictures copied beside."""
    text = source.with_suffix(".mtl").read_text()

    def picture(match):
        name = match.group(1).strip()
        shutil.copyfile(source.parent / name, folder / f"{copy}-{name}")
        return f"map_Kd {copy}-{name}"

    text = re.sub(r"map_Kd +(.+)", picture, text)
    return re.sub(r"newmtl +(\S+)", rf"newmtl {copy}-\1", text)


def write_copy(file, lines, copy, vertices, offset):
    """One copy: its vertices moved, its faces pointing to them, texture coordinates shared."""
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "v":
            x, y, z = map(float, rest.split()[:3])
            file.write(f"v {x + offset[0]:.4f} {y + offset[1]:.4f} {z:.4f}\n")
        elif word == "usemtl":
            file.write(f"usemtl {copy}-{rest.strip()}\n")
        elif word == "f":
            corners = (corner.split("/", 1) for corner in rest.split())
            moved = (f"{int(corner[0]) + copy * vertices}/{corner[1].split('/')[0]}" for corner in corners)
            file.write(f"f {' '.join(moved)}\n")


def plan(bench, survey, name, **profile):
    """A `community.toml` over a survey, with one profile."""
    folder = bench.scratch / f"plan-{name}"
    folder.mkdir(exist_ok=True)
    keys = "\n".join(f"{key} = {json.dumps(value)}" for key, value in profile.items())
    (folder / "community.toml").write_text(
        f'[community]\nid = "bench"\n[community.name]\nzh = "bench"\nen = "bench"\n'
        f'[[source]]\nid = "survey"\nkind = "osgb"\npath = {json.dumps(str(survey.resolve()))}\n'
        f'[[profile]]\nid = "full"\n{keys}\n'
    )
    return folder / "community.toml"


def carve_pictures(osgb, folder):
    """The JPEG files inside an uncompressed OSGB, which `osgconv` names in its MTL but leaves out."""
    data = Path(osgb).read_bytes()
    for match in re.finditer(rb"[\x20-\x7e]+\.jpg", data):
        start = data.find(b"\xff\xd8\xff", match.end(), match.end() + 64)
        if start > 0:
            size = struct.unpack_from("<I", data, start - 4)[0]
            (folder / Path(match.group().decode()).name).write_bytes(data[start : start + size])
