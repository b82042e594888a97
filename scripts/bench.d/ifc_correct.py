# Purpose: what the builder reads in IFC models against IfcOpenShell and web-ifc, product by product.
# Inputs:  the .ifc files and `expected/*.ndjson` of the test data, or those that `--models` names;
#          `tile-builder inspect FILE --products`, which needs no build.
# Outputs: tables on standard output and the first findings of each model; all of them in
#          out/bench/ifc/findings.ndjson, one JSON object a line.
import json
from collections import Counter

import ifc_oracle
from bench import table
from ifc_compare import Verdict, compare, explain

SHOWN = 6  # findings of a kind and a model on standard output
KINDS = ["missing", "only web-ifc", "bounds", "area", "colour", "surface colour", "partition", "storey",
         "property"]


def show(bench, tools):
    judged = [(model, judge(bench, tools, model)) for model in ifc_oracle.models(bench, tools, bench.models)]
    if not judged:
        print(f"\nskipped: IFC models, which are not in {bench.data} (set TWIN_TEST_DATA)")
        return
    readable = [(model, verdict) for model, verdict in judged if model.reference]
    show_shapes(readable)
    show_facts(readable)
    show_unread(judged)
    show_targets([verdict for _, verdict in readable])
    show_findings(bench, judged)


def judge(bench, tools, model):
    verdict = compare(model)
    steps = {finding.step_id for finding in verdict.findings if finding.kind == "area"}
    if steps and model.ifcopenshell.shapes:
        explain(model, verdict, ifc_oracle.fine_shapes(bench, tools, model.file, steps))
    return verdict


def total(verdicts):
    """The sums of all models; the worst of what is no sum."""
    verdict = Verdict()
    for one in verdicts:
        for name, value in vars(one).items():
            if isinstance(value, int):
                setattr(verdict, name, getattr(verdict, name) + value)
        verdict.worst_mm = max(verdict.worst_mm, one.worst_mm)
    return verdict


def cpu(answer):
    return f"{answer.cpu_s:.1f}" if not answer.failure else ""


def show_shapes(judged):
    def row(name, kind, v, times):
        return [name, kind, v.reference, v.meshed, v.missing, v.beyond, v.bounds_off, f"{v.worst_mm:.2f}",
                v.area_off, v.area_explained, v.peer_missing, v.peer_bounds_off, v.peer_area_off, *times]

    rows = [row(m.name, f"{m.schema}, {m.reference_name}", v, map(cpu, [m.ours, m.ifcopenshell, m.web_ifc]))
            for m, v in judged]
    rows.append(row("all", "", total(v for _, v in judged), ["", "", ""]))
    table("IFC: products meshed, bounds within 1 mm, area within 0.1 %",
          ["model", "schema, reference", "products", "ours", "missing", "more", "bounds off", "worst mm",
           "area off", "nearer", "web-ifc missing", "web-ifc bounds off", "web-ifc area off", "CPU s",
           "IfcOpenShell", "web-ifc"], rows,
          ["nearer: of the areas that are off, those where ours is nearer to IfcOpenShell's fine mesh of the same "
           "product than its default mesh, which both are compared with, is.",
           "products: what ifc/expected holds and IfcOpenShell meshes (openings left out); what web-ifc meshes "
           "where IfcOpenShell reads nothing. more: ours beyond that.",
           "area off: by more than 0.1 % and by more than a square millimetre.",
           "bounds are compared at full precision with IfcOpenShell in the same run, not with the rounded "
           "figures of ifc/expected.",
           "CPU s: to list products (ours, with properties), mesh and read properties (IfcOpenShell), mesh "
           "(web-ifc)."])


