// Long texts are cut, but for those that would mean something else then.

#include "daemon/journal/line_limits.h"

#include <gtest/gtest.h>

#include "daemon/journal/json_text.h"
#include "daemon/journal/record.h"

namespace rolloutd::daemon {
namespace {

namespace json = boost::json;

TEST(line_limits, a_long_text_is_cut_and_says_so) {
    json::object what{{"reason", std::string(record_limit, 'x')}, {"author", "ana"}};
    const std::size_t bytes = cut_to_fit("hold", what);
    EXPECT_EQ(what.at("reason").as_string(), std::string(128 << 10, 'x') + " [cut]");
    EXPECT_EQ(what.at("author").as_string(), "ana");
    EXPECT_EQ(bytes, json_text(what).size());
}

TEST(line_limits, a_policy_is_never_cut) {
    const std::string text(400'000, '\n');
    json::object what{{"file", "web.yaml"}, {"text", text}};
    EXPECT_LE(cut_to_fit("policy", what), record_limit);
    EXPECT_EQ(what.at("text").as_string(), text);
}

TEST(line_limits, a_reading_that_is_too_large_loses_its_details) {
    json::array hosts;
    for (int n = 0; n < 20'000; ++n)
        hosts.emplace_back(std::string(100, 'h'));
    json::object what{{"reading", json::object{{"info", {{"id", "SCT1"}, {"params", {{"a", "b"}}}}},
                                               {"details", std::move(hosts)}}}};
    EXPECT_LT(cut_to_fit("observe", what), 100U);
    EXPECT_EQ(json_text(what), R"({"reading":{"info":{"id":"SCT1"}}})");
}

}  // namespace
}  // namespace rolloutd::daemon
