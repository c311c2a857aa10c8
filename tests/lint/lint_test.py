#!/usr/bin/env python3
"""The lint's own tests: each rule is fed a tree that breaks it, and one that does not."""

import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import companions
import formatting
import lint
import shape
from source_tree import Tree, without_comments_and_literals

MARK = "TO" + "DO"


class LintTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rolloutd lint ")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, path, text):
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text, encoding="utf-8")
        return full

    def findings(self, rule):
        return [(found.path, found.line, found.message) for found in lint.findings_of(self.root, [rule])]

    def assert_clean(self, rule):
        self.assertEqual(self.findings(rule), [])

    def assert_finds(self, rule, path, line, words):
        found = self.findings(rule)
        hits = [f for f in found if f[:2] == (path, line) and words in f[2]]
        self.assertEqual(len(hits), 1, f"wanted {path}:{line} {words!r}, got {found}")


class layers_rule(LintTest):
    def include(self, path, *names):
        for name in names:
            if name.startswith('"'):
                self.write(name.strip('"'), "#pragma once\n")
        self.write(path, "".join(f"#include {name}\n" for name in names))

    def test_arrows_that_point_down_are_fine(self):
        self.include("daemon/a.cpp", '"policies/p.h"', '"config/c.h"', '"api/a.h"', '"daemon/d.h"')
        self.include("api/a.cpp", '"policies/p.h"', "<boost/asio/awaitable.hpp>")
        self.include("config/c.cpp", '"policies/p.h"', "<filesystem>")
        self.include("tests/policies/t.cpp", '"policies/p.h"', "<gtest/gtest.h>")
        self.assert_clean("layers")

    def test_arrows_that_point_up_or_sideways_are_found(self):
        wrong = [("policies", "api"), ("policies", "config"), ("policies", "daemon")]
        wrong += [("config", "api"), ("config", "daemon"), ("api", "config"), ("api", "daemon")]
        for upper, lower in wrong:
            with self.subTest(f"{upper} includes {lower}"):
                self.include(f"{upper}/x.cpp", f'"{lower}/y.h"')
                self.assert_finds("layers", f"{upper}/x.cpp", 1, "points the wrong way")
                (self.root / f"{upper}/x.cpp").unlink()

    def test_the_core_is_pure(self):
        for name in ("boost/asio/post.hpp", "boost/json/value.hpp", "spdlog/spdlog.h", "fstream"):
            with self.subTest(name):
                self.include("policies/x.cpp", f"<{name}>")
                self.assert_finds("layers", "policies/x.cpp", 1, "the core is pure")
                self.include("policies/x.h", f"<{name}>")
                self.assert_finds("layers", "policies/x.h", 1, "the core is pure")

    def test_beast_and_ssl_stay_in_their_files(self):
        for name in ("<boost/beast/http.hpp>", "<boost/asio/ssl.hpp>", "<boost/asio/ssl/stream.hpp>"):
            with self.subTest(name):
                self.include("api/http_connection.cpp", name)
                self.include("tests/api/http_connection_test.cpp", name)
                self.assert_clean("layers")
                self.include("api/gateway.cpp", name)
                self.assert_finds("layers", "api/gateway.cpp", 1, "Beast and ssl cost")
                (self.root / "api/gateway.cpp").unlink()

    def test_yaml_cpp_stands_behind_policies_yaml(self):
        self.include("policies/yaml/document.cpp", "<yaml-cpp/yaml.h>")
        self.assert_clean("layers")
        self.include("config/loader.cpp", "<yaml-cpp/yaml.h>")
        self.assert_finds("layers", "config/loader.cpp", 1, "policies/yaml")

    def test_paths_are_written_from_the_root_and_exist(self):
        self.include("policies/x.cpp", "<vector>")
        self.write("policies/y.cpp", '#include "x.h"\n#include "policies/gone.h"\n')
        self.assert_finds("layers", "policies/y.cpp", 1, "as a path from the root")
        self.assert_finds("layers", "policies/y.cpp", 2, "does not exist")

    def test_tests_may_name_what_stands_beside_them(self):
        self.write("tests/policies/support.h", "#pragma once\n")
        self.write("tests/policies/x_test.cpp", '#include "support.h"\n')
        self.assert_clean("layers")

    def test_production_code_does_not_include_tests(self):
        self.include("daemon/x.cpp", '"tests/support/fake.h"')
        self.assert_finds("layers", "daemon/x.cpp", 1, "may not include test code")

    def test_the_simulated_cloud_shares_nothing_with_the_client(self):
        self.include("tests/simulator/cloud.cpp", '"api/wire.h"')
        self.assert_finds("layers", "tests/simulator/cloud.cpp", 1, "shares no code")

    def test_an_include_in_a_comment_is_none(self):
        self.write("policies/x.cpp", '// #include "api/y.h"\n/*\n#include <fstream>\n*/\n')
        self.assert_clean("layers")


