"""The files that the lint looks at, and C++ text without its comments and literals.

Owns reading and walking; knows no rule. Every rule module takes a Tree and yields Findings.
"""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SKIPPED_FOLDERS = {".git", ".cache", "build", "node_modules", "__pycache__"}
LAYERS = ("policies", "config", "api", "daemon")


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule: where it is, which rule, and what to do about it."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


class SourceFile:
    """One file, named by its path from the root with forward slashes."""

    def __init__(self, root, path):
        self.path = path
        self.absolute = Path(root) / path

    @cached_property
    def text(self):
        return self.absolute.read_bytes().decode("utf-8", errors="replace")

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def code(self):
        """The text with comments and literals blanked: same length, same line breaks."""
        return without_comments_and_literals(self.text)

    @property
    def is_cpp(self):
        return self.path.endswith((".cpp", ".h"))

    @property
    def is_python(self):
        return self.path.endswith(".py") or self._runs_by("python")

    @property
    def is_shell(self):
        return self.path.endswith(".sh") or self._runs_by("sh")

    @property
    def is_script(self):
        return self.is_python or self.is_shell

    def _runs_by(self, interpreter):
        # Only files without a suffix are opened for this: a program under scripts/ or .ci/.
        if "." in self.path.rsplit("/", 1)[-1]:
            return False
        first = self.lines[0] if self.lines else ""
        return first.startswith("#!") and interpreter in first

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1


class Tree:
    """All files under one root, without what a build or a tool leaves there."""

    def __init__(self, root):
        self.root = Path(root)
        self.files = [SourceFile(self.root, path) for path in sorted(_walk(self.root))]
        self.paths = {file.path for file in self.files}

    def cpp(self, *folders):
        """C++ files, of these top folders if any are named."""
        return [
            file
            for file in self.files
            if file.is_cpp and (not folders or file.path.split("/")[0] in folders)
        ]


def _walk(root):
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in names:
            full = os.path.join(folder, name)
            if os.path.isfile(full) and not os.path.islink(full):
                yield os.path.relpath(full, root).replace(os.sep, "/")


_TOKEN = re.compile(
    r"""
      //(?:\\\n|[^\n])*                                   # comment to the end of the line
    | /\*.*?\*/                                           # comment in a block
    | R"(?P<delimiter>[^\s()\\]{0,16})\(.*?\)(?P=delimiter)"  # raw string
    | "(?:\\.|[^"\\\n])*"                                 # string
    | (?<![0-9a-zA-Z_])(?:u8|u|U|L)?'(?:\\.|[^'\\\n])+'   # character; 1'000 is none
    """,
    re.VERBOSE | re.DOTALL,
)


def without_comments_and_literals(text):
    """Blanks comments, and what stands between the quotes of literals (include lines are kept)."""

    def blank(match):
        token = match.group(0)
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        start = text.rfind("\n", 0, match.start()) + 1
        if text[start : match.start()].lstrip().startswith("#"):
            return token
        quote = token[-1]
        head = token.index(quote) + 1
        return token[:head] + re.sub(r"[^\n]", " ", token[head:-1]) + quote

    return _TOKEN.sub(blank, text)
