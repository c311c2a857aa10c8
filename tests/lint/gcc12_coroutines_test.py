#!/usr/bin/env python3
"""The coroutine check's own tests: bad expressions are found, and what cannot be asked is no pass."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

import gcc12_coroutines
import translation_units

# Enough of a coroutine to parse, so that the tests need no library but the standard one.
AWAITABLE = """#pragma once
#include <coroutine>
#include <string>
#include <utility>
template <class T>
struct awaitable {
    struct promise_type {
        awaitable get_return_object() { return {}; }
        std::suspend_never initial_suspend() { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_value(T) {}
        void unhandled_exception() {}
    };
    bool await_ready() { return true; }
    void await_suspend(std::coroutine_handle<>) {}
    T await_resume() { return T{}; }
};
struct options { std::string url; int tries = 1; };
struct pair_of { std::string first; int second; };
awaitable<int> fetch(options what);
template <class F>
awaitable<int> call(F) { co_return 1; }
"""

GOOD = """#include "api/awaitable.h"
awaitable<int> f() {
    options what{"x", 2};
    const int got = co_await fetch(std::move(what));
    const std::string text = "x";
    auto work = [text] { return text; };
    const int again = co_await call(std::move(work));
    co_return got + again;
}
"""

BAD = {
    "aggregate": 'int x = co_await fetch(options{"x", 1}); co_return x;',
    "designated": 'int x = co_await fetch({.url = "x"}); co_return x;',
    "lambda": 'std::string s; int x = co_await call([s] { return s; }); co_return x;',
    "braces": 'pair_of p{std::string("x"), co_await call(1)}; co_return p.second;',
}


class coroutine_check(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rolloutd lint ")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        self.build = self.root / "build"
        self.build.mkdir()
        self.write("api/awaitable.h", AWAITABLE)

    def write(self, path, text):
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text, encoding="utf-8")

    def check(self, *files, **options):
        entries = [
            {
                "directory": str(self.build),
                "file": str(self.root / file),
                "arguments": ["ccache", "clang++-19", f"-I{self.root}", "-std=c++20", "-o", "x.o", "-c"]
                + [str(self.root / file)],
            }
            for file in files
        ]
        (self.build / "compile_commands.json").write_text(json.dumps(entries), encoding="utf-8")
        return gcc12_coroutines.check(self.build, self.root, jobs=2, **options)

    def test_named_operands_are_fine_and_asked_about_once(self):
        self.write("api/x.cpp", GOOD)
        self.assertEqual(self.check("api/x.cpp"), ([], 1, 1))
        self.assertEqual(self.check("api/x.cpp"), ([], 1, 0))

    def test_each_bad_expression_is_found_every_time(self):
        for name, body in BAD.items():
            with self.subTest(name):
                self.write("api/x.cpp", f'#include "api/awaitable.h"\nawaitable<int> f() {{ {body} }}\n')
                for _ in range(2):
                    complaints, looked_at, asked = self.check("api/x.cpp")
                    self.assertEqual((len(complaints), looked_at, asked), (1, 1, 1))
                    self.assertIn("api/x.cpp:2:", complaints[0])

    def test_one_bad_file_among_many_is_named(self):
        names = [f"api/x{number}.cpp" for number in range(14)]
        for number, name in enumerate(names):
            self.write(name, GOOD.replace(" f(", f" f{number}("))
        self.assertEqual(self.check(*names), ([], 14, 14))
        self.write(names[5], f'#include "api/awaitable.h"\nawaitable<int> bad() {{ {BAD["lambda"]} }}\n')
        complaints, looked_at, asked = self.check(*names)
        self.assertEqual((len(complaints), looked_at, asked), (1, 14, 1))
        self.write(names[6], GOOD.replace(" f(", " another("))
        complaints, looked_at, asked = self.check(*names)
        self.assertEqual((len(complaints), looked_at, asked), (1, 14, 2))
        self.assertIn("api/x5.cpp:2:", complaints[0])

    def test_files_that_the_build_puts_together_are_looked_at_one_by_one(self):
        self.write("api/x.cpp", GOOD)
        self.write("api/y.cpp", GOOD.replace(" f(", " g("))
        both = "".join(f'#include "{self.root}/api/{name}.cpp"\n' for name in "xy")
        self.write("build/CMakeFiles/api.dir/Unity/unity_0_cxx.cxx", both)
        self.assertEqual(self.check("build/CMakeFiles/api.dir/Unity/unity_0_cxx.cxx"), ([], 2, 2))

    def test_a_bad_expression_in_a_header_is_found(self):
        bad = f"inline awaitable<int> g() {{ {BAD['aggregate']} }}\n"
        self.write("api/helper.h", f'#pragma once\n#include "api/awaitable.h"\n{bad}')
        self.write("api/x.cpp", '#include "api/helper.h"\n')
        complaints, _, _ = self.check("api/x.cpp")
        self.assertEqual(len(complaints), 1)
        self.assertIn("api/helper.h:3:", complaints[0])

    def test_a_changed_header_is_asked_about_again(self):
        self.write("api/x.cpp", GOOD)
        self.check("api/x.cpp")
        self.write("api/awaitable.h", AWAITABLE + "\n")
        self.assertEqual(self.check("api/x.cpp"), ([], 1, 1))

    def test_a_file_that_does_not_parse_is_no_pass(self):
        self.write("api/x.cpp", "int f() { co_await y; }\n")
        complaints, _, _ = self.check("api/x.cpp")
        self.assertEqual(len(complaints), 1)
        self.assertIn("cannot be parsed", complaints[0])

    def test_nothing_to_look_at_is_no_pass(self):
        self.write("api/x.cpp", "int x;\n")
        complaints, _, _ = self.check("api/x.cpp")
        self.assertIn("nothing was checked", complaints[0])

    def test_a_missing_tool_is_no_pass(self):
        self.write("api/x.cpp", GOOD)
        complaints, _, _ = self.check("api/x.cpp", tool="clang-query-that-is-not-there")
        self.assertIn("is missing", complaints[0])

    def test_a_build_that_was_not_configured_is_no_pass(self):
        complaints, _, _ = gcc12_coroutines.check(self.build, self.root, jobs=1)
        self.assertIn("configure it first", complaints[0])

    def test_a_precompiled_header_is_not_needed(self):
        command = ["c++", "-Xclang", "-include-pch", "-Xclang", "x.pch", "-DA", "-c", "x.cpp"]
        self.assertEqual(translation_units.flags_for_tools(command, "x.cpp"), ["-DA", "-w"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
