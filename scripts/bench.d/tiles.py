# Purpose: the table of hot tiles: how many requests for a file of 50 KB, and for one that the client has
#          (304), twin-server answers beside nginx, with the same load in the same run.
# Inputs:  the options of scripts/bench; `wrk` and `nginx` (Debian: wrk, nginx-light). twin-server lies
#          beside the builder.
# Outputs: a table on standard output. What is missing is said, and the table is left out.
import os
import shutil

from bench import say, table
from servers import SECONDS, Running, free_port, publish, twin, twin_program, wrk

CONNECTIONS = 64
SIZE = 50_000
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
    server = twin_program(bench)
    if missing or not server.exists():
        print(f"\nSKIPPED: hot tiles; missing: {', '.join(missing) or server} (Debian: wrk, nginx-light)")
        return
    folder = bench.scratch / "tiles"
    publish(folder / "publication")
    (folder / "publication/content/tile.glb").write_bytes(os.urandom(SIZE))
    rows = []
    with Running(twin(server, folder), PATH) as ours, Running(nginx(folder), PATH) as theirs:
        for what, headers in [("50 KB", lambda peer: []), ("304", lambda peer: [f"If-None-Match: {peer.etag}"])]:
            # Turn and turn about, so that what else the machine does falls on both; the best counts.
            runs = {peer: [] for peer in (ours, theirs)}
            for _ in range(bench.runs):
                for peer in runs:
                    say(f"{what} from {peer.name}")
                    runs[peer].append(wrk(peer.url, CONNECTIONS, headers(peer)))
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


def nginx(folder):
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, root=folder / "publication"))
    # Started as root its workers would be another user's, who may not read our folder.
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    return "nginx", port, ["nginx", "-c", config, *user], {}
