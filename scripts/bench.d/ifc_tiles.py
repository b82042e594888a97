# Purpose: what a publication of a building model holds: triangles with their repeats, bytes as served,
#          which element is in which tile.
# Inputs:  a publication folder of the builder.
# Outputs: `Scene`s, whose tiles are read once; sums over the finest level or over all levels.
import gzip
import json
import struct
from collections import Counter
from functools import cached_property, lru_cache

from publication import levels, read_tree

OFFSETS = {"UINT8": "B", "UINT16": "H", "UINT32": "I", "UINT64": "Q"}


@lru_cache(maxsize=None)
def served_bytes(path):
    """Bytes of a file as browsers get it: its `.br` sibling, where the builder made one."""
    packed = path.with_name(path.name + ".br")
    return (packed if packed.exists() else path).stat().st_size


def gzipped_bytes(path):
    """Bytes of a file compressed with gzip at level 9, for files of others."""
    return len(gzip.compress(path.read_bytes(), 9, mtime=0))


class Content:
    """One GLB: triangles as drawn, with all repeats, and the ids of its property table."""

    def __init__(self, path):
        data = path.read_bytes()
        length, kind = struct.unpack_from("<I4s", data, 12)
        assert data[:4] == b"glTF" and kind == b"JSON", f"{path} is no GLB"
        self.document = json.loads(data[20 : 20 + length])
        self.binary = data[28 + length :]

    @property
    def triangles(self):
        return sum(self.triangles_of(node["mesh"]) * self.repeats(node)
                   for node in self.document.get("nodes", []) if "mesh" in node)

    def triangles_of(self, mesh):
        accessors, corners = self.document["accessors"], 0
        for primitive in self.document["meshes"][mesh]["primitives"]:
            if primitive.get("mode", 4) == 4:
                corners += accessors[primitive.get("indices", primitive["attributes"]["POSITION"])]["count"]
        return corners // 3

    def repeats(self, node):
        """How many times a node is drawn: as many as its instancing attributes have values."""
        instancing = node.get("extensions", {}).get("EXT_mesh_gpu_instancing", {}).get("attributes", {})
        counts = {self.document["accessors"][accessor]["count"] for accessor in instancing.values()}
        return max(counts, default=1)

    def ids(self):
        """The `id` column of all property tables; None if its bytes are compressed."""
        tables = self.document.get("extensions", {}).get("EXT_structural_metadata", {}).get("propertyTables", [])
        found = []
        for table in tables:
            column = table.get("properties", {}).get("id")
            if column is None:
                continue
            values, offsets = (self.view(column[key]) for key in ["values", "stringOffsets"])
            if values is None or offsets is None:
                return None
            code = OFFSETS[column.get("stringOffsetType", "UINT32")]
            ends = struct.unpack_from(f"<{table['count'] + 1}{code}", offsets)
            found += [values[a:b].decode() for a, b in zip(ends, ends[1:])]
        return found

    def view(self, number):
        view = self.document["bufferViews"][number]
        if view.get("extensions"):
            return None
        start = view.get("byteOffset", 0)
        return self.binary[start : start + view["byteLength"]]


content = lru_cache(maxsize=None)(Content)


class Scene:
    """One scene of a publication: its tileset documents and its tiles."""

    def __init__(self, version, entry):
        self.entry, self.root = entry, version / entry["tileset"]

    @cached_property
    def levels(self):
        """Tiles drawn when all is refined once more and once more, coarsest first."""
        return levels(read_tree(self.root))

    @cached_property
    def all_contents(self):
        return sorted({path for cut in self.levels for tile in cut for path in tile.contents})

    @cached_property
    def finest(self):
        return sorted({path for tile in self.levels[-1] for path in tile.contents})

    @property
    def document_bytes(self):
        return sum(served_bytes(path) for path in self.root.parent.rglob("*.json"))

    def ids(self):
        """In how many tiles of the finest level each element is; None where tables cannot be read."""
        listed = [content(path).ids() for path in self.finest]
        return None if None in listed else Counter(name for names in listed for name in set(names))


def scenes(publication, profile, kinds):
    """Scenes of a profile by what they show; what is alone in its community is its place."""
    entries = [entry for entry in publication.catalog["scenes"] if entry["profile"] == profile]
    chosen = [entry for entry in entries if entry.get("content", "place") in kinds]
    return [Scene(publication.version, entry) for entry in chosen]


def model_scenes(publication, profile):
    return scenes(publication, profile, ["model"]) or scenes(publication, profile, ["place"])


def triangles(paths):
    return sum(content(path).triangles for path in paths)


def size(paths):
    return sum(served_bytes(path) for path in paths)


def forget():
    """Publications are built again under the same names."""
    served_bytes.cache_clear()
    content.cache_clear()
