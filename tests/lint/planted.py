#!/usr/bin/python3
"""Keeps planted bugs (src/base/planted.hpp) out of whatever is not the simulator.

    planted.py BUILD PROGRAM...    BUILD is where the programs were linked

A program has either the rooms' own libraries or the simulator's core, never both: else one name would
have two definitions. The programs that people run have the former, and nothing of the switch is in them;
kvsim has it, which shows that it would be seen.
"""

import re
import sys
from pathlib import Path

SWITCH = b"planted_bug"
PLANTED = "src/sim/libplanted_core.a"
OF_THE_SIMULATOR = re.compile(r"src/sim/")
LINKED = re.compile(r"^build (\S+): cpp_LINKER (.*)$", re.MULTILINE)
ROOM = re.compile(r"\b(src/\S+\.a)\b")


def check_link(program: str, inputs: str):
    rooms = set(ROOM.findall(inputs))
    clean = sorted(room for room in rooms if not OF_THE_SIMULATOR.match(room))
    if PLANTED in rooms and clean:
        return f"{program} has both the simulator's core and {', '.join(clean)}"
    return None


def check_program(path: Path):
    has_switch = SWITCH in path.read_bytes()
    if path.name == "kvsim":
        return None if has_switch else f"{path} has no bug to switch on, so this test sees nothing"
    return f"{path} has planted bugs" if has_switch else None


def self_test():
    both = check_link("x", "x.o | src/causal/libcausal.a src/sim/libplanted_core.a src/sim/libsim.a")
    alone = [check_link("x", "x.o | src/causal/libcausal.a src/base/libbase.a"),
             check_link("x", "x.o | src/sim/libplanted_core.a src/sim/libsim.a")]
    return [] if both and not any(alone) else ["the check of what is linked does not see it"]


if __name__ == "__main__":
    links = LINKED.findall((Path(sys.argv[1]) / "build.ninja").read_text())
    problems = self_test() + [check_link(program, inputs) for program, inputs in links]
    problems += [check_program(Path(program)) for program in sys.argv[2:]]
    problems = [problem for problem in problems if problem]
    print("\n".join(problems))
    print(f"planted: {len(links)} programs looked at, {len(problems)} wrong")
    sys.exit(1 if problems or not links else 0)
