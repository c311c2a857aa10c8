"""Dependencies point one way: policies <- config, policies <- api, all <- daemon.

Also keeps the core pure, and the headers that cost seconds of compile time in the few files that
need them (docs/decisions/0006-virtual-ports.md).
"""

import re

from source_tree import LAYERS, Finding

RULE = "layers"

MAY_INCLUDE = {
    "policies": {"policies"},
    "config": {"policies", "config"},
    "api": {"policies", "api"},
    "daemon": {"policies", "config", "api", "daemon"},
}

# The simulated cloud is a second opinion about the API: sharing api/ would share its mistakes.
APART = {"tests/simulator/": ("api", "daemon")}

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)

HEAVY = re.compile(r"^boost/(?:beast|asio/ssl)(?:/|\.hpp)")
HEAVY_ALLOWED = {
    "api/boost_src.cpp",
    "api/connection_failure.cpp",
    "api/http_connection.cpp",
    "api/response_parser.cpp",
    "api/response_parser.h",
    "api/socket_deadline.cpp",
    "daemon/admin_server.cpp",
}

# (what, who may include it, why the others may not)
CONFINED = [
    (
        re.compile(r"^boost/(?:asio|beast|json)(?:/|\.hpp)|^spdlog/|^CLI/|^prometheus/"),
        ("config/", "api/", "daemon/", "tests/"),
        "the core is pure: no I/O, no event loop, no logging; pass a value in instead",
    ),
    (
        re.compile(r"^(?:filesystem|fstream|iostream|thread|mutex|random|future)$"),
        ("config/", "api/", "daemon/", "tests/"),
        "the core is pure: no files, no threads, no randomness; pass a value in instead",
    ),
    (
        re.compile(r"^yaml-cpp/"),
        ("policies/yaml/", "tests/"),
        "yaml-cpp stands behind policies/yaml: use its document, which keeps marks and tags",
    ),
    (
        re.compile(r"^systemd/"),
        ("daemon/", "tests/daemon/", "tests/integration/"),
        "libsystemd belongs to the daemon",
    ),
    (
        re.compile(r"^CLI/"),
        ("daemon/", "tests/"),
        "command lines are read by programs, which live in daemon/ and tests/",
    ),
    (
        re.compile(r"^g(?:test|mock)/"),
        ("tests/",),
        "test code stays under tests/",
    ),
]


def includes(file):
    """(line, is_quoted, path) of every include directive."""
    for match in _INCLUDE.finditer(file.code):
        yield file.line_of(match.start(1)), match.group(1) == '"', match.group(2)


def check(tree):
    for file in tree.cpp():
        for line, quoted, path in includes(file):
            message = _own(tree, file, path) if quoted else _foreign(file, path)
            if message:
                yield Finding(file.path, line, RULE, message)


def _own(tree, file, path):
    top = file.path.split("/")[0]
    target = path.split("/")[0]
    if path not in tree.paths:
        if top == "tests" and f"{file.path.rsplit('/', 1)[0]}/{path}" in tree.paths:
            return None  # what only the tests of one folder share may be named from beside it
        if path.split("/")[0] in LAYERS + ("tests",):
            return f'"{path}" does not exist'
        return f'write "{path}" as a path from the root, as in "policies/ticket.h"'
    if target in LAYERS and target not in MAY_INCLUDE.get(top, LAYERS):
        allowed = ", ".join(sorted(MAY_INCLUDE[top]))
        return f"{top}/ may include only {allowed}; {path} points the wrong way"
    if target == "tests" and top in LAYERS:
        return f"{top}/ may not include test code"
    for folder, forbidden in APART.items():
        if file.path.startswith(folder) and target in forbidden:
            return f"{folder} shares no code with {target}/: it must be able to disagree with it"
    return None


def _foreign(file, path):
    if path.split("/")[0] in LAYERS:
        return f'include our own header with quotes: "{path}"'
    if HEAVY.match(path) and not file.path.startswith("tests/"):
        if file.path not in HEAVY_ALLOWED:
            allowed = ", ".join(sorted(HEAVY_ALLOWED))
            return f"Beast and ssl cost 10 s a file: only {allowed} and tests/ include them"
    for what, folders, why in CONFINED:
        if what.match(path) and not file.path.startswith(folders):
            return f"<{path}> is for {', '.join(folders)} only: {why}"
    return None
