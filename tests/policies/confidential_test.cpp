// What evidence does not tell, and how the rest stands in it.

#include "policies/confidential.h"

#include <gtest/gtest.h>

#include "policies/digest.h"

namespace rolloutd::tests {

using namespace policies;
using cel::value;

namespace {

cel::used_value used(std::string name, value what) {
    cel::used_value made;
    made.name = std::move(name);
    made.what = std::move(what);
    return made;
}

}  // namespace

TEST(confidential, a_parameter_with_a_secrets_name_is_hidden_whatever_its_case) {
    const std::vector<std::string> words{"Pass"};
    const confidential hidden(words);
    EXPECT_EQ(hidden.shown(used("ticket.params.DB_PASSWORD", value::string("x"))),
              evidence_value{"[redacted]"});
    EXPECT_EQ(hidden.shown(used("ticket.params.tier", value::string("prod"))),
              evidence_value{"prod"});
    EXPECT_EQ(hidden.shown(used("ticket.params.pass", value::error("no_key", "x"))),
              evidence_value{"undetermined: no_key"});
}

TEST(confidential, all_parameters_are_shown_without_the_secret_ones) {
    const std::vector<std::string> words{"pass"};
    const confidential hidden(words);
    const value params = value::map({{value::string("tier"), value::string("prod")},
                                     {value::string("db_pass"), value::string("hunter2")}});
    EXPECT_EQ(hidden.shown(used("ticket.params", params)),
              evidence_value{R"({"tier": "prod", "db_pass": "[redacted]"})"});
    EXPECT_TRUE(hidden.is_touched_by(used("ticket.params", params)));
    const value harmless = value::map({{value::string("tier"), value::string("prod")}});
    EXPECT_FALSE(hidden.is_touched_by(used("ticket.params", harmless)));
}

TEST(confidential, what_a_script_wrote_is_shown_as_its_digest) {
    const std::vector<std::string> words;
    const confidential hidden(words);
    EXPECT_EQ(hidden.shown(used("instance.message", value::string("login as root"))),
              evidence_value{"sha256:" + sha256_hex("login as root")});
}

TEST(confidential, evidence_keeps_numbers_and_writes_the_rest) {
    EXPECT_EQ(to_evidence(value::integer(3)), evidence_value{std::int64_t{3}});
    EXPECT_EQ(to_evidence(value::real(2.5)), evidence_value{2.5});
    EXPECT_EQ(to_evidence(value::boolean(true)), evidence_value{true});
    EXPECT_EQ(to_evidence(value::string("web")), evidence_value{"web"});
    EXPECT_EQ(to_evidence(value::error("not_seen", "x")), evidence_value{"undetermined: not_seen"});
}

TEST(confidential, evidence_holds_the_beginning_of_a_text_and_never_half_a_character) {
    const std::string half = std::string(199, 'x') + "\u00e9";
    EXPECT_EQ(to_evidence(value::string(half)), evidence_value{std::string(199, 'x')});
    const std::string fits = std::string(198, 'x') + "\u00e9";
    EXPECT_EQ(to_evidence(value::string(fits + "yz")), evidence_value{fits});
}

TEST(confidential, evidence_is_read_as_the_policy_writes_it) {
    EXPECT_EQ(text_of(true), "true");
    EXPECT_EQ(text_of(std::int64_t{3}), "3");
    EXPECT_EQ(text_of(12.5), "12.5");
    EXPECT_EQ(text_of(3.0), "3.0");
    EXPECT_EQ(text_of(std::string("web")), "web");
}

}  // namespace rolloutd::tests