def show_facts(judged):
    def share(part, whole):
        return per_cent(part, whole) if whole else ""

    def row(name, v):
        return [name, v.coloured, v.coloured_right, share(v.coloured_right, v.coloured),
                v.surfaced, v.surfaced_right, v.placed, v.placed_once, share(v.placed_once, v.placed),
                v.storeys, v.storeys_right, share(v.storeys_right, v.storeys),
                v.triples, v.triples_equal, share(v.triples_equal, v.triples), v.unanswered]

    rows = [row(m.name, v) for m, v in judged]
    rows.append(row("all", total(v for _, v in judged)))
    table("IFC: colours, place and properties of products",
          ["model", "colours agreed", "ours right", "%", "surface agreed", "ours right", "products",
           "in one part", "%", "storeys known", "as climbed", "%", "property triples", "equal", "%",
           "not answered"], rows,
          ["colours agreed: products with an explicit colour in which IfcOpenShell and web-ifc agree, as sRGB bytes "
           "with opacity, ± 1; right: ours has all of these. surface agreed: products where IfcOpenShell draws the "
           "diffuse colour, a share of the surface colour, and web-ifc the surface colour itself; right: ours "
           "has the surface colour.",
           "in one part: listed once, with a part; as climbed: the same storey as containment, aggregates, nests "
           "and filled openings give with IfcOpenShell.",
           "triples: element, set and property with a value of `ifcopenshell.util.element.get_psets`, of products "
           "with a shape; numbers equal within 1e-9; a set without a name under any name. not answered: products "
           "for which get_psets fails."])


def per_cent(part, whole):
    """Per cent, rounded down, so that 100 means all."""
    return f"{int(part / whole * 10_000) / 100:.2f}"


def show_unread(judged):
    rows = []
    for model, _ in judged:
        answers = {"ours": model.ours, "IfcOpenShell": model.ifcopenshell, "web-ifc": model.web_ifc}
        rows += [[model.name, name, answer.failure or "meshes nothing"] for name, answer in answers.items()
                 if answer.failure or not answer.shapes]
        found = set(model.ifcopenshell.shapes)
        if model.expected is not None and found and found != set(model.expected):
            rows.append([model.name, "IfcOpenShell", f"{len(found)} products, ifc/expected {len(model.expected)}"])
    if rows:
        table("IFC: who does not read what", ["model", "tool", "what it says"], rows)


def show_targets(verdicts):
    v = total(verdicts)
    everything = [
        ("products meshed", v.meshed, v.reference), ("bounds within 1 mm", v.meshed - v.bounds_off, v.meshed),
        ("area within 0.1 %", v.meshed - v.area_off, v.meshed),
        ("the same, or nearer to the fine mesh", v.meshed - v.area_off + v.area_explained, v.meshed),
        ("explicit colours", v.coloured_right, v.coloured), ("in exactly one part", v.placed_once, v.placed),
        ("storeys as climbed", v.storeys_right, v.storeys), ("property triples", v.triples_equal, v.triples),
    ]
    rows = [[what, part, whole, per_cent(part, whole) if whole else "",
             "met" if whole and part == whole else "MISSED"] for what, part, whole in everything]
    table("IFC: targets of reading", ["what", "right", "of", "%", "all of them"], rows)


def show_findings(bench, judged):
    path = bench.kept / "ifc" / "findings.ndjson"
    with open(path, "w", encoding="utf-8") as file:
        for model, verdict in judged:
            for finding in verdict.findings:
                file.write(json.dumps({"model": model.name, **vars(finding)}, ensure_ascii=False) + "\n")
    print(f"\n### IFC: findings, the first {SHOWN} of a kind and model; all in {path}")
    for model, verdict in judged:
        counts = Counter(finding.kind for finding in verdict.findings)
        for kind in [kind for kind in KINDS if counts[kind]]:
            print(f"\n{model.name}, {kind}: {counts[kind]} ({classes(verdict, kind)})")
            for finding in [f for f in verdict.findings if f.kind == kind][:SHOWN]:
                print(f"- #{finding.step_id} {finding.ifc_class}: {finding.text}")


def classes(verdict, kind):
    counts = Counter(finding.ifc_class for finding in verdict.findings if finding.kind == kind)
    return ", ".join(f"{count} {name}" for name, count in counts.most_common(5))
