# Purpose: run one command and say what it and its children took; stop them all after a time.
#          `rusage.py` does the same for one process, without a limit; IFC tools start workers.
# Inputs:  a file for the figures, a file for standard output, a file for standard error, the limit
#          in seconds, the command.
# Outputs: JSON {cpu_s, wall_s, peak_kb, code, processes}. Peak: the largest sum of the resident memory of
#          all processes at one time, looked at every 10 ms, and not below the kernel's peak of the
#          largest one. Pages that processes share count for each. Code 124: the time was up.
import json
import os
import resource
import signal
import subprocess
import sys
import time

PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


def family(pid):
    """A process and all below it."""
    found, todo = [], [pid]
    while todo:
        at = todo.pop()
        found.append(at)
        try:
            for task in os.listdir(f"/proc/{at}/task"):
                with open(f"/proc/{at}/task/{task}/children") as file:
                    todo += [int(child) for child in file.read().split()]
        except OSError:
            pass  # it has ended meanwhile
    return found


def resident_kb(pid):
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE_KB
    except (OSError, IndexError):
        return 0


def main():
    figures, out, err, limit_s, *command = sys.argv[1:]
    start, peak_kb, most, code = time.monotonic(), 0, 1, None
    with open(out, "wb") as stdout, open(err, "wb") as stderr:
        try:
            child = subprocess.Popen(command, stdout=stdout, stderr=stderr, start_new_session=True)
        except OSError as error:
            stderr.write(f"{command[0]}: {error}\n".encode())
            child, code = None, 127
        while child and (code := child.poll()) is None:
            members = family(child.pid)
            most = max(most, len(members))
            peak_kb = max(peak_kb, sum(map(resident_kb, members)))
            if time.monotonic() - start > float(limit_s):
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
                code = 124
                break
            time.sleep(0.01)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(figures, "w", encoding="utf-8") as file:
        json.dump({"cpu_s": usage.ru_utime + usage.ru_stime, "wall_s": time.monotonic() - start, "code": code,
                   "peak_kb": max(peak_kb, usage.ru_maxrss), "processes": most}, file)


main()
