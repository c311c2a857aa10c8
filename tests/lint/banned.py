"""Constructs that the project does not use, each with what to write in its place."""

import re

from source_tree import Finding

RULE = "banned"

UNIT_TESTS = ("tests/policies/", "tests/config/", "tests/api/", "tests/daemon/", "tests/sim/")
CODE = ("policies/", "config/", "api/", "daemon/", "tests/")
# rolloutctl runs once and ends: it has no loop that a sleep could stop, and nobody replays it.
ONE_SHOT = "daemon/cli/"


class Ban:
    """A pattern, looked for in code (comments and literals blanked) of some folders."""

    def __init__(self, pattern, instead, folders=CODE, but=(), headers_only=False):
        self.pattern = re.compile(pattern)
        self.instead = instead
        self.folders = folders
        self.but = but
        self.headers_only = headers_only

    def applies_to(self, file):
        if self.headers_only and not file.path.endswith(".h"):
            return False
        return file.path.startswith(self.folders) and not file.path.startswith(self.but or "\0")


BANS = [
    Ban(
        r"\basio::detached\b|\bdetached_t\b|include\s*<boost/asio/detached\.hpp>",
        "an exception of a detached coroutine vanishes: spawn it in a task_group",
    ),
    Ban(
        r"\bawaitable_operators\b",
        "`op || timer` waits for the timer when op fails: use with_deadline",
    ),
    Ban(
        r"include\s*<boost/asio\.hpp>",
        "it costs seconds a file: include the headers that are used, as <boost/asio/awaitable.hpp>",
    ),
    Ban(
        r"\bsystem_clock::now\b",
        "take the time as a value, or ask the clock port",
        but=("api/clock.cpp", ONE_SHOT, "tests/integration/", "tests/simulator/", "tests/bench/"),
    ),
    Ban(
        r"\b(?:steady_clock|high_resolution_clock)::now\b|\b(?:gettimeofday|clock_gettime)\s*\(",
        "take the time as a value, or ask the clock port",
        folders=("policies/", "config/"),
    ),
    Ban(
        r"\brandom_device\b",
        "ask the entropy port, or pass a seeded generator",
        but=("daemon/main.cpp", "api/entropy.cpp"),
    ),
    Ban(
        r"\bunordered_(?:multi)?(?:map|set)\b",
        "the order of iteration must not depend on the library: use std::map or std::set, or policies/lookup.h",
        folders=("policies/", "daemon/"),
        but=("policies/lookup.h",),
    ),
    Ban(
        r"\basync_read(?:_some|_header)?\s*\([^;]*\bparser_?(?:\.|->)get\s*\(\s*\)",
        "a parser's limits are not in force when its message is read into: pass the parser itself",
    ),
    Ban(
        r"\busing\s+namespace\b(?!\s+std::\w*literals)",
        "it leaks into every file that includes this one: name what is used",
        headers_only=True,
    ),
    Ban(
        r"\bstd::w?(?:basic_)?regex\b|include\s*<regex>",
        "its time and stack are not bounded: use RE2, or compare by hand",
    ),
    Ban(r"\bGTEST_" + r"SKIP\b", "a test runs or is deleted: scripts/setup installs what it needs"),
    Ban(r"\bDISABLED" + r"_\w", "a test runs or is deleted"),
    Ban(
        r"\bthis_thread::sleep_(?:for|until)\b|(?<![\w.>])u?sleep\s*\(|\bnanosleep\s*\(",
        "advance the test's clock",
        folders=UNIT_TESTS,
    ),
    Ban(
        r"\b(?:this_thread::sleep_(?:for|until))\b|(?<![\w.>:])u?sleep\s*\(",
        "a sleeping thread stops every ticket: wait on the clock port",
        folders=("policies/", "config/", "api/", "daemon/"),
        but=(ONE_SHOT,),
    ),
    Ban(
        r"\b(?:strtol|strtod|atoi|atof|stoi|stol|stoul|stoull|stod)\s*\(",
        "it depends on the locale or takes half a number: use std::from_chars",
        folders=("policies/", "config/", "api/", "daemon/"),
    ),
]

# Left-over marks are looked for in every text file, comments included.
_MARK = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
_MARKED_SUFFIXES = (".cpp", ".h", ".py", ".sh", ".cmake", ".txt", ".md", ".yaml", ".js", ".json")

# A path of somebody's machine. Folders that a test makes come from the system's temporary folder.
_MACHINE_PATH = re.compile(r"(?<![\w./}-])/(?:work|farm|home|Users|root)/[\w.]|/tmp/bash" + "_jobs")
DATA = ("tests/fuzz/corpus/", "tests/policies/cel/conformance/", "LICENSE")


def check(tree):
    for file in tree.files:
        if file.is_cpp:
            for ban in BANS:
                if ban.applies_to(file):
                    yield from _broken(file, ban)
        if file.path.startswith(DATA):
            continue
        if file.path.endswith(_MARKED_SUFFIXES) or file.is_script:
            yield from _marks(file)


def _broken(file, ban):
    for match in ban.pattern.finditer(file.code):
        what = " ".join(match.group(0).split())
        yield Finding(file.path, file.line_of(match.start()), RULE, f"`{what}`: {ban.instead}")


def _marks(file):
    for number, line in enumerate(file.lines, 1):
        if mark := _MARK.search(line):
            message = f"`{mark.group(0)}` is left over: do it, or open an issue"
            yield Finding(file.path, number, RULE, message)
        if path := _MACHINE_PATH.search(line):
            message = f"`{path.group(0)}`: a path of one machine; make it relative or an option"
            yield Finding(file.path, number, RULE, message)
