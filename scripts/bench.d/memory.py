# Purpose: whether the memory of a build stays below what `--memory` says.
# Inputs:  a survey in two profiles, the OBJ of nine copies.
# Outputs: one table, in MiB as `--memory` counts.
import meshes
from bench import table

BOUNDS_MIB = [256, 512, 1024]


def show(bench):
    survey = bench.zhongshan()
    inputs = {f"{survey.name}, full": (survey, []), f"{survey.name}, app": (survey, ["--profile", "app"])}
    named = meshes.obj_files(bench)
    if "tile, level 18" in named:
        inputs["OBJ, nine copies"] = (meshes.nine_copies(bench, named["tile, level 18"]), [])
    else:
        print(f"\nskipped: memory of a larger OBJ; the mesh is not in {bench.data} (set TWIN_TEST_DATA)")
    rows = [
        row(bench, name, source, options, bound)
        for name, (source, options) in inputs.items() for bound in BOUNDS_MIB
    ]
    table("Memory against --memory", ["input", "--memory MiB", "peak MiB", "CPU s", ""], rows)


def row(bench, name, source, options, bound):
    cost = bench.build(source, bench.scratch / "bounded", *options, "--memory", f"{bound}MiB", runs=1)
    peak = cost.peak_kb / 1024
    verdict = "stays below" if peak <= bound else "EXCEEDS"
    if cost.code != 0:
        verdict = f"refused: {cost.last_words}" if peak <= bound else f"failed: {cost.last_words}"
    return [name, bound, f"{peak:.0f}", f"{cost.cpu_s:.2f}", verdict]
