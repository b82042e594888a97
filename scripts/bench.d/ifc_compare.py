# Purpose: one tool's products against the reference's: presence, bounds, area, colours, place, properties.
# Inputs:  `Model` of ifc_oracle.py.
# Outputs: `Verdict` with counts and `Finding`s; no file is read and nothing is printed here.
import math
from dataclasses import dataclass, field

BOUNDS_M = 0.001
AREA_SHARE = 0.001
AREA_FLOOR_M2 = 1e-6  # a square millimetre: some products are dots of one millimetre
COLOUR_STEP = 1  # bytes: what rounding may do
NUMBER_SHARE = 1e-9
PARTS = {"exterior", "interior", "space"}
SPACES = ("IfcSpace", "IfcSpatialZone", "IfcExternalSpatialElement")


@dataclass
class Finding:
    """One thing that is not as it should be."""

    kind: str
    step_id: int
    ifc_class: str
    text: str


@dataclass
class Verdict:
    """Counts of one model, and everything that is not as it should be."""

    reference: int = 0
    meshed: int = 0
    missing: int = 0
    beyond: int = 0
    bounds_off: int = 0
    area_off: int = 0
    area_explained: int = 0
    worst_mm: float = 0.0
    peer_missing: int = 0
    peer_bounds_off: int = 0
    peer_area_off: int = 0
    coloured: int = 0
    coloured_right: int = 0
    surfaced: int = 0
    surfaced_right: int = 0
    placed: int = 0
    placed_once: int = 0
    storeys: int = 0
    storeys_right: int = 0
    triples: int = 0
    triples_equal: int = 0
    unanswered: int = 0
    findings: list = field(default_factory=list)

    def add(self, kind, row, text):
        self.findings.append(Finding(kind, row["step_id"], row["class"], text))


def compare(model):
    verdict = Verdict()
    presence(model, verdict)
    shapes(model, verdict)
    colours(model, verdict)
    places(model, verdict)
    properties(model, verdict)
    return verdict


def wanted(model):
    """STEP ids that must be meshed: what the data expects and what IfcOpenShell meshes, or web-ifc alone."""
    expected = set(model.expected or ())
    return expected | set(model.reference)


def row_of(model, step):
    for rows in (model.reference, model.expected or {}, model.web_ifc.shapes, model.ours.shapes):
        if step in rows:
            return rows[step]
    return {"step_id": step, "class": model.ifcopenshell.elements.get(step, {}).get("class", "?")}


def presence(model, verdict):
    need, have, peer = wanted(model), set(model.ours.shapes), set(model.web_ifc.shapes)
    verdict.reference, verdict.meshed = len(need), len(need & have)
    verdict.missing, verdict.beyond = len(need - have), len(have - need)
    verdict.peer_missing = len(need - peer)
    for step in sorted(need - have):
        who = "web-ifc has it" if step in peer else "web-ifc lacks it too"
        verdict.add("missing", row_of(model, step), f"{model.reference_name} meshes it, {who}")
    for step in sorted(peer - need - have):
        verdict.add("only web-ifc", row_of(model, step), f"web-ifc meshes it, {model.reference_name} does not")


def shapes(model, verdict):
    peer_rows = model.web_ifc.shapes if model.ifcopenshell.shapes else {}
    for step, truth in sorted(model.reference.items()):
        mine, peer = model.ours.shapes.get(step), peer_rows.get(step)
        if peer:
            verdict.peer_bounds_off += bounds_off_m(truth, peer) > BOUNDS_M
            verdict.peer_area_off += area_off(truth, peer) > AREA_SHARE
        if not mine:
            continue
        off_m, share = bounds_off_m(truth, mine), area_off(truth, mine)
        verdict.worst_mm = max(verdict.worst_mm, off_m * 1000)
        if off_m > BOUNDS_M:
            verdict.bounds_off += 1
            third = third_opinion(mine, truth, peer, bounds_off_m, BOUNDS_M, box)
            verdict.add("bounds", truth,
                        f"{off_m * 1000:.1f} mm: {box(mine)}, {model.reference_name} {box(truth)}{third}")
        if share > AREA_SHARE:
            verdict.area_off += 1
            third = third_opinion(mine, truth, peer, area_off, AREA_SHARE, square_metres)
            verdict.add("area", truth, f"{share:.2%}: {square_metres(mine)} m², {model.reference_name} "
                        f"{square_metres(truth)}{third}")


def explain(model, verdict, fine):
    """Says of areas that are off whether IfcOpenShell's own fine mesh is nearer to ours than to its default."""
    for finding in verdict.findings:
        truth, exact = model.reference.get(finding.step_id), fine.get(finding.step_id)
        if finding.kind == "area" and exact:
            own, default = (area_off(exact, row) for row in (model.ours.shapes[finding.step_id], truth))
            verdict.area_explained += own < default
            finding.text += (f"; finely meshed by IfcOpenShell {exact['area_m2']:.4f}: ours is off {own:.2%}, "
                             f"its default {default:.2%}")


