#!/usr/bin/python3
"""Keeps the house in shape: reads every source file and fails on what the architecture does not allow.

    lint.py ROOT            checks the tree
    lint.py --self-test     plants one violation of each rule and expects it to be found

Rules: an include follows the arrows between rooms; a third-party header stays in its room; the core has no
clock, thread, random device or unordered iteration; files and functions stay small; no tabs, no TODO left.
"""

import re
import sys
from pathlib import Path

# Which rooms each room may include. Arrows run downward only (docs/architecture.md).
BASE = {"base"}
VALUES = BASE | {"causal", "ring", "storage"}
PORT = VALUES | {"wire", "port"}
PROTOCOL = {"membership", "topology", "coordinator", "replica", "handoff", "transfer", "repair"}
NODE = PORT | PROTOCOL | {"node"}
MAY_INCLUDE = {
    "base": BASE,
    "causal": BASE | {"causal"},
    "ring": BASE | {"ring"},
    "storage": VALUES,
    "wire": VALUES | {"wire"},
    "port": PORT,
    **{room: PORT | {room} for room in PROTOCOL},
    "repair": PORT | {"transfer", "repair"},
    "node": NODE,
    "gateway": PORT | {"gateway"},
    "runtime": NODE | {"gateway", "runtime"},
    "sim": NODE | {"gateway", "sim"},
    "client": VALUES | {"wire", "client", "starling"},
}
# Storage has two sides: the values that the core exchanges with it, and the engines that drivers own.
STORAGE_VALUES = {"storage/commands.hpp", "storage/healing_commands.hpp", "storage/merkle_tree.hpp",
                  "storage/boot_record.hpp"}
MAY_INCLUDE_ENGINES = {"storage", "runtime", "sim", "tools", "tests"}

THIRD_PARTY = [  # (header pattern, where it may be included)
    (r"sqlite3\.h", ("src/storage/sqlite/", "src/sim/vfs/", "tests/unit/storage/")),
    (r"uv\.h", ("src/runtime/", "src/client/")),
    (r"msgpack.*", ("src/wire/", "src/gateway/", "tests/unit/wire/", "tests/unit/gateway/")),
    (r"roaring/.*", ("src/causal/", "src/repair/")),
    (r"spdlog/.*", ("src/runtime/", "tools/")),
    (r"sodium.*|xxhash\.h", ("src/base/",)),
    (r"toml\+\+/.*", ("src/runtime/", "tools/")),
    (r"CLI/.*", ("src/runtime/", "tools/")),
    (r"nlohmann/.*", ("src/runtime/", "tools/", "tests/")),
    (r"histedit\.h|editline/.*", ("tools/",)),
    (r"doctest/.*|rapidcheck.*", ("tests/",)),
    (r"fmt/.*", ("src/", "tools/", "tests/", "docs/")),
]

CORE = ("base", "causal", "ring", "wire", "port", "membership", "topology", "coordinator", "replica", "handoff",
        "transfer", "repair", "node", "gateway")
CORE_FORBIDDEN = [
    (r"\b(steady_clock|system_clock|high_resolution_clock|clock_gettime|gettimeofday)\b", "a clock in the core"),
    (r"#include <(thread|mutex|condition_variable|atomic|future|shared_mutex)>", "threads in the core"),
    (r"\b(random_device|mt19937|getrandom|arc4random|uniform_int_distribution|uniform_real_distribution)\b",
     "chance that is not starling::Random"),
    (r"#include <(random|iostream|fstream|filesystem)>", "the outside world in the core"),
    (r"#include <sys/socket\.h>|#include <unistd\.h>", "a socket or file in the core"),
    (r"\bshared_ptr\b", "shared ownership in the core"),
    (r"\bco_(await|yield|return)\b", "a coroutine"),
]
EVERYWHERE_FORBIDDEN = [
    (r"\t", "a tab"),
    (r"\b(TODO|FIXME|XXX)\b", "a note to self; do it, or say it in the issue tracker"),
]

FILE_LINES_MAX = 450
FUNCTION_LINES_MAX = 75

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def room_of(path: str) -> str:
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else parts[0]


def check_project_include(path: str, header: str):
    room, target = room_of(path), header.split("/")[0]
    if room not in MAY_INCLUDE or "/" not in header:
        return None
    if target not in MAY_INCLUDE and target != "starling":
        return None  # a header beside the file
    if target not in MAY_INCLUDE[room]:
        return f"{room} may not include {target}: arrows run downward only"
    if target == "storage" and room not in MAY_INCLUDE_ENGINES and header not in STORAGE_VALUES:
        return f"{room} may see storage's values ({', '.join(sorted(STORAGE_VALUES))}), not its engines"
    return None


def check_third_party(path: str, header: str):
    for pattern, places in THIRD_PARTY:
        if re.fullmatch(pattern, header):
            return None if path.startswith(places) else f"<{header}> belongs in {' or '.join(places)}"
    return None


def unordered_iterations(text: str):
    """Range-for loops over variables that the same file declares as unordered containers."""
    names = set(re.findall(r"std::unordered_\w+<[^;{}]*?>\s+(\w+)\s*[;={]", text))
    for name in names:
        for match in re.finditer(rf"for\s*\([^;)]*:\s*(?:\w+\.|this->)?{re.escape(name)}\s*\)|\b{re.escape(name)}\.c?begin\(",
                                 text):
            yield text.count("\n", 0, match.start()) + 1, name


