"""What must stand beside what: a test beside each source, a line in a CMakeLists.txt for each source
and test (or it never runs), and behind each command in the documents a program that exists."""

import json
import os
import re

from source_tree import LAYERS, Finding

RULE = "companions"

# Sources without a test of their own, each with the reason.
UNTESTED = {
    "api/boost_src.cpp": "only includes the compiled part of Asio and Beast",
    "daemon/main.cpp": "names the real ports; tests/integration runs the program",
    "daemon/rolloutctl.cpp": "only dispatches to its commands; tests/integration runs the program",
    "daemon/rolloutctl_main.cpp": "only dispatches; tests/integration runs the program",
}

# Parts that are tested through what they are parts of: source -> where its tests are.
TESTED_THROUGH = {
    "api/http_connection.cpp": "tests/api/tls_test.cpp",
    "api/json_reader.cpp": "tests/api/wire_error_test.cpp",
    "api/resolver.cpp": "tests/api/http_pool_test.cpp",
    "api/tls_trust.cpp": "tests/api/tls_sessions_test.cpp",
    "api/slots.cpp": "tests/api/http_pool_test.cpp",
    "config/cloud_section.cpp": "tests/config/config_loader_test.cpp",
    "config/daemon_sections.cpp": "tests/config/config_loader_test.cpp",
    "daemon/cli/check_command.cpp": "tests/daemon/cli/rolloutctl_test.cpp",
    "daemon/cli/commands.cpp": "tests/daemon/cli/rolloutctl_test.cpp",
    "daemon/cli/journal_commands.cpp": "tests/daemon/cli/rolloutctl_test.cpp",
    "daemon/cli/local_client.cpp": "tests/daemon/admin_server_test.cpp",
    "daemon/cli/locate.cpp": "tests/daemon/cli/rolloutctl_test.cpp",
    "daemon/journal_recorder.cpp": "tests/daemon/watcher_test.cpp",
    "daemon/machine.cpp": "tests/integration/test_guarded.py",
    "daemon/settings_record.cpp": "tests/daemon/app_test.cpp",
    "policies/cel/arithmetic.cpp": "tests/policies/cel/evaluator_test.cpp",
    "policies/cel/binder.cpp": "tests/policies/cel/trace_test.cpp",
    "policies/cel/checker_macros.cpp": "tests/policies/cel/extensions_test.cpp",
    "policies/cel/checker_operators.cpp": "tests/policies/cel/checker_test.cpp",
    "policies/cel/compare.cpp": "tests/policies/cel/value_test.cpp",
    "policies/cel/environment.cpp": "tests/policies/cel/checker_test.cpp",
    "policies/cel/escapes.cpp": "tests/policies/cel/lexer_test.cpp",
    "policies/cel/evaluator_lists.cpp": "tests/policies/cel/evaluator_test.cpp",
    "policies/cel/evaluator_optionals.cpp": "tests/policies/cel/optionals_test.cpp",
    "policies/cel/expression.cpp": "tests/policies/cel/evaluator_test.cpp",
    "policies/cel/functions_convert.cpp": "tests/policies/cel/conformance.cpp",
    "policies/cel/functions_encoders.cpp": "tests/policies/cel/extensions_test.cpp",
    "policies/cel/functions_format.cpp": "tests/policies/cel/extensions_test.cpp",
    "policies/cel/functions_math.cpp": "tests/policies/cel/extensions_test.cpp",
    "policies/cel/functions_optional.cpp": "tests/policies/cel/optionals_test.cpp",
    "policies/cel/functions_string.cpp": "tests/policies/cel/conformance.cpp",
    "policies/cel/functions_text.cpp": "tests/policies/cel/extensions_test.cpp",
    "policies/cel/functions_time.cpp": "tests/policies/cel/conformance.cpp",
    "policies/cel/grammar.cpp": "tests/policies/cel/parser_test.cpp",
    "policies/cel/hints.cpp": "tests/policies/cel/checker_test.cpp",
    "policies/cel/parser_terms.cpp": "tests/policies/cel/parser_test.cpp",
    "policies/cel/regex.cpp": "tests/policies/cel/limits_test.cpp",
    "policies/cel/signatures.cpp": "tests/policies/cel/checker_test.cpp",
    "policies/cel/time_text.cpp": "tests/policies/cel/value_test.cpp",
    "policies/cel/type.cpp": "tests/policies/cel/checker_test.cpp",
    "policies/cel/unify.cpp": "tests/policies/cel/checker_test.cpp",
    "policies/cel/value_text.cpp": "tests/policies/cel/value_test.cpp",
    "policies/facts_vocabulary.cpp": "tests/policies/policy_loader_test.cpp",
    "policies/policy_conditions.cpp": "tests/policies/policy_loader_test.cpp",
    "policies/policy_rules.cpp": "tests/policies/policy_loader_test.cpp",
    "policies/policy_windows.cpp": "tests/policies/policy_loader_test.cpp",
    "policies/trial/trial.cpp": "tests/policies/trial/trial_judge_test.cpp",
    "policies/trial/trial_names.cpp": "tests/policies/trial/trial_expect_test.cpp",
    "policies/trial/trial_ticket.cpp": "tests/policies/trial/trial_timeline_test.cpp",
    "policies/trial/trial_values.cpp": "tests/policies/trial/trial_loader_test.cpp",
    "policies/yaml/document.cpp": "tests/policies/yaml/parse_test.cpp",
    "policies/yaml/syntax_advice.cpp": "tests/policies/yaml/parse_test.cpp",
    "policies/yaml/values.cpp": "tests/policies/yaml/fields_test.cpp",
}

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "docs/")

