# Purpose: the table of hot tiles: how many requests for a file of 50 KB, and for one that the client has
#          (304), twin-server answers beside nginx, with the same load in the same run.
# Inputs:  the options of scripts/bench; `wrk` and `nginx` (Debian: wrk, nginx-light). twin-server lies
#          beside the builder.
# Outputs: a table on standard output. What is missing is said, and the table is left out.
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from bench import say, table

SECONDS = os.environ.get("TWIN_BENCH_SECONDS", "8")
CONNECTIONS = "64"
SIZE = 50_000
BOUNDS = {"min": {"east_m": 0, "north_m": 0, "up_m": 0}, "max": {"east_m": 9, "north_m": 9, "up_m": 9}}
CATALOG = {
    "format": 1,
    "community": {"id": "bench", "name": {"zh": "测", "en": "Bench"}, "bounds": BOUNDS,
                  "origin": {"longitude_deg": 113.4, "latitude_deg": 22.5, "height_m": 0}},
    "sources": [],
    "scenes": [{"id": "full", "profile": "full", "tileset": "full/tileset.json", "bounds": BOUNDS,
                "tiles": 1, "triangles": 1, "texture_px": 0, "size_bytes": SIZE}],
    "model": "model.ndjson",
}
NGINX = """
worker_processes auto; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s; open_file_cache_errors on;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  types {{ model/gltf-binary glb; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    root {root};
    location /publication/ {{
      alias {root}/; etag on; add_header Cache-Control "public, max-age=31536000, immutable";
    }}
  }}
}}
"""
PATH = "/publication/content/tile.glb"


def show(bench):
    missing = [name for name in ("wrk", "nginx") if not shutil.which(name)]
    server = Path(bench.builder).with_name("twin-server")
    if missing or not server.exists():
        print(f"\nSKIPPED: hot tiles; missing: {', '.join(missing) or server} (Debian: wrk, nginx-light)")
        return
    folder = bench.scratch / "tiles"
    publish(folder / "publication")
    rows = []
    with Running(twin(server, folder)) as ours, Running(nginx(folder)) as theirs:
        for what, headers in [("50 KB", lambda peer: []), ("304", lambda peer: [f"If-None-Match: {peer.etag}"])]:
            # Turn and turn about, so that what else the machine does falls on both; the best counts.
            runs = {peer: [] for peer in (ours, theirs)}
            for _ in range(bench.runs):
                for peer in runs:
                    say(f"{what} from {peer.name}")
                    runs[peer].append(load(peer, headers(peer)))
            best = {peer: max(all_of, key=lambda run: run["rate"]) for peer, all_of in runs.items()}
            ratio = best[ours]["rate"] / best[theirs]["rate"]
            for peer in runs:
                run = best[peer]
                rows.append([what, peer.name, f"{run['rate']:,.0f}", run["p99"],
                             f"{ratio:.2f}" if peer is ours else "1.00"])
    table("Hot tiles", ["answer", "server", "requests/s", "p99", "ratio"], rows, [
        f"wrk with {CONNECTIONS} connections on the same {os.cpu_count()} processors, the best of {bench.runs} "
        f"runs of {SECONDS} s. nginx keeps the file open and sends it by `sendfile`.",
        "Targets on 2 processors: 50 KB ≥ 30,000/s with p99 < 3 ms, 304 ≥ 50,000/s.",
    ])


def publish(root):
    version = root / "versions/v1"
    (version / "full").mkdir(parents=True)
    (root / "content").mkdir()
    (version / "catalog.json").write_text(json.dumps(CATALOG))
    (version / "model.ndjson").write_text("")
    (version / "full/tileset.json").write_text('{"asset":{"version":"1.1"}}')
    (root / "content/tile.glb").write_bytes(os.urandom(SIZE))
    (root / "current").write_text("v1")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def twin(server, folder):
    port = free_port()
    command = [server, "serve", "--publication", folder / "publication", "--database", f"sqlite:{folder}/twin.db",
               "--listen", f"127.0.0.1:{port}"]
    return "twin-server", port, command, {"TWIN_LOG": "warn"}


def nginx(folder):
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, root=folder / "publication"))
    # Started as root its workers would be another user's, who may not read our folder.
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    return "nginx", port, ["nginx", "-c", config, *user], {}


class Running:
    """A server while it is measured."""

    def __init__(self, how):
        self.name, self.port, self.command, self.environment = how

    def __enter__(self):
        self.process = subprocess.Popen([str(part) for part in self.command], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env={**os.environ, **self.environment})
        self.url = f"http://127.0.0.1:{self.port}{PATH}"
        for _ in range(100):
            try:
                with urllib.request.urlopen(self.url) as answer:
                    self.etag = answer.headers["ETag"]
                    assert len(answer.read()) == SIZE, "the file is not what was written"
                return self
            except OSError:
                time.sleep(0.1)
        self.process.kill()
        raise SystemExit(f"error: {self.name} does not answer at {self.url}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def load(peer, headers):
    """Requests a second and the 99th percentile, of a run without failures."""
    command = ["wrk", "-t1", "-c", CONNECTIONS, "-d", f"{SECONDS}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    text = subprocess.run([*command, peer.url], capture_output=True, text=True, check=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", text)
    if failed:
        raise SystemExit(f"error: {peer.name}: {failed[0]}")
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            "p99": re.search(r"99%\s+(\S+)", text)[1]}