def long_functions(lines):
    """Bodies by brace counting at the indentation where a definition starts. Coarse, and meant so."""
    start = None
    for number, line in enumerate(lines, 1):
        if start is None and re.match(r"^(?:  )?[A-Za-z_].*\)[^;]*\{\s*$", line) and not re.match(
                r"^\s*(namespace|struct|class|enum|union|extern)\b", line):
            start = (number, len(line) - len(line.lstrip()))
        elif start is not None and re.match(rf"^ {{{start[1]}}}\}}", line):
            if number - start[0] > FUNCTION_LINES_MAX:
                yield start[0], number - start[0]
            start = None


def check_file(path: str, text: str):
    lines = text.split("\n")
    code = re.sub(r"//[^\n]*", "", text)
    found = []
    for number, line in enumerate(lines, 1):
        if match := INCLUDE.match(line):
            problem = check_project_include(path, match[2]) if match[1] == '"' else check_third_party(path, match[2])
            if problem:
                found.append((number, problem))
        for pattern, what in EVERYWHERE_FORBIDDEN:
            if re.search(pattern, line):
                found.append((number, what))
    in_core = path.startswith("src/") and room_of(path) in CORE
    is_values = path in {f"src/{header}" for header in STORAGE_VALUES}
    if in_core or is_values:
        for number, line in enumerate(code.split("\n"), 1):
            for pattern, what in CORE_FORBIDDEN:
                if re.search(pattern, line):
                    found.append((number, what))
        for number, name in unordered_iterations(code):
            found.append((number, f"iterates the unordered container '{name}': its order is not part of the seed"))
    if path.startswith(("src/", "include/", "tools/")):
        if len(lines) > FILE_LINES_MAX:
            found.append((1, f"{len(lines)} lines: split it by idea"))
        for number, length in long_functions(lines):
            found.append((number, f"a function of {length} lines does not fit a screen"))
    if path.endswith(".hpp") and not any(line.startswith("#pragma once") for line in lines[:5]):
        found.append((1, "a header without #pragma once"))
    return [f"{path}:{number}: {problem}" for number, problem in found]


def check_tree(root: Path):
    found, files = [], 0
    for top in ("src", "include", "tools", "tests", "docs"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".hpp", ".cpp", ".h"):
                files += 1
                found += check_file(str(path.relative_to(root)), path.read_text())
    return found, files


PLANTED = [
    ("src/causal/x.cpp", '#include "wire/codec.hpp"\n', "arrows run downward"),
    ("src/replica/x.cpp", '#include "coordinator/quorum.hpp"\n', "arrows run downward"),
    ("src/node/x.cpp", '#include "storage/engine.hpp"\n', "not its engines"),
    ("src/gateway/x.cpp", '#include "node/node.hpp"\n', "arrows run downward"),
    ("src/runtime/x.cpp", "#include <sqlite3.h>\n", "belongs in"),
    ("src/node/x.cpp", "#include <uv.h>\n", "belongs in"),
    ("src/ring/x.cpp", "#include <roaring/roaring.hh>\n", "belongs in"),
    ("src/membership/x.cpp", "auto now = std::chrono::steady_clock::now();\n", "a clock"),
    ("src/ring/x.cpp", "#include <random>\n", "outside world"),
    ("src/ring/x.cpp", "std::random_device seed;\n", "chance"),
    ("src/coordinator/x.cpp", "#include <mutex>\n", "threads"),
    ("src/coordinator/x.cpp", "std::unordered_map<int, int> open_;\nfor (auto& [a, b] : open_) f(a);\n", "unordered"),
    ("src/causal/x.cpp", "std::shared_ptr<int> p;\n", "shared ownership"),
    ("tools/x.cpp", "int a;  // TODO\n", "note to self"),
    ("src/runtime/x.hpp", "int a;\n", "#pragma once"),
    ("src/runtime/x.cpp", "void f() {\n" + "  g();\n" * 90 + "}\n", "fit a screen"),
    ("src/runtime/x.cpp", "int a;\n" * 500, "split it by idea"),
]
INNOCENT = [
    ("src/node/x.cpp", '#include "storage/commands.hpp"\n#include "membership/membership.hpp"\n'),
    ("src/runtime/x.cpp", '#include <uv.h>\n#include "storage/shard.hpp"\n#include <thread>\n'),
    ("src/coordinator/x.cpp", "std::unordered_map<int, int> open_;\nopen_.find(1);\nfor (int a : sorted) f(a);\n"),
    ("src/base/x.cpp", "// the steady_clock is the driver's\n"),
]


def self_test():
    missed = [f"{path}: '{words}' not found" for path, text, words in PLANTED
              if not any(words in line for line in check_file(path, text))]
    missed += [line for path, text in INNOCENT for line in check_file(path, text)]
    return missed, len(PLANTED) + len(INNOCENT)


if __name__ == "__main__":
    problems, count = self_test() if sys.argv[1] == "--self-test" else check_tree(Path(sys.argv[1]))
    print("\n".join(problems))
    print(f"lint: {count} looked at, {len(problems)} wrong")
    sys.exit(1 if problems or count == 0 else 0)