class shape_rule(LintTest):
    def test_limits_are_inclusive(self):
        body = "    step();\n" * 68
        text = "void f() {\n" + body + "}\n"
        self.write("policies/x.cpp", text + "\n" * 330)
        self.assert_clean("shape")

    def test_a_long_file_is_found(self):
        for path in ("policies/x.cpp", "scripts/tool.sh", "tests/x.py"):
            self.write(path, "\n" * 401)
            self.assert_finds("shape", path, 401, "401 lines")

    def test_a_script_without_a_suffix_counts(self):
        self.write("scripts/tool", "#!/bin/sh\n" + "true\n" * 400)
        self.assert_finds("shape", "scripts/tool", 401, "401 lines")

    def test_a_long_line_is_found(self):
        self.write("policies/x.cpp", "//" + "x" * 98 + "\n")
        self.assert_clean("shape")
        self.write("policies/x.cpp", "int a;\n//" + "x" * 99 + "\n")
        self.assert_finds("shape", "policies/x.cpp", 2, "101 columns")

    def test_a_header_begins_with_pragma_once(self):
        self.write("policies/x.h", "// What it owns.\n#pragma once\n")
        self.assert_finds("shape", "policies/x.h", 1, "#pragma once")

    def test_a_long_python_function_is_found(self):
        self.write("tests/x.py", "def f():\n" + "    pass\n" * 70)
        self.assert_finds("shape", "tests/x.py", 1, "`f` has 71 lines")


class function_length(unittest.TestCase):
    def lengths(self, text):
        functions = shape.cpp_functions(without_comments_and_literals(text))
        return {name: last - first + 1 for name, first, last in functions}

    def test_functions_of_namespaces_and_classes_are_found(self):
        text = """
namespace a::b {
class c final : public d<int> {
public:
    c() : one_{1}, two_(2) {
        start();
    }
    int three() const noexcept override {
        if (x) {
            for (int i = 0; i < 3; ++i) { go(); }
        }
        return 3;
    }
    std::map<int, int> table_ = {
        {1, 2},
    };
};
template <class T>
    requires std::integral<T>
auto four(T value,
          options o = {}) -> std::vector<T> {
    return T{value};
}
}
"""
        self.assertEqual(self.lengths(text), {"c": 3, "three": 6, "four": 6})

    def test_a_lambda_counts_with_its_function(self):
        text = "void f() {\n  run([&](int x) {\n    go(x);\n  });\n  const auto v = list{\n 1};\n}\n"
        self.assertEqual(self.lengths(text), {"f": 7})

    def test_a_lambda_in_a_table_counts_by_itself(self):
        text = "const entry table[] = {\n  {1, [](int x) {\n    return x;\n  }},\n};\n"
        self.assertEqual(self.lengths(text), {"lambda": 3})

    def test_a_lambda_among_the_initializers_of_a_constructor_does_not_hide_it(self):
        text = "fleet::fleet(int a)\n  : on_([this] { go(); }), a_(a) {\n  start();\n}\n"
        self.assertEqual(self.lengths(text), {"lambda": 1, "fleet::fleet": 4})

    def test_a_table_is_no_function(self):
        self.assertEqual(self.lengths("constexpr int table[] = {\n 1,\n 2};\nint x{\n3};\n"), {})

    def test_tests_bear_their_names(self):
        self.assertEqual(self.lengths("TEST(journal, is_cut) {\n  go();\n}\n"), {"journal.is_cut": 3})

    def test_a_macro_before_a_function_does_not_lengthen_it(self):
        text = "BOOST_DESCRIBE_STRUCT(a, (), (b,\n c))\n\nint f() {\n}\n"
        self.assertEqual(self.lengths(text), {"f": 2})

    def test_braces_in_text_and_comments_are_none(self):
        text = "int f() {\n  g(\"{\", '{', R\"x(}}})x\"); // {\n  const int n = 1'000;\n}\nint h() {\n}\n"
        self.assertEqual(self.lengths(text), {"f": 4, "h": 2})


