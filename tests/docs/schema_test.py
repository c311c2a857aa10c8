"""Holds the schemas for editors against every example that rolloutd accepts, and against files that it refuses."""

import copy
import json
import pathlib
import unittest

import jsonschema

import examples

ROOT = pathlib.Path(__file__).resolve().parents[2]


def schema(kind):
    return json.loads((ROOT / f"docs/schema/{kind}.schema.json").read_text())


def is_valid(kind, value):
    return jsonschema.Draft7Validator(schema(kind)).is_valid(value)


def good_files():
    """(where, kind, value) of everything that must be valid."""
    for path in sorted((ROOT / "policies/library").glob("*.yaml")):
        kind = "policy-test" if path.name.endswith(".test.yaml") else "policy"
        yield path.name, kind, examples.value_of(path.read_text())
    for path in sorted((ROOT / "tests/golden").glob("good_*.yaml")):
        yield path.name, "policy", examples.value_of(path.read_text())
    yield "scripts/demo.d", "policy", examples.value_of((ROOT / "scripts/demo.d/web-fleet.yaml").read_text())
    yield "config/rolloutd.yaml", "config", examples.value_of((ROOT / "config/rolloutd.yaml").read_text())
    for page in ("README.md", "docs/policies.md", "docs/policy-tests.md"):
        for line, info, text in examples.fences(ROOT / page):
            if info == "yaml":
                yield f"{page}:{line}", examples.kind_of(text), examples.value_of(text)


def uncommented(text):
    """The commented example of the configuration with its optional keys in force."""

    def is_key(bare):
        name, colon, _ = bare.partition(":")
        return (colon and name.strip().replace("_", "").isalpha()) or bare.lstrip().startswith("- ")

    lines = []
    for line in text.splitlines():
        body = line.lstrip()
        bare = body[2:] if body.startswith("# ") else body
        lines.append(line.replace("# ", "", 1) if body.startswith("#") and is_key(bare) else line)
    return "\n".join(lines)


POLICY = {"version": 1, "policy": "p", "match": True, "rules": [{"name": "r", "when": "true", "do": "notify"}]}
CLOUD = {"endpoint": "https://coc.example.com", "auth": {"token_file": "t"}}
CONFIG = {"version": 1, "cloud": CLOUD, "policies": "p.d"}
TESTS = {
    "version": 1,
    "policies": ["p.yaml"],
    "tests": [{"name": "n", "ticket": {"batches": [5]}, "timeline": [{"at": "0s"}], "expect": []}],
}


def changed(base, path, value):
    """The base with the value at the path; None removes the key."""
    made = copy.deepcopy(base)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return made


RULE = ["rules", 0]
BAD = [
    ("policy", POLICY, ["polcy"], "x"),
    ("policy", POLICY, ["match"], None),
    ("policy", POLICY, ["version"], 2),
    ("policy", POLICY, ["rules"], []),
    ("policy", POLICY, ["mode"], "enforced"),
    ("policy", POLICY, RULE + ["wen"], "true"),
    ("policy", POLICY, RULE + ["when"], ["true"]),
    ("policy", POLICY, RULE + ["for"], 10),
    ("policy", POLICY, RULE + ["for"], "10 seconds"),
    ("policy", POLICY, RULE + ["do"], "stop"),
    ("policy", POLICY, RULE + ["do"], "skip_batch"),
    ("policy", POLICY, RULE + ["limit"], {"percent": 5}),
    ("policy", POLICY, ["variables"], {"count": "1"}),
    ("policy", POLICY, ["windows"], [{"deny": ["pause"], "days": "Mon", "hours": "09:00-10:00"}]),
    ("policy", POLICY, ["windows"], [{"deny": ["continue"], "from": "Fri 18:00"}]),
    ("config", CONFIG, ["clod"], {}),
    ("config", CONFIG, ["policies"], None),
    ("config", CONFIG, ["cloud", "auth"], {}),
    ("config", CONFIG, ["cloud", "auth", "token"], "secret"),
    ("config", CONFIG, ["cloud", "endpoint"], "ftp://coc.example.com"),
    ("config", CONFIG, ["poll"], {"every": 5}),
    ("config", CONFIG, ["operations"], {"tries": 11}),
    ("config", CONFIG, ["mode"], "on"),
    ("config", CONFIG, ["tickets"], {"discover": {"every": "30s"}}),
    ("policy-test", TESTS, ["test"], []),
    ("policy-test", TESTS, ["tests", 0, "expect"], None),
    ("policy-test", TESTS, ["tests", 0, "ticket", "batches"], []),
    ("policy-test", TESTS, ["tests", 0, "timeline"], [{"status": "PROCESSING"}]),
    ("policy-test", TESTS, ["tests", 0, "timeline"], [{"at": "0s", "batch": "finished"}]),
    ("policy-test", TESTS, ["tests", 0, "timeline"], [{"at": "0s", "status": "running"}]),
    ("policy-test", TESTS, ["tests", 0, "timeline"], [{"at": "0s", "operator": "resume"}]),
    ("policy-test", TESTS, ["tests", 0, "timeline"], [{"at": "0s", "operator": {"approve": "r", "deny": "r"}}]),
    ("policy-test", TESTS, ["tests", 0, "expect"], [{"rule": "r", "operator": "pause"}]),
    ("policy-test", TESTS, ["tests", 0, "expect"], [{"refused": "hold"}]),
    ("policy-test", TESTS, ["tests", 0, "expect"], [{"rule": "r", "verdict": "maybe"}]),
    ("policy-test", TESTS, ["tests", 0, "expect"], [{"rule": "r", "dos": "pause"}]),
    ("policy-test", TESTS, ["tests", 0, "expect"], [{"at": "5s", "fact": "count.total"}]),
]


class Schemas(unittest.TestCase):
    def test_they_are_schemas(self):
        for kind in ("policy", "policy-test", "config"):
            jsonschema.Draft7Validator.check_schema(schema(kind))

    def test_every_example_is_valid(self):
        kinds = set()
        for where, kind, value in good_files():
            kinds.add(kind)
            with self.subTest(where):
                problems = [each.message for each in jsonschema.Draft7Validator(schema(kind)).iter_errors(value)]
                self.assertEqual(problems, [])
        self.assertEqual(kinds, {"policy", "policy-test", "config"})

    def test_the_commented_configuration_is_valid_with_every_key_in_force(self):
        value = examples.value_of(uncommented((ROOT / "config/rolloutd.yaml").read_text()))
        self.assertGreaterEqual(len(value), 13)
        jsonschema.Draft7Validator(schema("config")).validate(value)

    def test_what_is_changed_for_the_worse_is_refused(self):
        for kind, base, path, value in BAD:
            with self.subTest(f"{kind}: {path} = {value}"):
                self.assertTrue(is_valid(kind, base))
                self.assertFalse(is_valid(kind, changed(base, path, value)))


if __name__ == "__main__":
    unittest.main()
