# Purpose: the server's spatial index beside PostGIS: the same million things, the same questions.
# Inputs:  Debian's postgresql and postgis (said to be skipped where they are missing); a database is made
#          for the run, on a free port, and goes with it. As root, PostgreSQL runs as the user `postgres`.
#          TWIN_OBJECTS: how many objects (default 1,000,000). `wrk` (Debian) for the questions by HTTP;
#          twin-server lies beside the builder.
# Outputs: two tables: in one process, and by HTTP. PostGIS gets its best case: everything in memory, GiST indexes (one for devices alone),
#          questions asked from within the database and timed there, no rows handed to a client.
import csv
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from bench import say, table
from servers import SECONDS, Running, publish, twin, twin_program, wrk

# The seed of each question's places in benches/spatial.rs, its name there, and PostGIS's words for it.
QUESTIONS = [
    (3, "box 50 m", """SELECT id FROM thing
        WHERE ground && ST_MakeEnvelope(q.e - 25, q.n - 25, q.e + 25, q.n + 25) ORDER BY kind, id"""),
    (4, "radius 50 m", """SELECT id FROM thing
        WHERE ST_DWithin(ground, ST_MakePoint(q.e, q.n), 50) ORDER BY ST_Distance(ground, ST_MakePoint(q.e, q.n))"""),
    (6, "nearest 10", "SELECT id FROM thing ORDER BY ground <-> ST_MakePoint(q.e, q.n) LIMIT 10"),
    (7, "nearest 5 lifts", """SELECT id FROM thing WHERE kind = 'device' AND class = 'lift'
        ORDER BY ground <-> ST_MakePoint(q.e, q.n) LIMIT 5"""),
    (9, "join: buildings in 300 m with lifts within 50 m", """SELECT b.id FROM thing b, LATERAL (
            SELECT count(*) AS near FROM thing d
            WHERE d.kind = 'device' AND d.class = 'lift' AND ST_DWithin(d.ground, b.ground, 50)) n
        WHERE b.kind = 'building' AND n.near > 0 AND ST_DWithin(b.ground, ST_MakePoint(q.e, q.n), 300)
        ORDER BY ST_Distance(b.ground, ST_MakePoint(q.e, q.n))"""),
]
SETUP = """
CREATE EXTENSION postgis;
CREATE TABLE box (id text, kind text, class text, w float8, s float8, l float8, e float8, n float8, h float8);
CREATE TABLE place (seed int, e float8, n float8);
\\copy box FROM 'things.csv' CSV
\\copy place FROM 'places.csv' CSV
CREATE TABLE thing AS SELECT id, kind, class,
    CASE WHEN w = e AND s = n THEN ST_MakePoint(w, s) ELSE ST_MakeEnvelope(w, s, e, n) END AS ground FROM box;
CREATE INDEX ON thing USING gist (ground);
CREATE INDEX ON thing USING gist (ground) WHERE kind = 'device';
CREATE INDEX ON thing USING gist (ground) WHERE kind = 'building';
VACUUM ANALYZE thing;
"""
ASK = """
CREATE FUNCTION ask_{seed}(OUT us float8[], OUT mean float8) LANGUAGE plpgsql AS $$
DECLARE q record; began timestamptz; rows bigint; total bigint := 0; asked bigint := 0;
BEGIN
    FOR q IN SELECT e, n FROM place WHERE seed = {seed} LOOP
        began := clock_timestamp();
        PERFORM * FROM ({sql}) answer;
        GET DIAGNOSTICS rows = ROW_COUNT;
        us := us || extract(epoch FROM clock_timestamp() - began)::float8 * 1e6;
        total := total + rows; asked := asked + 1;
    END LOOP;
    mean := total::float8 / asked;
END $$;
SELECT count(*) FROM ask_{seed}();
SELECT 'asked', {seed}, percentile_cont(0.5) WITHIN GROUP (ORDER BY u), percentile_cont(0.99) WITHIN GROUP (ORDER BY u), max(mean)
    FROM ask_{seed}() a, unnest(a.us) u;
"""


def show(bench):
    folder = bench.scratch / "spatial"
    folder.mkdir(parents=True, exist_ok=True)
    ours, loaded = measure_ours(folder)
    theirs = measure_postgis(folder)
    rows = []
    for seed, name, _ in QUESTIONS:
        median, high, found = ours[name]
        if theirs is None:
            rows.append([name, f"{median:.0f}", f"{high:.0f}", "", "", ""])
            continue
        their_median, their_high, their_found = theirs[seed]
        same = "" if abs(found - their_found) <= 0.02 * max(found, 1) else f" ({found:.1f} and {their_found:.1f} found)"
        rows.append([name, f"{median:.0f}", f"{high:.0f}", f"{their_median:.0f}", f"{their_high:.0f}",
                     f"{their_median / median:.0f}{same}"])
    for name in ours.keys() - {name for _, name, _ in QUESTIONS}:
        median, high, _ = ours[name]
        rows.append([name, f"{median:.0f}", f"{high:.0f}", "", "", ""])
    heads = ["question", "p50 µs", "p99 µs", "PostGIS p50 µs", "PostGIS p99 µs", "times"]
    table("Spatial questions", heads, rows, [loaded, "Target: p99 below 1,000 µs for a box and a radius."])
    by_http(bench, folder)