class banned_rule(LintTest):
    def test_each_construct_is_found_with_its_replacement(self):
        cases = [
            ("api/x.cpp", "asio::co_spawn(ex, f(), asio::detached);", "task_group"),
            ("api/x.cpp", "using namespace asio::experimental::awaitable_operators;", "with_deadline"),
            ("tests/api/x.cpp", "#include <boost/asio.hpp>", "headers that are used"),
            ("daemon/x.cpp", "auto t = std::chrono::system_clock::now();", "clock port"),
            ("tests/daemon/x.cpp", "auto t = std::chrono::system_clock::now();", "clock port"),
            ("policies/x.cpp", "auto t = steady_clock::now();", "clock port"),
            ("daemon/x.cpp", "std::random_device seed;", "entropy port"),
            ("policies/x.h", "std::unordered_map<int, int> m;", "std::map"),
            ("api/x.cpp", "co_await http::async_read(s,\n b, parser.get(), token);", "the parser itself"),
            ("api/x.cpp", "http::async_read(s, b, parser_->get());", "the parser itself"),
            ("config/x.h", "using namespace std;", "name what is used"),
            ("config/x.cpp", "std::regex r;", "RE2"),
            ("tests/api/x.cpp", "GTEST_" + "SKIP();", "deleted"),
            ("tests/api/x.cpp", "TEST(a, DISABLED" + "_b) {}", "deleted"),
            ("tests/api/x.cpp", "std::this_thread::sleep_for(1s);", "test's clock"),
            ("tests/api/x.cpp", "usleep(3);", "test's clock"),
            ("daemon/x.cpp", "std::this_thread::sleep_for(1s);", "clock port"),
            ("api/x.cpp", "int n = std::stoi(text);", "from_chars"),
        ]
        for path, code, words in cases:
            with self.subTest(code):
                file = self.write(path, f"int first;\n{code}\n")
                self.assert_finds("banned", path, 2, words)
                file.unlink()

    def test_the_few_places_that_may_are_left_alone(self):
        self.write("api/clock.cpp", "auto t = std::chrono::system_clock::now();\n")
        self.write("daemon/main.cpp", "std::random_device seed;\n")
        self.write("api/x.cpp", "std::unordered_map<int, int> m;\nco_await clock.sleep_until(t);\n")
        self.write("policies/lookup.h", "#pragma once\nstd::unordered_map<int, int> m;\n")
        self.write("api/y.cpp", "co_await http::async_read(s, b, parser, t);\nuse(parser.get());\n")
        self.write("tests/support/x.h", "#pragma once\nusing namespace std::chrono_literals;\n")
        self.write("config/x.cpp", "namespace { using namespace std::chrono_literals; }\n")
        self.assert_clean("banned")

    def test_words_in_comments_and_text_are_no_code(self):
        self.write("api/x.cpp", '// asio::detached\nlog("std::regex");\n/* random_device */\n')
        self.assert_clean("banned")

    def test_left_over_marks_are_found_in_comments_too(self):
        for path in ("policies/x.cpp", "scripts/x.sh", "docs/x.md"):
            self.write(path, f"\n// {MARK}: later\n")
            self.assert_finds("banned", path, 2, "left over")

    def test_paths_of_a_machine_are_found(self):
        for path in ("/ho" + "me/me/x", "/wo" + "rk/x", "/ro" + "ot/x"):
            self.write("scripts/x.sh", f"cd {path}\n")
            self.assert_finds("banned", "scripts/x.sh", 1, "a path of one machine")
        self.write("scripts/x.sh", "cd docs/wo" + "rk/x && cat https://host/ho" + "me/x /run/rolloutd/s\n")
        self.assert_clean("banned")


