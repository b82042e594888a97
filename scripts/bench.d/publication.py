# Purpose: read what a build published: its tree of tiles, its report, its contents.
# Inputs:  a publication folder, or GLB files of any tool.
# Outputs: triangles per level, share of each parent, root contents, figures of the report.
import json
import struct
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=None)
def glb(path):
    """Triangles and pixels of a GLB; pixels are None where a picture's header is not understood."""
    with open(path, "rb") as file:
        head = file.read(20)
        length, kind = struct.unpack_from("<I4s", head, 12)
        assert head[:4] == b"glTF" and kind == b"JSON", f"{path} is no GLB"
        document = json.loads(file.read(length))
        file.seek(8, 1)
        pixels = pixels_of(document, file, file.tell())
    return triangles_of(document), pixels


def triangles_of(document):
    accessors, meshes = document.get("accessors", []), document.get("meshes", [])

    def corners(primitive):
        if primitive.get("mode", 4) != 4:
            return 0
        return accessors[primitive.get("indices", primitive["attributes"]["POSITION"])]["count"]

    drawn = [node["mesh"] for node in document.get("nodes", []) if "mesh" in node]
    return sum(corners(primitive) // 3 for mesh in drawn for primitive in meshes[mesh]["primitives"])


def pixels_of(document, file, start):
    sizes = []
    for image in document.get("images", []):
        if "bufferView" not in image:
            return None
        view = document["bufferViews"][image["bufferView"]]
        file.seek(start + view.get("byteOffset", 0))
        sizes.append(picture_pixels(file.read(view["byteLength"])))
    return None if None in sizes else sum(sizes)


def picture_pixels(data):
    """Width × height from the header of a PNG or a JPEG."""
    if data[:4] == b"\x89PNG":
        width, height = struct.unpack_from(">II", data, 16)
        return width * height
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 < len(data) and data[at] == 0xFF:
        marker, length = struct.unpack_from(">BH", data, at + 1)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width * height
        at += 2 + length
    return None


class Tile:
    """One tile of the tree: its GLBs, and the tiles below that refine it."""

    def __init__(self, node, folder):
        self.contents, self.children = [], []
        contents = node.get("contents") or ([node["content"]] if "content" in node else [])
        for content in contents:
            path = (folder / content["uri"]).resolve()
            if path.suffix == ".json":
                self.children.append(read_tree(path))
            else:
                self.contents.append(path)
        self.children += [Tile(child, folder) for child in node.get("children", [])]

    @property
    def triangles(self):
        return sum(glb(path)[0] for path in self.contents)

    def first_drawn(self):
        """The coarsest tiles with content, from here downwards."""
        return [self] if self.contents else [t for child in self.children for t in child.first_drawn()]

    def refined(self):
        """What replaces this tile; the tile itself if nothing does."""
        return [t for child in self.children for t in child.first_drawn()] or [self]


def read_tree(path):
    return Tile(json.loads(Path(path).read_text())["root"], Path(path).parent)


class Publication:
    """The served version of a publication folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.version = self.folder / "versions" / (self.folder / "current").read_text().strip()
        self.catalog = json.loads((self.version / "catalog.json").read_text())
        self.report = json.loads((self.version / "report.json").read_text())

    def scene(self):
        """The tree of the first scene, which is the whole community."""
        return read_tree(self.version / self.catalog["scenes"][0]["tileset"])

    def textures(self):
        """What the textures of the first profile cost and lost."""
        return self.report["profiles"][0].get("textures", {})


def levels(tree):
    """The tiles drawn when everything is refined once more, and once more, coarsest first."""
    cuts = [tree.first_drawn()]
    while True:
        finer = [tile for shown in cuts[-1] for tile in shown.refined()]
        if finer == cuts[-1]:
            return cuts
        cuts.append(finer)


def shares(tree):
    """For each tile that is refined: its triangles over those of what replaces it."""
    found, todo = [], tree.first_drawn()
    while todo:
        tile = todo.pop()
        finer = tile.refined()
        if finer == [tile]:
            continue
        below = sum(t.triangles for t in finer)
        found.append(tile.triangles / below if below else 1.0)
        todo += finer
    return found


def root_contents(tree):
    """Bytes and pixels of all that must be there before anything shows."""
    paths = [path for tile in tree.first_drawn() for path in tile.contents]
    pixels = [glb(path)[1] for path in paths]
    return sum(path.stat().st_size for path in paths), None if None in pixels else sum(pixels)
