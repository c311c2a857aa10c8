"""Finds the fenced examples of a Markdown page and reads YAML as rolloutd and editors do (version 1.2)."""

import re

import yaml

FENCE = re.compile(r"^```(\w[\w -]*)\n(.*?)^```", re.M | re.S)


class Loader(yaml.SafeLoader):
    """Without what only YAML 1.1 knows: 18:00 is no number and 2026-01-05 no date."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|", "~n\0"),
    ("int", r"-?[0-9]+", "-0123456789"),
    ("float", r"-?[0-9]+\.[0-9]+", "-0123456789"),
):
    Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first) + ([""] if tag == "null" else [])
    )


def value_of(text):
    return yaml.load(text, Loader)


def fences(path):
    """(first line, info string, text) of each fenced block that names a language."""
    text = path.read_text()
    return [(text.count("\n", 0, at.start()) + 2, at[1], at[2]) for at in FENCE.finditer(text)]


def kind_of(text):
    top = value_of(text)
    for key, kind in (("policy", "policy"), ("tests", "policy-test"), ("cloud", "config")):
        if key in top:
            return kind
    raise ValueError("neither a policy nor a test nor a configuration")


def rule_around(condition, each):
    """A whole policy whose one rule has the condition, for snippets in the condition language."""
    lines = "".join(f"      {line}\n" for line in condition.splitlines())
    action = {"ticket": "notify", "batch": "notify", "instance": "notify"}[each]
    return (
        "version: 1\npolicy: snippet\nmatch: true\nrules:\n  - name: snippet\n"
        f"    each: {each}\n    when: |\n{lines}    do: {action}\n"
    )
