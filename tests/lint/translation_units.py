"""The translation units of a build, as tools beside the compiler need them.

Owns the reading of compile_commands.json; gcc12_coroutines.py and scripts/tidy ask about what it gives.
"""

import hashlib
import json
import os
import re
import shlex
from pathlib import Path

_QUOTED_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.MULTILINE)


class Unit:
    """One translation unit: its command, and the project's texts that it is made of."""

    def __init__(self, entry, root, path):
        self.root = root
        self.folder = Path(entry["directory"])
        self.path = path
        command = entry.get("arguments") or shlex.split(entry["command"])
        self.flags = flags_for_tools(command, entry["file"])
        self.texts = reachable_texts(self.path, root)

    @property
    def name(self):
        return os.path.relpath(self.path, self.root)

    @property
    def awaits(self):
        return any("co_await" in text for text in self.texts.values())

    def digest(self, question):
        """Changes whenever the answer to the question could."""
        parts = [question, "\0".join(self.flags), str(self.path)]
        for path in sorted(self.texts):
            parts += [str(path), self.texts[path]]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def flags_for_tools(command, file):
    """The compiler's flags without launcher, compiler, source, output and precompiled header."""
    flags = []
    skip = 0
    start = next((at for at, word in enumerate(command) if re.search(r"(?:clang|g)\+\+", word)), 0)
    for at, word in enumerate(command[start + 1 :], start + 1):
        if skip:
            skip -= 1
        elif word in ("-o", "-c") or word == file:
            skip = 1 if word == "-o" else 0
        elif word == "-Xclang" and command[at + 1] == "-include-pch":
            skip = 3
        elif word not in ("-Werror", "-Winvalid-pch"):
            flags.append(word)
    return flags + ["-w"]


def reachable_texts(path, root):
    """The file's text and those of all project headers that it includes, by path."""
    texts = {}
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current in texts or not current.is_file():
            continue
        text = current.read_text(encoding="utf-8", errors="replace")
        texts[current] = text
        for include in _QUOTED_INCLUDE.findall(text):
            waiting += [root / include, current.parent / include]
    return texts


def parts_of(path, build_dir):
    """The files that a file of the build only puts together (CMake's unity builds), or the file itself."""
    if build_dir not in path.parents or "Unity" not in path.parts or not path.is_file():
        return [path]
    return [Path(name).resolve() for name in _QUOTED_INCLUDE.findall(path.read_text(encoding="utf-8"))]


def units_of(build_dir, root):
    """The project's own units of a configured build, by path."""
    entries = json.loads((build_dir / "compile_commands.json").read_text(encoding="utf-8"))
    units = {}
    for entry in entries:
        whole = (Path(entry["directory"]) / entry["file"]).resolve()
        for path in parts_of(whole, build_dir):
            outside = root not in path.parents or build_dir in path.parents
            if not outside and path not in units:
                units[path] = Unit(entry, root, path)
    return [unit for _, unit in sorted(units.items())]