def third_opinion(mine, truth, peer, off, limit, form):
    """With whom web-ifc sides."""
    if peer is None:
        return ""
    to_ours, to_reference = off(peer, mine), off(peer, truth)
    if to_ours <= limit and to_ours <= to_reference:
        sides = "sides with ours"
    else:
        sides = "sides with the reference" if to_reference <= limit else "with neither"
    return f"; web-ifc {sides}: {form(peer)}"


def square_metres(row):
    return f"{row['area_m2']:.4f}"


def box(row):
    return " to ".join("(" + ", ".join(f"{v:.4f}" for v in row[end]) + ")" for end in ["min", "max"])


def bounds_off_m(a, b):
    """The largest difference of a coordinate of two boxes."""
    return max(abs(x - y) for end in ["min", "max"] for x, y in zip(a[end], b[end]))


def area_off(truth, row):
    """Difference of areas as a share; none where it is less than a square millimetre."""
    off_m2 = abs(truth["area_m2"] - row["area_m2"])
    return off_m2 / max(truth["area_m2"], row["area_m2"]) if off_m2 > AREA_FLOOR_M2 else 0.0


def close(a, b):
    return all(abs(x - y) <= COLOUR_STEP for x, y in zip(a, b))


def bytes_of(colour):
    return [round(255 * min(max(v, 0.0), 1.0)) for v in colour]


def colours(model, verdict):
    """Where what IfcOpenShell draws is web-ifc's colour; and where only the surface colour of its style is."""
    for step, truth in sorted(model.ifcopenshell.shapes.items()):
        peer, mine = model.web_ifc.shapes.get(step), model.ours.shapes.get(step)
        drawn, surface = (agreed(truth[kind], peer) for kind in ["colours", "surface_colours"])
        found = [bytes_of(colour) for colour in mine["colours"]] if mine else []
        lacking = [c for c in drawn or surface if not any(close(c, d) for d in found)]
        if drawn:
            verdict.coloured += 1
            verdict.coloured_right += not lacking
        elif surface:
            verdict.surfaced += 1
            verdict.surfaced_right += not lacking
        if mine and lacking:
            verdict.add("colour" if drawn else "surface colour", truth,
                        f"lacks {lacking} of {drawn or surface}, has {found}, "
                        f"IfcOpenShell draws {truth['colours']}")


def agreed(colours_of_truth, peer):
    return [c for c in colours_of_truth if peer and any(close(c, d) for d in peer["colours"])]


def places(model, verdict):
    """Each product in one part of one building; its storey the one that climbing relations gives."""
    need = wanted(model) | set(model.ours.shapes)
    verdict.placed = len(need)
    for step in sorted(need):
        mine, truth = model.ours.shapes.get(step), model.ifcopenshell.elements.get(step)
        if mine is None:
            continue
        if step in model.ours.twice:
            verdict.add("partition", mine, "listed more than once")
        elif mine.get("part") not in PARTS or (mine["part"] == "space") != (mine["class"] in SPACES):
            verdict.add("partition", mine, f"part `{mine.get('part')}`")
        else:
            verdict.placed_once += 1
        if truth is not None:
            verdict.storeys += 1
            right = mine.get("storey") == truth["storey"]
            verdict.storeys_right += right
            if not right:
                verdict.add("storey", mine, f"`{mine.get('storey')}`, the relations give `{truth['storey']}`")


def properties(model, verdict):
    for step in sorted(wanted(model)):
        truth, mine = model.ifcopenshell.elements.get(step), model.ours.shapes.get(step)
        if truth is None or "property_sets" not in truth:
            verdict.unanswered += truth is not None
            continue
        found = (mine or {}).get("property_sets") or {}
        for group, values in truth["property_sets"].items():
            for name, value in values.items():
                if value is None or value == []:
                    continue
                verdict.triples += 1
                own = found.get(group, {}).get(name)
                if not group:
                    own = unnamed(found, truth["property_sets"], name, value)
                if same(value, own):
                    verdict.triples_equal += 1
                elif mine:
                    verdict.add("property", mine, f"`{group}` / `{name}`: {short(own)}, get_psets {short(value)}")


def unnamed(found, named, name, value):
    """What ours says in the place of a set without a name: any set that get_psets does not name may hold it."""
    others = [values[name] for group, values in found.items() if name in values and group not in named]
    return next((own for own in others if same(value, own)), others[0] if others else None)


def short(value):
    text = "absent" if value is None else repr(value)
    return text if len(text) <= 70 else text[:67] + "…"


def same(a, b):
    """Equal values; numbers but for their last digits."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=NUMBER_SHARE, abs_tol=1e-300)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    return type(a) is type(b) and a == b