_SCRIPT = re.compile(r"(?<![\w/.-])((?:scripts|\.ci)/[\w.-]*\w)(?![\w.-]*/)")
_PROGRAM = re.compile(r"(?<![\w/.-])build/([\w-]+)/bin/([\w-]+)")
_PRESET = re.compile(r"--preset[ =]([\w-]+)")
_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(?:#[^)]*)?\)")
_TARGET = re.compile(r"\b(?:add_executable|rolloutd_\w+)\s*\(\s*([\w-]+)")


def check(tree):
    yield from _tests(tree)
    yield from _built(tree)
    yield from _documents(tree)


def _tests(tree):
    for file in tree.files:
        top = file.path.split("/")[0]
        if top not in LAYERS or not file.path.endswith(".cpp") or file.path in UNTESTED:
            continue
        stem = f"tests/{file.path[:-4]}"
        if file.path in TESTED_THROUGH:
            test = TESTED_THROUGH[file.path]
            if test not in tree.paths:
                yield Finding(file.path, 1, RULE, f"is said to be tested by {test}, which is gone")
            continue
        name = re.compile(re.escape(stem) + r"(?:_\w+)?_test\.cpp$")
        if not any(name.match(path) for path in tree.paths):
            yield Finding(file.path, 1, RULE, f"has no test: write {stem}_test.cpp")


def _built(tree):
    lists = {
        os.path.dirname(file.path): file.text
        for file in tree.files
        if os.path.basename(file.path) == "CMakeLists.txt"
    }
    for file in tree.cpp(*LAYERS, "tests"):
        if file.path.endswith(".cpp") and not _is_named(file.path, lists):
            yield Finding(file.path, 1, RULE, "no CMakeLists.txt of its folder or above names it")


def _is_named(path, lists):
    folder = os.path.dirname(path)
    while True:
        text = lists.get(folder, "")
        name = os.path.relpath(path, folder or ".")
        # A loop over names, as in ${name}_fuzz.cpp, names them all.
        if re.search(rf"(?<![\w-]){re.escape(name)}(?!\w)|\$\{{\w+\}}\w*\.cpp", text):
            return True
        if not folder:
            return False
        folder = os.path.dirname(folder)


def _documents(tree):
    presets = _presets(tree)
    targets = _targets(tree)
    for file in tree.files:
        if not file.path.startswith(DOCUMENTS) or not file.path.endswith(".md"):
            continue
        for number, line in enumerate(file.lines, 1):
            for message in _line_of_document(tree, file, line, presets, targets):
                yield Finding(file.path, number, RULE, message)


def _line_of_document(tree, file, line, presets, targets):
    for script in _SCRIPT.findall(line):
        if script not in tree.paths:
            yield f"names {script}, which does not exist"
        elif not os.access(tree.root / script, os.X_OK):
            yield f"names {script}, which is not executable"
    for preset, program in _PROGRAM.findall(line):
        if preset not in presets:
            yield f"names build/{preset}, but there is no preset {preset}"
        if program not in targets:
            yield f"names the program {program}, which no CMakeLists.txt makes"
    for preset in _PRESET.findall(line):
        if preset not in presets:
            yield f"names the preset {preset}, which does not exist"
    for link in _LINK.findall(line):
        target = os.path.normpath(os.path.join(os.path.dirname(file.path), link))
        if not (tree.root / target).exists():
            yield f"links to {link}, which does not exist"


def _presets(tree):
    file = tree.root / "CMakePresets.json"
    if not file.exists():
        return set()
    found = json.loads(file.read_text(encoding="utf-8"))["configurePresets"]
    return {preset["name"] for preset in found if not preset.get("hidden")}


def _targets(tree):
    names = set()
    for file in tree.files:
        if file.path.endswith("CMakeLists.txt"):
            names.update(_TARGET.findall(file.text))
    return names
