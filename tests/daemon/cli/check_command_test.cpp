// What the lint is for, row by row: each mistake with its place and exit code 3, and beside it what
// looks nearly the same and is meant that way.

#include "daemon/cli/check_command.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "tests/daemon/programs.h"

namespace rolloutd::daemon::testing {
namespace {

namespace json = boost::json;

struct row {
    std::string code;
    std::string where;  // "line:column"
    std::string mistake;
    std::string near_miss;
};

// The whole file around rules, of which the first stands in line 5.
std::string around(const std::string& rules) {
    return "version: 1\npolicy: p\nmatch: true\nrules:\n" + rules;
}

std::string pause(const std::string& when, const std::string& more = "") {
    return "  - name: r\n    when: " + when + "\n    do: pause\n" + more;
}

std::string swing(const std::string& above) {
    return "  - {name: stop, when: count.processing > " + above +
           ", do: pause}\n"
           "  - name: go\n"
           "    when: ticket.paused_by == 'p/stop' && count.processing <= 5\n"
           "    for: 1m\n    do: continue\n";
}

std::string cancel(const std::string& more) {
    return "  - name: r\n    when: count.abnormal > 5\n" + more;
}

// A pause that counts failures beside a rule that gives instances up.
std::string beside(const std::string& giver, const std::string& counted) {
    return pause("count.abnormal" + counted + " > 5", giver);
}

const std::string skipping_policy =
    "  - {name: s, each: batch, when: batch.unchanged_for > duration('9m'), for: 1m, "
    "do: skip_batch, limit: {times: 1}}\n";
const std::string give_up =
    "  - {name: c, each: instance, when: instance.slowness > 3.0, for: 1m, "
    "do: cancel_instance, limit: {percent: 5%}}\n";

std::vector<row> rows() {
    return {
        {"ratio-without-needs", "6:11", pause("percent(count.abnormal, count.settled) > 20.0"),
         pause("percent(count.abnormal, count.settled) > 20.0", "    needs: count.settled >= 5\n")},
        {"never-true", "6:33", pause("count.abnormal > 5 && count.abnormal < 3"),
         pause("count.abnormal > 5 && count.abnormal < 7")},
        {"oscillation", "7:43", swing("5"), swing("8")},
        {"shadowed-rule", "8:11",
         pause("count.abnormal > 5", "  - name: s\n    when: count.abnormal > 7\n    do: pause\n"),
         pause("count.abnormal > 5",
               "  - name: s\n    when: count.abnormal > 7\n    do: notify\n")},
        {"constant-comparison", "6:11", pause("count.abnormal >= 0"), pause("count.abnormal >= 1")},
        {"constant-comparison", "6:11", pause("ticket.current_batch > 20"),
         pause("ticket.current_batch > 19")},
        {"unknown-word", "6:11", pause("ticket.status == 'PAUSE'"),
         "  - {name: r, when: ticket.status == 'PAUSED', do: notify}\n"},
        {"short-for", "8:10", pause("count.abnormal > 5", "    for: 4s\n"),
         pause("count.abnormal > 5", "    for: 5s\n")},
        {"unguarded-cancel", "7:9", cancel("    do: cancel\n"),
         cancel("    do: [{do: cancel, approve: true}]\n")},
        {"unguarded-cancel", "7:9", cancel("    do: [notify, cancel]\n"),
         cancel("    do: [notify, {after: 5m, do: cancel}]\n")},
        {"given-up-not-counted", "6:11", beside(skipping_policy, ""),
         beside(skipping_policy, " + count.given_up")},
        {"given-up-not-counted", "6:11", beside(give_up, ""), beside(give_up, " + count.given_up")},
        {"always-true", "6:11", pause("count.abnormal > 5 || count.abnormal < 7"),
         pause("count.abnormal > 5 || count.abnormal < 5")},
        {"never-legal", "7:9", "  - name: r\n    when: ticket.status == 'PAUSED'\n    do: pause\n",
         "  - name: r\n    when: ticket.status == 'PROCESSING'\n    do: pause\n"},
    };
}

// "code line:column" of each finding.
std::vector<std::string> findings(const ran& done) {
    std::vector<std::string> all;
    const json::value printed = json::parse(done.out);
    for (const json::value& each : printed.at("issues").as_array()) {
        all.push_back(std::string(each.at("code").as_string()) + " " +
                      std::to_string(each.at("line").to_number<int>()) + ":" +
                      std::to_string(each.at("column").to_number<int>()));
    }
    return all;
}

using list = std::vector<std::string>;

TEST_F(programs, check_finds_each_mistake_of_the_lint_and_not_its_near_miss) {
    const std::string file = folder / "p.yaml";
    for (const row& each : rows()) {
        SCOPED_TRACE(each.code + "\n" + each.mistake);
        folder.write("p.yaml", around(each.mistake));
        const ran found = ctl({"check", "-o", "json", "--every", "5s", file});
        EXPECT_EQ(found.code, 3);
        EXPECT_EQ(findings(found), list{each.code + " " + each.where});
        folder.write("p.yaml", around(each.near_miss));
        const ran none = ctl({"check", "-o", "json", "--every", "5s", file});
        EXPECT_EQ(none.code, 0) << each.near_miss;
        EXPECT_EQ(findings(none), list{});
    }
}

TEST_F(programs, check_finds_a_variable_that_no_rule_uses) {
    const std::string head =
        "version: 1\npolicy: p\nmatch: true\nvariables:\n"
        "  bad: count.abnormal\n  worse: bad + count.canceled\nrules:\n";
    const std::string file = folder / "p.yaml";
    folder.write("p.yaml", head + "  - {name: r, when: bad > 5, do: pause}\n");
    const ran found = ctl({"check", "-o", "json", file});
    EXPECT_EQ(found.code, 3);
    EXPECT_EQ(findings(found), list{"unused-variable 6:3"});
    folder.write("p.yaml", head + "  - {name: r, when: worse > 5, do: pause}\n");
    EXPECT_EQ(ctl({"check", "-o", "json", file}).code, 0) << "one uses the other";
}

TEST_F(programs, check_reads_match_as_it_reads_conditions) {
    const std::string tail = "\nrules:\n  - {name: r, when: count.abnormal > 5, do: pause}\n";
    const std::string file = folder / "p.yaml";
    folder.write("p.yaml", "version: 1\npolicy: p\nmatch: ticket.status == 'PAUSE'" + tail);
    const ran found = ctl({"check", "-o", "json", file});
    EXPECT_EQ(found.code, 3);
    EXPECT_EQ(findings(found), list{"unknown-word 3:8"});
    folder.write("p.yaml", "version: 1\npolicy: p\nmatch: ticket.status == 'PROCESSING'" + tail);
    EXPECT_EQ(ctl({"check", file}).code, 0);
}

}  // namespace
}  // namespace rolloutd::daemon::testing
