"""Faults for the simulation to find: writes a source file of the product with one of them planted into a build folder.

    planted_faults.py NAME OUT    write the file of that fault to OUT
    planted_faults.py --list      "NAME FILE WHAT" of each, a line

A fault is a text that stands in its file exactly once, and what is put in its place. The tree itself is never changed.
"""

import pathlib
import sys

root = pathlib.Path(__file__).resolve().parents[2]

faults = {
    "intent_not_synced": (
        "daemon/executor.cpp",
        "an operation does not wait for its intent to be on the disk",
        "const bool durable = co_await around_.records.durable(what.intent);",
        "const bool durable = around_.records.writable();",
    ),
    "sent_twice": (
        "daemon/executor.cpp",
        "an operation whose answer is lost is sent once more at once, under the same intent",
        "    mine->got = co_await around_.cloud.operate(what.ticket, what.what.what, check);\n",
        "    mine->got = co_await around_.cloud.operate(what.ticket, what.what.what, check);\n"
        "    if (mine->got.what == api::outcome::unknown)\n"
        "        mine->got = co_await around_.cloud.operate(what.ticket, what.what.what, check);\n",
    ),
    "retry_unread": (
        "daemon/watcher.cpp",
        "after a lost answer the next try rests on what was read before, with an intent of its own",
        "    take(*rules, std::move(answered));\n",
        "    const auto* const told = std::get_if<policies::answer>(&answered);\n"
        "    const bool lost = told != nullptr && told->kind == policies::answer_kind::unknown;\n"
        "    take(*rules, std::move(answered));\n"
        "    if (lost && state_.last) take(*rules, policies::seen{*state_.last, planned});\n"
        "    if (lost && last_.send) {\n"
        "        given = permit_of_step();\n"
        "        given.given = around_.time.steady_now();\n"
        "        answered = co_await around_.hands.carry_out(std::move(given));\n"
        "        take(*rules, std::move(answered));\n"
        "    }\n",
    ),
    "stale_judged": (
        "daemon/watcher.cpp",
        "when a reading fails, what was read before is judged as if it were new",
        "    take(*rules, policies::seen{std::move(what), planned});\n",
        "    if (failed_ && state_.last) what = *state_.last;\n"
        "    take(*rules, policies::seen{std::move(what), planned});\n",
    ),
    "stop_overlooked": (
        "policies/last_look.cpp",
        "freeze and hold are not looked at immediately before the write",
        "    const bool by_a_person = !what.by.empty();\n",
        "    const bool by_a_person = true;\n",
    ),
    "thaw_not_synced": (
        "daemon/fleet_switches.cpp",
        "a thaw does not wait for its record to be on the disk",
        "    const auto written = co_await around_.records.durable(where.seq);\n",
        "    const bool written = around_.records.writable();\n",
    ),
}


def main(arguments):
    if arguments == ["--list"]:
        for name, (file, what, _, _) in faults.items():
            print(name, file, what)
        return 0
    name, out = arguments
    file, _, right, wrong = faults[name]
    text = (root / file).read_text()
    if text.count(right) != 1:
        print(f"planted_faults: {file} has changed, and {name} cannot be planted there any more", file=sys.stderr)
        return 1
    pathlib.Path(out).write_text(text.replace(right, wrong))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