def measure_ours(folder):
    say("the spatial index")
    command = ["cargo", "bench", "--quiet", "--locked", "--package", "twin-server", "--bench", "spatial"]
    environment = {**os.environ, "TWIN_SPATIAL_CSV": str(folder)}
    text = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = [line for line in text.splitlines() if line.strip()]
    figures = {}
    for line in lines:
        found = re.fullmatch(r"(.+?)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)", line)
        if found:
            figures[found[1]] = tuple(float(figure) for figure in found.groups()[1:])
    return figures, lines[0]


# The same places as in the process: one body a place, made beforehand.
BY_HTTP = {
    "box 50 m": (3, lambda e, n: {"box": {"min": [e - 25, n - 25], "max": [e + 25, n + 25]}}),
    "radius 50 m": (4, lambda e, n: {"radius": {"east_m": e, "north_m": n, "radius_m": 50}}),
}
ASK_BY_HTTP = """
local at = 0
local bodies = {}
for line in io.lines("BODIES") do
  bodies[#bodies + 1] = wrk.format("POST", "/api/v1/spatial/query", {["content-type"] = "application/json"}, line)
end
request = function()
  at = at % #bodies + 1
  return bodies[at]
end
"""


def by_http(bench, folder):
    server = twin_program(bench)
    if not shutil.which("wrk") or not server.exists():
        print(f"\nskipped: spatial questions by HTTP; missing: wrk (Debian: wrk) or {server}")
        return
    say("a publication of all objects")
    publish(folder / "publication")
    count = write_model(folder / "things.csv", folder / "publication/versions/v1/model.ndjson")
    rows = []
    with Running(twin(server, folder), "/health/ready", patience_s=600) as running:
        for name, (seed, where) in BY_HTTP.items():
            for limit, connections in [(100, 1), (100, 16), (10_000, 1)]:
                say(f"{name} by HTTP, {connections} at once")
                write_bodies(folder, seed, where, limit)
                path = folder / "ask.lua"
                path.write_text(ASK_BY_HTTP.replace("BODIES", str(folder / "bodies.ndjson")))
                run = wrk(running.base + "/api/v1/spatial/query", connections, script=path)
                rows.append([name, f"{limit:,}", connections, f"{run['rate']:,.0f}", run["p50"], run["p99"]])
    table("Spatial questions by HTTP", ["question", "at most", "connections", "requests/s", "p50", "p99"], rows, [
        f"{count:,} objects; wrk on the same processors, {SECONDS} s each; answers of at most 100 "
        "things, as without a `limit`, or of all.",
        "Target: p99 below 5 ms, one at a time.",
    ])


def write_model(things, model):
    count = 0
    with open(things, newline="") as source, open(model, "w") as out:
        for name, kind, class_, west, south, low, east, north, high in csv.reader(source):
            if kind == "device":
                continue
            low_corner = {"east_m": float(west), "north_m": float(south), "up_m": float(low)}
            high_corner = {"east_m": float(east), "north_m": float(north), "up_m": float(high)}
            thing = {"id": name, "class": kind, "name": {}, "bounds": {"min": low_corner, "max": high_corner}}
            out.write(json.dumps(thing) + "\n")
            count += 1
    return count


def write_bodies(folder, seed, where, limit):
    with open(folder / "places.csv", newline="") as places, open(folder / "bodies.ndjson", "w") as bodies:
        for at, east, north in csv.reader(places):
            if int(at) == seed:
                bodies.write(json.dumps({"where": where(float(east), float(north)), "limit": limit}) + "\n")


def measure_postgis(folder):
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    if not binaries or not any(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        print("\nskipped: PostGIS, which is not there (Debian: postgresql postgis postgresql-15-postgis-3)")
        return None
    home = Path(tempfile.mkdtemp(prefix="twin-postgis-"))
    server = Server(binaries[-1].parent, home)
    try:
        for name in ["things.csv", "places.csv"]:
            shutil.copyfile(folder / name, home / name)
        server.start()
        say("loading PostGIS")
        server.ask(SETUP)
        figures = {}
        for seed, name, sql in QUESTIONS:
            say(f"PostGIS: {name}")
            for line in server.ask(ASK.format(seed=seed, sql=sql)).splitlines():
                if line.startswith("asked|"):
                    figures[seed] = tuple(float(figure) for figure in line.split("|")[2:])
        return figures
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


class Server:
    """A PostgreSQL of its own, which hears on one free port of this machine alone."""

    def __init__(self, binaries, home):
        self.binaries, self.home = binaries, home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        # PostgreSQL refuses to run as root.
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []

    def start(self):
        if self.user:
            shutil.chown(self.home, "postgres", "postgres")
            for path in self.home.iterdir():
                path.chmod(0o644)
        self.run("initdb", "--pgdata", self.home / "data", "--username", "twin", "--auth", "trust", "--no-sync")
        options = (f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.home} "
                   "-c shared_buffers=1GB -c fsync=off -c jit=off -c max_parallel_workers_per_gather=0")
        self.run("pg_ctl", "--pgdata", self.home / "data", "--wait", "--log", self.home / "log", "--options", options, "start")

    def ask(self, sql):
        command = [*self.user, self.binaries / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "twin", "-d", "postgres",
                   "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"]
        command = [str(part) for part in command]
        return subprocess.run(command, input=sql, cwd=self.home, check=True, stdout=subprocess.PIPE, text=True).stdout

    def stop(self):
        if (self.home / "data/postmaster.pid").exists():
            self.run("pg_ctl", "--pgdata", self.home / "data", "--mode", "immediate", "stop")

    def run(self, program, *arguments):
        command = [str(part) for part in [*self.user, self.binaries / program, *arguments]]
        subprocess.run(command, cwd=self.home, check=True, stdout=subprocess.DEVNULL)
