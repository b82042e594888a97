# Purpose: servers to measure: a publication of nothing, a twin-server or a peer while it runs, and a load.
# Inputs:  the options of scripts/bench; twin-server lies beside the builder. TWIN_BENCH_SECONDS: how long a
#          load lasts (default 8).
# Outputs: none of its own.
import json
import os
import re
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

SECONDS = os.environ.get("TWIN_BENCH_SECONDS", "8")
BOUNDS = {"min": {"east_m": 0, "north_m": 0, "up_m": 0}, "max": {"east_m": 9, "north_m": 9, "up_m": 9}}
CATALOG = {
    "format": 1,
    "community": {"id": "bench", "name": {"zh": "测", "en": "Bench"}, "bounds": BOUNDS,
                  "origin": {"longitude_deg": 113.4, "latitude_deg": 22.5, "height_m": 0}},
    "sources": [],
    "scenes": [{"id": "full", "profile": "full", "tileset": "full/tileset.json", "bounds": BOUNDS,
                "tiles": 1, "triangles": 1, "texture_px": 0, "size_bytes": 0}],
    "model": "model.ndjson",
}


def twin_program(bench):
    return Path(bench.builder).with_name("twin-server")


def publish(root):
    version = root / "versions/v1"
    (version / "full").mkdir(parents=True)
    (root / "content").mkdir()
    (version / "catalog.json").write_text(json.dumps(CATALOG))
    (version / "model.ndjson").write_text("")
    (version / "full/tileset.json").write_text('{"asset":{"version":"1.1"}}')
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


class Running:
    """A server while it is measured."""

    def __init__(self, how, path, patience_s=10):
        self.name, self.port, self.command, self.environment = how
        self.base = f"http://127.0.0.1:{self.port}"
        self.url = self.base + path
        self.patience_s = patience_s

    def __enter__(self):
        self.process = subprocess.Popen([str(part) for part in self.command], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env={**os.environ, **self.environment})
        for _ in range(self.patience_s * 10):
            try:
                with urllib.request.urlopen(self.url) as answer:
                    self.etag = answer.headers["ETag"]
                return self
            except OSError:
                time.sleep(0.1)
        self.process.kill()
        raise SystemExit(f"error: {self.name} does not answer at {self.url}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def wrk(url, connections, headers=(), script=None):
    """Requests, requests a second, and latencies, of a run without failures."""
    command = ["wrk", "-t1", "-c", str(connections), "-d", f"{SECONDS}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    if script:
        command += ["-s", str(script)]
    text = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", text)
    if failed:
        raise SystemExit(f"error: {url}: {failed[0]}")
    latency = {percent: re.search(rf"^\s+{percent}%\s+(\S+)", text, re.M)[1] for percent in ("50", "99")}
    return {"requests": int(re.search(r"(\d+) requests in", text)[1]),
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), "p50": latency["50"], "p99": latency["99"]}
