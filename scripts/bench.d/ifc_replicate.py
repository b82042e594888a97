# Purpose: an IFC file of any size, since no large one is in the test data: copies of real models side by
#          side below one IfcProject, each with step ids and GlobalIds of its own.
# Inputs:  IFC files of the same schema and units, the size wanted, the distance between
#          copies in the files' unit.
# Outputs: one IFC file. The project, its units and contexts are the first model's and are there once;
#          everything else is copied, sites too, and moved in plan by its root placements. Copies have
#          the same shapes, so a tool that finds equal geometry may keep it once: all have that chance.
import hashlib
import re

ENTITY = re.compile(rb"#(\d+)\s*=\s*(\w+)\s*(\((?:[^';]|'(?:[^']|'')*')*\))\s*;")
TOKEN = re.compile(rb"('(?:[^']|'')*')|#(\d+)")
GLOBAL_ID = re.compile(rb"'([0-3][0-9A-Za-z_$]{21})'$")
CONTEXT = re.compile(rb"IFCGEOMETRICREPRESENTATION(SUB)?CONTEXT")
DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$"
# Words that start like an object of its own, `('…',`, but have no GlobalId.
WITHOUT_ID = (b"IFCPROPERTY", b"IFCQUANTITY", b"IFCPHYSICAL", b"IFCCOMPLEX", b"IFCMATERIAL", b"IFCPERSON",
              b"IFCORGANIZATION", b"IFCAPPLICATION", b"IFCCLASSIFICATION", b"IFCDOCUMENT", b"IFCSURFACE",
              b"IFCSHAPE", b"IFCPRESENTATION")
WITH_ID = (b"IFCPROPERTYSET",)


class Source:
    """A model as text that can be written again with other ids."""

    def __init__(self, path):
        body = path.read_bytes()
        self.schema = body.partition(b"FILE_SCHEMA")[2].partition(b"'")[2].partition(b"'")[0]
        self.entities = {int(i): (word.upper(), text) for i, word, text in ENTITY.findall(body)}
        self.refs = {i: refs_of(text) for i, (_, text) in self.entities.items()}
        self.project = next(i for i, (word, _) in self.entities.items() if word == b"IFCPROJECT")
        self.contexts = [i for i, (word, _) in self.entities.items() if CONTEXT.match(word)]
        self.highest = max(self.entities)

    def closure(self, roots):
        found, todo = set(), list(roots)
        while todo:
            at = todo.pop()
            if at not in found:
                found.add(at)
                todo += self.refs.get(at, ())
        return found

    def context_type(self, context):
        strings = [text for text, _ in TOKEN.findall(self.entities[context][1]) if text]
        return self.entities[context][0], strings[-1] if strings else b""

    def pieces(self, left_out):
        """The text in pieces, and where its references and its GlobalIds stand in them."""
        pieces, refs, ids = [], [], []
        for number, (word, text) in self.entities.items():
            if number in left_out:
                continue
            refs.append((len(pieces), number))
            pieces += [b"", b"=" + word]
            at = 0
            for token in TOKEN.finditer(text):
                pieces += [text[at : token.start()], token.group()]
                at = token.end()
                if token.group(2):
                    refs.append((len(pieces) - 1, int(token.group(2))))
                elif token.start() == 1 and has_global_id(word) and GLOBAL_ID.match(token.group()):
                    ids.append(len(pieces) - 1)
            pieces.append(text[at:] + b";\n")
        return pieces, refs, ids

    def root_placements(self):
        """Placements in the world, which are relative to no other."""
        return {number for number, (word, text) in self.entities.items()
                if word == b"IFCLOCALPLACEMENT" and text.lstrip(b"( \r\n").startswith(b"$")}

    def roots(self):
        """For each placement in the world its axes, their point, their text and where the point is."""
        for number in sorted(self.root_placements()):
            axes = self.refs[number][0]
            kind, text = self.entities[axes]
            if kind == b"IFCAXIS2PLACEMENT3D":
                point = self.refs[axes][0]
                yield axes, point, text, [float(v) for v in self.entities[point][1].strip(b"() \r\n").split(b",")]


