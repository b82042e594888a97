# Purpose: run one command and say what it took, as `time` does, but also the peak of its memory.
# Inputs:  a file for the figures, a file for what the command prints, the command.
# Outputs: JSON {cpu_s, wall_s, peak_kb, code}. A program of its own, since a child's peak starts at
#          that of the process it was forked from: this one stays at some 9 MB, the tables do not.
import os
import sys
import time

figures, log, *command = sys.argv[1:]
start = time.monotonic()
child = os.fork()
if child == 0:
    sink = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]}: {error}\n".encode())
        os._exit(127)
_, status, usage = os.wait4(child, 0)
wall_s = time.monotonic() - start
with open(figures, "w", encoding="utf-8") as out:
    out.write(
        f'{{"cpu_s": {usage.ru_utime + usage.ru_stime:.4f}, "wall_s": {wall_s:.3f}, '
        f'"peak_kb": {usage.ru_maxrss}, "code": {os.waitstatus_to_exitcode(status)}}}'
    )
