# Purpose: the tables of the bench, one after the other. Called by scripts/bench.
# Inputs:  the options of scripts/bench, checked there.
# Outputs: tables on standard output.
import argparse
import os
import subprocess
import time

import ifc
import ingest
import memory
import peers
import resident
import scale
import spatial
import targets
import tiles
import viewer
from bench import Bench

TABLES = {"peers": peers.show, "targets": targets.show, "scale": scale.show, "memory": memory.show, **ifc.TABLES,
          "tiles": tiles.show, "spatial": spatial.show, "ingest": ingest.show, "viewer": viewer.show, "resident": resident.show}


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--builder", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--only", type=lambda names: names.split(","))
    parser.add_argument("--runs", type=int)
    parser.add_argument("--large", type=lambda flag: flag == "1")
    parser.add_argument("--models", type=lambda names: [name for name in names.split(",") if name])
    parser.add_argument("--survey", default="")
    chosen = parser.parse_args()
    if "ifc" in chosen.only:
        chosen.only += ifc.TABLES
    chosen.pid = os.getpid()
    return chosen


def main():
    chosen = options()
    bench = Bench(chosen)
    version = subprocess.run([chosen.builder, "--version"], capture_output=True, text=True, check=True)
    print(f"{version.stdout.strip()} ({chosen.builder}), {os.cpu_count()} processors")
    print("CPU: user and system seconds of the whole process, the least of "
          f"{chosen.runs} runs. Peak: resident memory, the highest. MB: 1,000,000 bytes.")
    start = time.monotonic()
    try:
        for name, show in TABLES.items():
            if name in chosen.only:
                show(bench)
    finally:
        bench.close()
    print(f"\nmeasured in {time.monotonic() - start:.0f} s")


main()