def refs_of(text):
    return [int(number) for _, number in TOKEN.findall(text) if number]


def has_global_id(word):
    return word.startswith(WITH_ID) or not word.startswith(WITHOUT_ID)


def new_global_id(old, copy):
    """Another id of 22 digits for each copy of an object, the same in each run."""
    number = int.from_bytes(hashlib.sha256(b"%d %s" % (copy, old)).digest()[:16], "big")
    digits = bytearray()
    for _ in range(22):
        number, digit = divmod(number, 64)
        digits.append(DIGITS[digit])
    return bytes(reversed(digits))


def replicate(paths, size_bytes, step, out):
    """Writes copies of the models in turn, up to about `size_bytes`, and returns how many. All must have
    the same units, since the first one's are kept; `step` is in them."""
    sources = [Source(path) for path in paths]
    first = sources[0]
    shared = first.closure([first.project, *first.contexts])
    by_type = {first.context_type(context): context for context in reversed(first.contexts)}
    fallback = next(context for (_, kind), context in by_type.items() if b"odel" in kind)
    prepared = [prepare(source, first, shared, by_type, fallback) for source in sources]
    sizes = [path.stat().st_size for path in paths]
    columns = max(1, round((size_bytes / sum(sizes) * len(sizes)) ** 0.5))
    with open(out, "wb") as file:
        file.write(header(first.schema, out.name))
        for number in sorted(shared):
            word, text = first.entities[number]
            file.write(b"#%d=%s%s;\n" % (number, word, text))
        offset, count = first.highest, 0
        while file.tell() + sizes[count % len(sizes)] / 2 < size_bytes:
            fixed, pieces = prepared[count % len(sizes)]
            shift = (count % columns * step, count // columns * step)
            offset = write_copy(file, (sources[count % len(sizes)], pieces, fixed), count, offset, shift)
            count += 1
        file.write(b"ENDSEC;\nEND-ISO-10303-21;\n")
    return count


def prepare(source, first, shared, by_type, fallback):
    """What is not copied, by the step id that stands for it, and the rest in pieces."""
    if source is first:
        fixed = {number: number for number in shared}
    else:
        fixed = {context: by_type.get(source.context_type(context), fallback) for context in source.contexts}
        fixed[source.project] = first.project
    return fixed, source.pieces(fixed)


def write_copy(file, model, copy, offset, shift):
    """One copy, moved, its ids above `offset`; returns the highest id."""
    source, (pieces, refs, ids), fixed = model
    pieces, top = list(pieces), offset + source.highest
    added, moved = [], {}
    for axes, point, text, at in source.roots():
        if axes not in moved:
            added.append(b"#%d=IFCCARTESIANPOINT((%s,%s,%s));\n" % (
                top + 1, *(repr(v).encode() for v in (at[0] + shift[0], at[1] + shift[1], at[2]))))
            added.append(b"#%d=IFCAXIS2PLACEMENT3D%s;\n" % (
                top + 2, renumbered(text, {**fixed, point: top + 1}, offset)))
            moved[axes] = top + 2
            top += 2
    root_placements, owner = source.root_placements(), None
    for at, number in refs:
        owner = owner if pieces[at] else number
        of_root = pieces[at] and owner in root_placements
        pieces[at] = b"#%d" % (moved.get(number) if of_root and number in moved else target(number, fixed, offset))
    for at in ids:
        pieces[at] = b"'" + new_global_id(pieces[at], copy) + b"'"
    file.write(b"".join(pieces))
    file.write(b"".join(added))
    return top


def renumbered(text, fixed, offset):
    return TOKEN.sub(lambda token: token.group(1) or b"#%d" % target(int(token.group(2)), fixed, offset), text)


def target(number, fixed, offset):
    return fixed.get(number, number + offset)


def header(schema, name):
    return (b"ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('ViewDefinition [CoordinationView]'),'2;1');\n"
            b"FILE_NAME('%s','2026-01-01T00:00:00',(''),(''),'scripts/bench','scripts/bench','');\n"
            b"FILE_SCHEMA(('%s'));\nENDSEC;\nDATA;\n" % (name.encode(), schema))
