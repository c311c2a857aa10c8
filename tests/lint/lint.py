#!/usr/bin/env python3
"""Checks the house rules of the whole tree: lint.py [--root FOLDER] [--list] [RULE...]

Exit 0: no findings. Exit 1: findings, one a line. Exit 2: nothing to check, which is no pass.
"""

import argparse
import sys
from pathlib import Path

import banned
import companions
import formatting
import layers
import shape
from source_tree import Tree

RULES = {rule.RULE: rule for rule in (layers, shape, banned, companions, formatting)}


def findings_of(root, names=tuple(RULES)):
    tree = Tree(root)
    return sorted(finding for name in names for finding in RULES[name].check(tree))


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=Path(__file__).resolve().parents[2])
    parser.add_argument("--list", action="store_true", help="print the names of the rules")
    parser.add_argument("rules", nargs="*", metavar="RULE", help="the rules to check; default: all")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(RULES))
        return 0
    unknown = [name for name in options.rules if name not in RULES]
    if unknown:
        parser.error(f"unknown rule {unknown[0]}; there are: {', '.join(RULES)}")
    count = len(Tree(options.root).cpp())
    if count == 0:
        print(f"lint: no C++ file under {options.root}", file=sys.stderr)
        return 2
    findings = findings_of(options.root, options.rules or tuple(RULES))
    for finding in findings:
        print(finding)
    print(f"lint: {len(findings)} findings in {count} C++ files and what stands beside them")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
