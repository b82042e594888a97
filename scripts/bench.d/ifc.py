# Purpose: the tables of IFC models: what is read, at which cost, and how many bytes come out, beside
#          IfcOpenShell, web-ifc, fragments and xeokit-convert.
# Inputs:  the options of scripts/bench.
# Outputs: tables on standard output. The peers are installed once, below `target` and out/bench.
from functools import lru_cache

import ifc_bytes
import ifc_correct
import ifc_cost
from ifc_peers import Tools

tools = lru_cache(maxsize=None)(Tools)

TABLES = {
    "ifc-correct": lambda bench: ifc_correct.show(bench, tools(bench)),
    "ifc-cost": lambda bench: ifc_cost.show(bench, tools(bench)),
    "ifc-bytes": lambda bench: ifc_bytes.show(bench, tools(bench)),
}
