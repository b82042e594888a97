# Purpose: what each tool says about a model, product by product.
# Inputs:  the IFC files and `expected/*.ndjson` of the test data; the tools.
# Outputs: `Model` for the comparison. What peers say is kept in out/bench/ifc, by the file's and
#          the script's content, since IfcOpenShell takes minutes; the builder is asked each time.
import hashlib
import json
from dataclasses import dataclass, field

from bench import HERE, say

LIMIT_S = 600
OPENINGS = {"IFCOPENINGELEMENT", "IFCOPENINGSTANDARDCASE", "IFCVOIDINGFEATURE"}


@dataclass
class Answer:
    """What one tool says of one file: shapes by STEP id, its cost, or why there is none."""

    shapes: dict = field(default_factory=dict)
    failure: str = ""
    cpu_s: float = 0.0
    elements: dict = field(default_factory=dict)
    twice: list = field(default_factory=list)


@dataclass
class Model:
    """One file and what is said of it."""

    name: str
    file: object
    schema: str
    expected: dict  # None where the data has no expectation
    ifcopenshell: Answer
    web_ifc: Answer
    ours: Answer

    @property
    def reference(self):
        """IfcOpenShell's own shapes, at full precision; web-ifc's where IfcOpenShell reads nothing."""
        return self.ifcopenshell.shapes or self.web_ifc.shapes

    @property
    def reference_name(self):
        return "IfcOpenShell" if self.ifcopenshell.shapes else "web-ifc"


def models(bench, tools, wanted):
    """The models of the data, one after the other; all of them, or those that are named."""
    folder = bench.data / "ifc"
    for file in sorted(folder.glob("*.ifc")):
        if not wanted or file.stem in wanted:
            yield read_model(bench, tools, file)


def read_model(bench, tools, file):
    say(file.stem)
    expectation = file.parent / "expected" / f"{file.stem}.ndjson"
    expected = {row["step_id"]: row for row in json_lines(expectation)} if expectation.exists() else None
    python = kept(bench, tools, file, "oracle.py", tools.ifcopenshell(file))
    web = kept(bench, tools, file, "webifc.mjs", tools.web_ifc(file))
    web.shapes = {step: row for step, row in web.shapes.items() if row["class"].upper() not in OPENINGS}
    return Model(file.stem, file, schema(file), expected, python, web, ours(tools, file))


def schema(file):
    with open(file, "rb") as source:
        head = source.read(20_000).decode("latin-1")
    return head.partition("FILE_SCHEMA")[2].partition("'")[2].partition("'")[0]


def json_lines(path):
    """Rows of a file; the last may be cut off where a program was stopped."""
    for line in path.read_text(errors="replace").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row


def fine_shapes(bench, tools, file, steps):
    """Some products as IfcOpenShell meshes them with fine arcs."""
    asked = ",".join(map(str, sorted(steps)))
    return kept(bench, tools, file, "oracle.py", tools.ifcopenshell(file, "--fine", asked), asked).shapes


def kept(bench, tools, file, script, command, asked=""):
    """What a peer says of a file, from the last time if neither has changed."""
    if command is None:
        return Answer(failure="not installed")
    content = file.read_bytes() + (HERE / "ifc" / script).read_bytes() + asked.encode()
    key = hashlib.sha256(content).hexdigest()[:16]
    folder = bench.kept / "ifc"
    folder.mkdir(exist_ok=True)
    rows, cost = (folder / f"{file.stem}-{script}-{key}{end}" for end in [".ndjson", ".json"])
    if not cost.exists():
        say(f"{file.stem}: {script}")
        took = tools.run(command, LIMIT_S, rows)
        cost.write_text(json.dumps({"cpu_s": took.cpu_s, "failure": took.failure}))
    answer = Answer(**json.loads(cost.read_text()))
    for row in json_lines(rows):
        if "shape" in row or "triangles" in row:
            shape = row.get("shape", row)
            answer.shapes[shape["step_id"]] = shape
        elif "element" in row:
            answer.elements[row["element"]["step_id"]] = row["element"]
    return answer


def ours(tools, file):
    took = tools.run(tools.products(file), LIMIT_S)
    answer = Answer(failure=took.failure, cpu_s=took.cpu_s)
    for row in json_lines(took.out) if not took.failure else ():
        if row["step_id"] in answer.shapes:
            answer.twice.append(row["step_id"])
        answer.shapes[row["step_id"]] = row
    return answer