class companions_rule(LintTest):
    def setUp(self):
        super().setUp()
        names = "policies/cel/lexer.cpp policies/engine.cpp policies/part.cpp tests/policies/cel/lexer_test.cpp"
        names += " tests/policies/engine_sending_test.cpp tests/policies/whole_test.cpp"
        self.write("CMakeLists.txt", f"rolloutd_layer(all {names})\n")

    def test_a_source_that_no_build_names_is_found(self):
        self.write("tests/policies/new_test.cpp", "")
        self.assert_finds("companions", "tests/policies/new_test.cpp", 1, "no CMakeLists.txt")
        self.write("tests/policies/CMakeLists.txt", "rolloutd_test(t SOURCES other_new_test.cpp)\n")
        self.assert_finds("companions", "tests/policies/new_test.cpp", 1, "no CMakeLists.txt")
        self.write("tests/policies/CMakeLists.txt", "rolloutd_test(t SOURCES\n    new_test.cpp)\n")
        self.assert_clean("companions")

    def test_every_source_has_a_test(self):
        self.write("policies/cel/lexer.cpp", "")
        self.assert_finds("companions", "policies/cel/lexer.cpp", 1, "tests/policies/cel/lexer_test.cpp")
        self.write("tests/policies/cel/lexer_test.cpp", "")
        self.assert_clean("companions")

    def test_a_test_may_be_split_by_subject(self):
        self.write("policies/engine.cpp", "")
        self.write("tests/policies/engine_sending_test.cpp", "")
        self.assert_clean("companions")

    def test_a_part_may_be_tested_through_its_whole_as_long_as_that_test_exists(self):
        self.write("policies/part.cpp", "")
        through = {"policies/part.cpp": "tests/policies/whole_test.cpp"}
        with mock.patch.object(companions, "TESTED_THROUGH", through):
            self.assert_finds("companions", "policies/part.cpp", 1, "whole_test.cpp, which is gone")
            self.write("tests/policies/whole_test.cpp", "")
            self.assert_clean("companions")

    def test_commands_of_the_documents_exist(self):
        self.write("CMakePresets.json", '{"configurePresets": [{"name": "dev"}]}')
        self.write("daemon/CMakeLists.txt", "add_executable(rolloutd main.cpp)\n")
        script = self.write("scripts/demo", "#!/bin/sh\n")
        text = "Run `scripts/demo`,\n`cmake --preset dev`, `build/dev/bin/rolloutd`, [this](README.md).\n"
        self.write("README.md", text)
        self.assert_finds("companions", "README.md", 1, "not executable")
        os.chmod(script, 0o755)
        self.assert_clean("companions")

    def test_commands_that_do_not_exist_are_found(self):
        self.write("CMakePresets.json", '{"configurePresets": [{"name": "dev"}]}')
        cases = [
            ("scripts/gone", "scripts/gone, which does not exist"),
            ("cmake --preset fast", "the preset fast"),
            ("build/fast/bin/x", "no preset fast"),
            ("build/dev/bin/gone", "the program gone"),
            ("[a](docs/gone.md)", "links to docs/gone.md"),
        ]
        for command, words in cases:
            with self.subTest(command):
                self.write("README.md", f"\n{command}\n")
                hits = [found for found in self.findings("companions") if words in found[2]]
                self.assertEqual(len(hits), 1)


class format_rule(LintTest):
    def setUp(self):
        super().setUp()
        self.write(".clang-format", "BasedOnStyle: Google\nIndentWidth: 4\n")

    def test_unformatted_code_is_found(self):
        self.write("policies/x.cpp", "int x = 1;\n")
        self.assert_clean("format")
        self.write("policies/x.cpp", "int y;\nint   x=1 ;\n")
        self.assert_finds("format", "policies/x.cpp", 2, "scripts/format")

    def test_a_missing_tool_is_no_pass(self):
        self.write("policies/x.cpp", "int x = 1;\n")
        found = list(formatting.check(Tree(self.root), tool="clang-format-that-is-not-there"))
        self.assertEqual(len(found), 1)
        self.assertIn("is missing", found[0].message)


class command_line(LintTest):
    def test_an_empty_tree_is_no_pass(self):
        self.assertEqual(lint.main(["--root", str(self.root)]), 2)

    def test_findings_make_it_fail(self):
        self.write("policies/x.h", "int x;\n")
        self.assertEqual(lint.main(["--root", str(self.root), "shape"]), 1)
        self.write("policies/x.h", "#pragma once\n")
        self.assertEqual(lint.main(["--root", str(self.root), "shape"]), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
