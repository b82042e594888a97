# Purpose: the table of readings by HTTP: how many a second are on the disk when their answers come, one a
#          request and many a request, beside requests that do nothing; and the memory of 100,000 devices.
# Inputs:  the options of scripts/bench; `wrk` (Debian: wrk). twin-server lies beside the builder.
#          TWIN_BENCH_DATABASE: another address than a SQLite file in out/bench.
# Outputs: a table on standard output. What is missing is said, and the table is left out.
import itertools
import json
import re
import shutil
import time
import urllib.request
from pathlib import Path

from bench import say, table
from servers import SECONDS, Running, publish, twin, twin_program, wrk

CONNECTIONS = 128
# A gateway has a connection, and sends what its devices measured in some instants.
GATEWAYS, BEHIND_ONE, INSTANTS = 16, 100, 10
DEVICES = GATEWAYS * BEHIND_ONE
BATCH = BEHIND_ONE * INSTANTS
MANY = 100_000
RUN = itertools.count()
KIND, STREAM = "waste_bin", "fill_pct"
# One body a request, made beforehand: what is measured is the server, not the load. Without a time a
# reading is of the moment in which it comes; with one, gateways send all of theirs, one instant a body.
ONE = """
local at = 0
local bodies = {}
for i = 0, DEVICES - 1 do
  bodies[i] = wrk.format("POST", "/api/v1/readings", {["content-type"] = "application/json"},
    string.format('{"readings":[{"device":"d%d","stream":"STREAM","value":%d}]}', i, i % 90))
end
request = function()
  at = (at + 1) % DEVICES
  return bodies[at]
end
"""
MANY_A_REQUEST = """
local at = 0
local start = START
local hole = "@@@@@@@@@@@@@@@@@@@"
local bodies = {}
for gateway = 0, GATEWAYS - 1 do
  local readings = {}
  for instant = 0, INSTANTS - 1 do
    for device = 0, BEHIND_ONE - 1 do
      readings[#readings + 1] = string.format('{"device":"d%d","stream":"STREAM","value":%d,"time":"%s.%d00Z"}',
        gateway * BEHIND_ONE + device, (device + instant) % 90, hole, instant)
    end
  end
  bodies[gateway] = wrk.format("POST", "/api/v1/readings", {["content-type"] = "application/json"},
    '{"readings":[' .. table.concat(readings, ",") .. ']}')
end
request = function()
  at = at + 1
  return (bodies[at % GATEWAYS]:gsub(hole, os.date("!%Y-%m-%dT%H:%M:%S", start + math.floor(at / GATEWAYS))))
end
"""


def show(bench):
    server = twin_program(bench)
    if not shutil.which("wrk") or not server.exists():
        print(f"\nSKIPPED: ingest; missing: wrk (Debian: wrk) or {server}")
        return
    folder = bench.scratch / "ingest"
    publish(folder / "publication")
    rows = []
    with Running(twin(server, folder), "/health/live") as running:
        register(running, DEVICES)
        bare = best(bench, "nothing", lambda: wrk(running.url, CONNECTIONS))
        rows.append(["a request that does nothing", f"{bare['rate']:,.0f}", "", bare["p50"], bare["p99"], "1.00"])
        # What is sent one a request is of now; after it, the hours of gateways are late.
        many = best(bench, f"{BATCH} a request", lambda: ingest(running, folder, MANY_A_REQUEST, GATEWAYS, BATCH))
        one = best(bench, "one a request", lambda: ingest(running, folder, ONE, CONNECTIONS, 1))
        late = best(bench, f"{BATCH} late", lambda: ingest(running, folder, MANY_A_REQUEST, GATEWAYS, BATCH))
        rows.append(row("one reading a request", one, 1, bare))
        rows.append(row(f"{BATCH:,} readings a request", many, BATCH, bare))
        rows.append(row(f"{BATCH:,} late readings a request", late, BATCH, bare))
    table("Readings by HTTP", ["what", "requests/s", "readings/s", "p50", "p99", "of nothing"], rows, [
        f"wrk on the same processors, the best of {bench.runs} runs of {SECONDS} s, {DEVICES:,} devices; the answer "
        "comes when the readings are on the disk (SQLite, synchronous=FULL); stored readings are counted after.",
        "Late: each device has a newer reading already, as after an outage of a gateway's line.",
        "Targets on 2 processors: one a request ≥ 20,000/s with p99 < 20 ms, many ≥ 500,000 readings/s.",
    ])
    memory(server, bench.scratch / "many")


def memory(server, folder):
    publish(folder / "publication")
    with Running(twin(server, folder), "/health/live") as running:
        empty = resident_mb(running)
        for first in range(0, MANY, 20_000):
            register(running, 20_000, first)
        registered = resident_mb(running)
        for first in range(0, MANY, 10_000):
            post(running, [{"device": f"d{i}", "stream": STREAM, "value": 1} for i in range(first, first + 10_000)])
        reporting = resident_mb(running)
    start = time.monotonic()
    with Running(twin(server, folder), "/health/ready") as running:
        ready = time.monotonic() - start
        again = resident_mb(running)
    table(f"Memory of {MANY:,} devices", ["when", "resident MB"], [
        ["empty", f"{empty:.0f}"], ["registered", f"{registered:.0f}"], ["each has reported", f"{reporting:.0f}"],
        [f"after a restart (ready in {ready:.1f} s)", f"{again:.0f}"]], ["Target: < 300 MB."])


def row(what, run, batch, bare):
    return [what, f"{run['rate']:,.0f}", f"{run['rate'] * batch:,.0f}", run["p50"], run["p99"],
            f"{run['rate'] / bare['rate']:.2f}"]


def best(bench, what, measure):
    runs = []
    for _ in range(bench.runs):
        say(what)
        runs.append(measure())
    return max(runs, key=lambda run: run["rate"])


def ingest(running, folder, script, connections, batch):
    """A run of posts; what was answered must be stored."""
    path = Path(folder) / "load.lua"
    text = script
    for name in ("DEVICES", "GATEWAYS", "BEHIND_ONE", "INSTANTS", "STREAM"):
        text = text.replace(name, str(globals()[name]))
    # Each run has hours of its own: what was stored before is not stored again.
    path.write_text(text.replace("START", str(int(time.time()) - 80_000 + 2_000 * next(RUN))))
    before = stored(running)
    run = wrk(running.base + "/api/v1/readings", connections, script=path)
    new = stored(running) - before
    if new < run["requests"] * batch:
        raise SystemExit(f"error: {run['requests']} posts of {batch} were answered, {new} readings are stored")
    return run


def stored(running):
    with urllib.request.urlopen(running.base + "/metrics") as answer:
        text = answer.read().decode()
    counts = re.findall(r'^twin_readings_total\{[^}]*outcome="(?:fresh|late)"[^}]*\} (\d+)', text, re.M)
    if len(counts) != 2:
        raise SystemExit("error: /metrics does not count readings")
    return sum(map(int, counts))


def register(running, count, first=0):
    lines = ["id,kind,east_m,north_m"]
    lines += [f"d{i},{KIND},{i % 300},{i // 300}" for i in range(first, first + count)]
    send(running, "/api/v1/imports/devices", "\n".join(lines).encode(), "text/csv")


def post(running, readings):
    send(running, "/api/v1/readings", json.dumps({"readings": readings}).encode(), "application/json")


def send(running, path, body, kind):
    request = urllib.request.Request(running.base + path, body, {"content-type": kind}, method="POST")
    with urllib.request.urlopen(request) as answer:
        answer.read()


def resident_mb(running):
    text = Path(f"/proc/{running.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) * 1024 / 1e6
