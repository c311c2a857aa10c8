#include <gtest/gtest.h>

#include "config/config_loader.h"

namespace rolloutd::config {
namespace {

using texts = std::vector<std::string>;
using namespace std::chrono_literals;

// rolloutd.yaml with this section, its problems named by place and code.
struct tickets_of {
    explicit tickets_of(const std::string& section)
        : got(load_config({"rolloutd.yaml",
                           "version: 1\n"
                           "cloud: {endpoint: 'https://h', auth: {token_file: token}}\n"
                           "policies: policies.d\n" +
                               section})) {
        for (const policies::issue& each : got.issues) {
            places.push_back(std::to_string(each.begin.line) + ":" +
                             std::to_string(each.begin.column) + " " + each.code);
            said.push_back(each.message);
        }
    }
    load_result got;
    texts places;
    texts said;
};

TEST(tickets_section, discovery_has_a_creator_or_a_condition_over_the_ticket) {
    const tickets_of by_match(
        "tickets:\n"
        "  discover:\n"
        "    every: 10s\n"
        "    match: ticket.order_name.startsWith(\"deploy-\")\n");
    EXPECT_EQ(by_match.places, texts{});
    ASSERT_TRUE(by_match.got.settings.discover);
    EXPECT_EQ(by_match.got.settings.discover->every, 10s);
    EXPECT_TRUE(by_match.got.settings.discover->match);
    const tickets_of by_creator("tickets: {discover: {creator: ops}}\n");
    EXPECT_EQ(by_creator.places, texts{});
    ASSERT_TRUE(by_creator.got.settings.discover);
    EXPECT_EQ(by_creator.got.settings.discover->creator, "ops");
    EXPECT_FALSE(by_creator.got.settings.discover->match);
    EXPECT_EQ(by_creator.got.settings.discover->every, 30s);
}

TEST(tickets_section, a_condition_of_discovery_is_checked_where_it_stands) {
    const tickets_of bad(
        "tickets:\n"
        "  discover:\n"
        "    every: 0s\n"
        "    creator: " +
        std::string(65, 'c') +
        "\n"
        "    match: ticket.nam == \"x\" && count.total > 1\n"
        "    mach: x\n");
    EXPECT_EQ(bad.places, (texts{"6:12 out-of-range", "7:14 out-of-range", "8:19 no-field",
                                 "8:33 undeclared", "9:5 unknown-key"}));
}

TEST(tickets_section, discovery_of_everything_has_to_be_asked_for) {
    EXPECT_EQ(tickets_of("tickets: {discover: {every: 30s}}\n").said,
              texts{"tickets.discover says neither creator nor match"});
    EXPECT_EQ(tickets_of("tickets: {discover: {match: 'true'}}\n").places, texts{});
    EXPECT_EQ(tickets_of("tickets: {discover: [a]}\n").places, texts{"4:21 wrong-type"});
}

TEST(tickets_section, what_nobody_tells_of_a_new_ticket_cannot_be_asked_for) {
    EXPECT_EQ(tickets_of("tickets: {discover: {match: ticket.labels.tier == \"x\"}}\n").said,
              texts{"nothing tells 'ticket.labels.tier' of a ticket that is not watched yet"});
}

}  // namespace
}  // namespace rolloutd::config
