#include "config/json_view.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace rolloutd::config {
namespace {

std::string shown(const policies::settings& what, const std::string& key) {
    for (const auto& [name, text] : json_view(what)) {
        if (name == key) return text;
    }
    return "absent";
}

TEST(json_view, shows_what_the_engine_reads_as_it_would_be_written) {
    policies::settings what;
    what.ceiling = policies::mode::enforce;
    what.limits.cancelled_percent_tenths = 125;
    EXPECT_EQ(shown(what, "mode"), "enforce");
    EXPECT_EQ(shown(what, "cloud.timeout"), "10s");
    EXPECT_EQ(shown(what, "limits.cancelled_percent"), "12.5%");
    EXPECT_EQ(shown(what, "cloud.legal.continue"), "[PAUSED]");
    EXPECT_EQ(shown(what, "cloud.legal.cancel"), "[READY, PROCESSING, PAUSED, ABNORMAL]");
}

TEST(json_view, a_changed_setting_changes_exactly_its_line) {
    const policies::settings usual;
    policies::settings changed;
    changed.tries = 7;
    const auto before = json_view(usual);
    const auto after = json_view(changed);
    ASSERT_EQ(before.size(), after.size());
    int differences = 0;
    for (std::size_t n = 0; n < before.size(); ++n) {
        if (before[n] == after[n]) continue;
        ++differences;
        EXPECT_EQ(after[n].first, "operations.tries");
    }
    EXPECT_EQ(differences, 1);
}

}  // namespace
}  // namespace rolloutd::config
