// The quick check agrees with the parser on everything, but for white space, which it refuses.

#include "daemon/journal/compact_json.h"

#include <gtest/gtest.h>

#include <random>

#include "daemon/journal/json_text.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;

bool parses(const std::string& text) { return parse_json(text) && !has_spaces(text); }

TEST(compact_json, takes_what_the_journal_writes) {
    world in;
    in.start();
    in.record("SCT\xc3\xbc\"\\\n", an_observation(3, 1));
    in.record("SCT1", a_decision());
    in.settle();
    for (const std::string& line : in.lines())
        EXPECT_TRUE(check_compact(line).well) << line;
    EXPECT_TRUE(check_compact("{\"a\":[null,-0.5e-7,\"\\u00e4\\ud83d\\ude00\"]}").has_null);
}

TEST(compact_json, agrees_with_the_parser) {
    for (const std::string text : {"",
                                   "{",
                                   "{}",
                                   "[]",
                                   "[1,]",
                                   "{\"a\":}",
                                   "{\"a\"}",
                                   "{\"a\":1,}",
                                   "01",
                                   "-",
                                   "1.",
                                   "1e",
                                   "1e+",
                                   ".5",
                                   "tru",
                                   "truex",
                                   "nul",
                                   "\"",
                                   "\"\\x\"",
                                   "\"\\u12g4\"",
                                   "\"\\ud800\"",
                                   "\"\\ud800\\u0041\"",
                                   "\"\\udc00\"",
                                   "\"\x01\"",
                                   "\"\xff\"",
                                   "\"\xc3\"",
                                   "\"\xed\xa0\x80\"",
                                   "{} ",
                                   " {}",
                                   "{\"a\": 1}",
                                   "[1 ,2]",
                                   "{}{}",
                                   "\"a\"",
                                   "-1.5E+3",
                                   "{1:2}",
                                   "'a'"})
        EXPECT_EQ(check_compact(text).well, parses(text)) << text;
    EXPECT_FALSE(check_compact(std::string(200, '[') + std::string(200, ']')).well);
}

TEST(compact_json, agrees_with_the_parser_on_changed_records) {
    world in;
    in.start();
    in.record("SCT1", an_observation(3, 1));
    in.record("SCT1", a_decision());
    in.settle();
    std::mt19937 random(3);
    const std::string marks = "{}[]\",:0-9.eEtn\\ua\x01\xc3\xbc ";
    for (int n = 0; n < 20'000; ++n) {
        const std::vector<std::string> lines = {in.lines()[1], in.lines()[3]};
        std::string text = lines[random() % 2];
        text[random() % text.size()] = marks[random() % marks.size()];
        if (n % 3 == 0) text.erase(random() % text.size(), 1);
        EXPECT_EQ(check_compact(text).well, parses(text)) << text;
    }
}

}  // namespace
}  // namespace rolloutd::daemon
