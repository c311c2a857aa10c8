"""The measures of a file: its length, its lines' length, its functions' length, its first line."""

import ast
import re

from source_tree import Finding

RULE = "shape"
FILE_LINES = 400
FUNCTION_LINES = 70
CPP_COLUMNS = 100
SCRIPT_COLUMNS = 120

# Tables that other programs wrote, kept as they were; they are data, whatever they are called.
UNMEASURED = ("tests/fuzz/corpus/",)


def check(tree):
    for file in tree.files:
        if file.path.startswith(UNMEASURED) or not (file.is_cpp or file.is_script):
            continue
        yield from _lengths(file)
        if file.path.endswith(".h") and "#pragma once" not in file.lines[:1]:
            yield Finding(file.path, 1, RULE, "the first line of a header is `#pragma once`")
        if file.is_cpp:
            functions = cpp_functions(file.code)
        elif file.is_python:
            functions = python_functions(file.text)
        else:
            functions = []
        for name, first, last in functions:
            length = last - first + 1
            if length > FUNCTION_LINES:
                message = f"{length} lines, {FUNCTION_LINES} are allowed: name its parts"
                yield Finding(file.path, first, RULE, f"`{name}` has {message}")


def _lengths(file):
    if len(file.lines) > FILE_LINES:
        message = f"{len(file.lines)} lines, {FILE_LINES} are allowed: is it two things?"
        yield Finding(file.path, FILE_LINES + 1, RULE, message)
    columns = CPP_COLUMNS if file.is_cpp else SCRIPT_COLUMNS
    for number, line in enumerate(file.lines, 1):
        if len(line) > columns:
            yield Finding(file.path, number, RULE, f"{len(line)} columns, {columns} are allowed")
        if line != line.rstrip():
            yield Finding(file.path, number, RULE, "white space at the end of the line")
    if file.text and not file.text.endswith("\n"):
        yield Finding(file.path, len(file.lines), RULE, "the last line does not end")


def python_functions(text):
    """(name, first line, last line) of every function of a Python file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno


_TYPE_HEAD = re.compile(
    r"^(?:(?:export|inline|typedef|static|constexpr|extern\s*\"[^\"]*\")\s+|\[\[.*?\]\]\s*)*"
    r"(?:namespace|class|struct|union|enum|extern\s*\"[^\"]*\")\b"
)
_BODY_HEAD = re.compile(
    r"\)\s*(?:(?:const|noexcept(?:\([^()]*\))?|override|final|mutable|constexpr|try|&&?"
    r"|requires\b[^{]*|->[^{]*)\s*)*$"
)
_LAMBDA = re.compile(r"\[[^\[\]]*\]\s*(?:\([^{}]*\))?[^()\[\]{}=]*$")
_ACCESS = re.compile(r"^\s*(?:public|private|protected)\s*:(?!:)")
_INITIALIZER = re.compile(r"\)\s*(?:noexcept\s*)?:(?!:)")


def cpp_functions(code):
    """(name, first line, last line) of every function, found by its braces.

    Takes code without comments and literals. A lambda inside a function counts as a part of it; one
    in a table at namespace scope counts by itself. Preprocessor lines are left out.
    """
    code = re.sub(
        r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code, flags=re.M
    )
    functions = []
    scopes = []  # one per open brace: (kind, name, where it begins, the head and the parens around it)
    head = 0  # where the text that may become the head of the next brace begins
    parens = 0
    for match in re.finditer(r"[{}();]", code):
        at, mark = match.start(), match.group(0)
        if mark == "(":
            parens += 1
        elif mark == ")":
            parens -= 1
        elif mark == ";" and parens == 0:
            head = at + 1
        elif mark == "{":
            kind = _kind(code[head:at], scopes, parens)
            begin = head + _before_declaration(code[head:at])
            if kind == "function" and (introducer := _LAMBDA.search(code[begin:at])):
                begin += introducer.start()
            scopes.append((kind, _name(code[begin:at]), begin, head, parens))
            if kind != "initializer":
                head, parens = at + 1, 0
        elif mark == "}" and scopes:
            kind, name, begin, outer, parens = scopes.pop()
            if kind == "function" and not any(scope[0] == "function" for scope in scopes):
                functions.append((name, _line_of_text(code, begin), code.count("\n", 0, at) + 1))
            if kind != "initializer":
                head = outer if parens else at + 1
    return functions


def _before_declaration(head):
    """Length of access specifiers, and of macro calls without a semicolon, before a declaration."""
    access = _ACCESS.match(head)
    skipped = access.end() if access else 0
    while macro := re.match(r"\s*[A-Z][A-Z0-9_]{3,}\s*(?=\()", head[skipped:]):
        end = _end_of_parens(head, skipped + macro.end())
        if end is None or not head[end:].strip():
            break
        skipped = end
    return skipped


def _end_of_parens(text, begin):
    depth = 0
    for at in range(begin, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at + 1
    return None


def _kind(head, scopes, parens):
    head = _without_template(head)
    if _TYPE_HEAD.match(head):
        return "type"
    is_lambda = _LAMBDA.search(head)
    if parens and not is_lambda:
        return "initializer"
    in_initializer_list = _INITIALIZER.search(head)
    if _BODY_HEAD.search(head) or is_lambda:
        return "function"
    if in_initializer_list and re.search(r"[})]\s*$", head):
        return "function"
    if any(scope[0] == "function" for scope in scopes):
        return "block"
    return "initializer"


def _without_template(head):
    head = _ACCESS.sub("", head).strip()
    while head.startswith("template"):
        depth = 0
        for at, mark in enumerate(head):
            depth += (mark == "<") - (mark == ">")
            if mark == ">" and depth == 0:
                head = head[at + 1 :].strip()
                break
        else:
            return head
    return head


def _name(head):
    names = re.findall(r"([A-Za-z_~][\w:~]*(?:\s*\([^()]*\))?)\s*\(", head)
    if "TEST" in head and (test := re.search(r"\bTEST\w*\s*\(\s*(\w+)\s*,\s*(\w+)", head)):
        return f"{test.group(1)}.{test.group(2)}"
    return names[0].split("(")[0].strip() if names else "lambda"


def _line_of_text(code, begin):
    text = code[begin:]
    return code.count("\n", 0, begin + len(text) - len(text.lstrip())) + 1
