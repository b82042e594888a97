# Purpose: what IfcOpenShell reads in an IFC file: shapes, explicit colours, storeys, property sets.
#          Run by `ifc_oracle.py` with the Python of the environment that has `ifcopenshell`.
# Inputs:  an IFC file; `--count` to mesh alone, which is what the bench times; `--fine ID,…` for the shapes
#          of some products alone, with arcs so fine that areas are right to 0.01 %.
# Outputs: JSON lines: {"schema"} first, then one {"shape"} for each product that is meshed (openings
#          left out; metres, world coordinates of the file) and one {"element"} for each product of
#          the file with its storey and the answer of `ifcopenshell.util.element.get_psets`.
import json
import sys

import ifcopenshell
import ifcopenshell.geom
import ifcopenshell.util.element
import numpy

# Parts of a facility stand where a building has storeys.
STOREYS = ("IfcBuildingStorey", "IfcFacilityPart", "IfcBridgePart")
SPATIAL = ("IfcSpatialElement", "IfcSpatialStructureElement")
# What `get_info` adds to values that are not single: who it is, not what it says.
IDENTITY = {"id", "type", "class", "Name", "Description", "Specification", "Unit", "UsageName", "Discrimination",
            "Quality", "DefiningUnit", "DefinedUnit", "CurveInterpolation", "Expression"}


def main():
    path, options = sys.argv[1], sys.argv[2:]
    model = ifcopenshell.open(path)
    if options[:1] == ["--fine"]:
        for shape in shapes(model, [model.by_id(int(number)) for number in options[1].split(",")]):
            say({"shape": shape_facts(shape)})
        return
    if options == ["--count"]:
        triangles = [len(shape.geometry.faces) // 3 for shape in shapes(model)]
        say({"products": len(triangles), "triangles": sum(triangles)})
        return
    say({"schema": model.schema_identifier})
    for shape in shapes(model):
        say({"shape": shape_facts(shape)})
    for product in model.by_type("IfcProduct"):
        if not is_any(product, ["IfcFeatureElementSubtraction", "IfcOpeningElement"]):
            say({"element": element_facts(product)})


def say(row):
    print(json.dumps(row, ensure_ascii=False, allow_nan=False))


def is_any(entity, classes):
    for name in classes:
        try:
            if entity.is_a(name):
                return True
        except RuntimeError:
            pass  # this schema does not know the class
    return False


def shapes(model, fine=None):
    """Everything for which the geometry iterator has triangles, without openings; or some products, finely."""
    settings = ifcopenshell.geom.settings()
    settings.set("use-world-coords", True)
    if fine:
        settings.set("mesher-linear-deflection", 0.00005)
        settings.set("mesher-angular-deflection", 0.05)
    iterator = ifcopenshell.geom.iterator(settings, model, 1, include=fine)
    if not iterator.initialize():
        return
    while True:
        shape = iterator.get()
        opening = shape.type in ("IfcOpeningElement", "IfcOpeningStandardCase", "IfcVoidingFeature")
        if not opening and len(shape.geometry.faces) > 0:
            yield shape
        if not iterator.next():
            return


def shape_facts(shape):
    mesh = shape.geometry
    points = numpy.array(mesh.verts, dtype=float).reshape(-1, 3)
    corners = points[numpy.array(mesh.faces, dtype=int).reshape(-1, 3)]
    normals = numpy.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    styles = [mesh.materials[number] for number in set(mesh.material_ids) if number >= 0]
    return {
        "step_id": shape.id, "global_id": shape.guid, "class": shape.type, "triangles": len(corners),
        "min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist(),
        "area_m2": float(numpy.linalg.norm(normals, axis=1).sum() / 2),
        # What it draws: the diffuse colour, for which many files give a share of the surface colour.
        "colours": sorted({c for style in styles for c in explicit_colours(style, style.get_color())}),
        "surface_colours": sorted({c for style in styles for c in explicit_colours(style, style.surface)}),
    }


def explicit_colours(style, tint):
    """A colour of a style of the file, as bytes with opacity; none of a default style."""
    if style.instance_id == 0 or not tint or tint.r() != tint.r():
        return []
    alpha = 1.0 - style.transparency if style.transparency == style.transparency else 1.0
    return [tuple(round(255 * min(max(v, 0.0), 1.0)) for v in (tint.r(), tint.g(), tint.b(), alpha))]


def element_facts(product):
    facts = {
        "step_id": product.id(), "global_id": product.GlobalId, "class": product.is_a(),
        "has_shape": product.Representation is not None, "is_spatial": is_any(product, SPATIAL),
        "is_element": is_any(product, ["IfcElement"]), "storey": storey_of(product),
    }
    try:
        facts["property_sets"] = plain(ifcopenshell.util.element.get_psets(product))
    except Exception as error:  # such as its assertion on property kinds that it does not know
        facts["unanswered"] = f"{type(error).__name__}: {str(error)[:80]}"
    return facts


def storey_of(product):
    """GlobalId of the storey of a product: by containment, aggregates, nests and filled openings."""
    at, seen = product, set()
    while at is not None and at.id() not in seen:
        seen.add(at.id())
        if is_any(at, STOREYS):
            return at.GlobalId
        at = above(at)
    return None


def above(entity):
    steps = [("ContainedInStructure", "RelatingStructure"), ("Decomposes", "RelatingObject"),
             ("Nests", "RelatingObject"), ("FillsVoids", "RelatingOpeningElement"),
             ("VoidsElements", "RelatingBuildingElement")]
    for inverse, attribute in steps:
        for relation in getattr(entity, inverse, None) or ():
            return getattr(relation, attribute)
    return None


def plain(value):
    """Values as JSON has them: no identities, no units, no NULL; what is measured as its number. A set
    without a name is named by nothing."""
    if isinstance(value, dict):
        if isinstance(value.get("properties"), dict):
            return plain(value["properties"])
        pairs = ((key or "", plain(v)) for key, v in value.items() if key not in identity_of(value))
        return {key: v for key, v in pairs if v is not None}
    if isinstance(value, (tuple, list)):
        return [v for v in map(plain, value) if v is not None]
    if isinstance(value, ifcopenshell.entity_instance):
        return plain(value[0]) if value.id() == 0 else None
    if isinstance(value, float) and value != value:
        return None
    return value


def identity_of(value):
    """A set only gets `id`; a value that is not single brings all its attributes along."""
    return IDENTITY if "type" in value and "id" in value else {"id"}


main()
