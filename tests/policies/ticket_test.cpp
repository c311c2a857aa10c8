#include "policies/ticket.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace rolloutd::policies {
namespace {

TEST(status_word, each_word_of_the_api_has_its_own_meaning) {
    const std::vector<std::pair<std::string_view, status_word>> words{
        {"READY", status_word::ready},           {"PROCESSING", status_word::processing},
        {"PAUSED", status_word::paused},         {"ABNORMAL", status_word::abnormal},
        {"CANCELED", status_word::canceled},     {"FINISHED", status_word::finished},
        {"ROLLBACKED", status_word::rollbacked}, {"ERROR", status_word::error}};
    for (const auto& [text, word] : words)
        EXPECT_EQ(classify(text), word) << text;
}

TEST(status_word, anything_else_is_unknown_and_neither_over_nor_settled) {
    for (const std::string_view text : {"", "ready", "READY ", "SUCCESS", "RUNNING"}) {
        EXPECT_EQ(classify(text), status_word::unknown) << text;
        EXPECT_FALSE(is_terminal(classify(text)));
        EXPECT_FALSE(is_settled(classify(text)));
    }
}

TEST(status_word, an_abnormal_ticket_waits_for_an_operator_but_an_abnormal_instance_is_over) {
    EXPECT_FALSE(is_terminal(status_word::abnormal));
    EXPECT_TRUE(is_settled(status_word::abnormal));
}

TEST(status_word, over_and_settled_for_the_rest) {
    for (const status_word word :
         {status_word::canceled, status_word::finished, status_word::rollbacked}) {
        EXPECT_TRUE(is_terminal(word));
        EXPECT_TRUE(is_settled(word));
    }
    for (const status_word word :
         {status_word::ready, status_word::processing, status_word::paused}) {
        EXPECT_FALSE(is_terminal(word));
        EXPECT_FALSE(is_settled(word));
    }
    // ERROR is a word for tickets only.
    EXPECT_TRUE(is_terminal(status_word::error));
    EXPECT_FALSE(is_settled(status_word::error));
}

}  // namespace
}  // namespace rolloutd::policies
