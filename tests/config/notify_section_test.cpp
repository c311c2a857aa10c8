// The list of those who are told: what is taken, and what is refused with its place.

#include <gtest/gtest.h>

#include "config/config_loader.h"

namespace rolloutd::config {
namespace {

load_result with_notify(const std::string& list) {
    return load_config({"/etc/rolloutd/rolloutd.yaml",
                        "version: 1\npolicies: p\ncloud: {endpoint: 'https://h', auth: "
                        "{token_file: t}}\nnotify: " +
                            list + "\n"});
}

std::string codes_of(const std::string& list) {
    std::string text;
    for (const policies::issue& each : with_notify(list).issues) {
        text += text.empty() ? "" : " ";
        text += each.code + (each.level == policies::severity::warning ? "?" : "");
    }
    return text;
}

TEST(notify_section, webhooks_and_alertmanagers_have_an_address_and_what_follows_it) {
    const load_result got = with_notify(
        "[{webhook: 'https://hooks.example.com:8443/a/b?c=d', secret_file: key, ca_file: ca.pem}, "
        "{webhook: 'https://[2001:db8::1]'}, {alertmanager: 'http://127.0.0.1:9093/'}]");
    EXPECT_TRUE(got.issues.empty());
    const auto& all = got.settings.notify;
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].where, (endpoint{true, "hooks.example.com", 8443}));
    EXPECT_EQ(all[0].path, "/a/b?c=d");
    EXPECT_EQ(all[0].secret_file, "key");
    EXPECT_EQ(all[0].ca_file, "/etc/rolloutd/ca.pem");
    EXPECT_EQ(all[1].path, "/");
    EXPECT_EQ(all[2].where, (endpoint{false, "127.0.0.1", 9093}));
    EXPECT_EQ(all[2].path, "");
}

TEST(notify_section, what_cannot_be_posted_to_is_an_error) {
    for (const char* bad :
         {"ftp://h/", "hooks.example.com", "https://", "https://user:pw@h/", "https://h/#part",
          "https://h/a b", "https://h:0/", "https://h?a", "javascript://h/"}) {
        EXPECT_EQ(codes_of("[{webhook: '" + std::string(bad) + "'}]"), "bad-value") << bad;
    }
    EXPECT_EQ(codes_of("[{webhook: 'https://h/" + std::string(2000, 'a') + "'}]"), "bad-value");
    EXPECT_EQ(codes_of("[{alertmanager: 'https://h/?a=b'}]"), "bad-value");
}

TEST(notify_section, a_target_is_exactly_one_of_the_two) {
    EXPECT_EQ(codes_of("[{}]"), "bad-value");
    EXPECT_EQ(codes_of("[{webhook: 'https://h', alertmanager: 'https://h'}]"), "bad-value");
    EXPECT_EQ(codes_of("[{webhok: 'https://h'}]"), "bad-value unknown-key");
    EXPECT_EQ(codes_of("[{alertmanager: 'https://h', secret_file: x}]"), "bad-value");
    std::string many;
    for (int n = 0; n < 17; ++n)
        many += "{webhook: 'https://h'}, ";
    EXPECT_EQ(codes_of("[" + many + "]"), "out-of-range");
}

TEST(notify_section, clear_text_to_another_machine_is_a_warning) {
    EXPECT_EQ(codes_of("[{alertmanager: 'http://alertmanager:9093'}]"), "clear-text?");
    EXPECT_EQ(codes_of("[{webhook: 'http://10.0.0.1/'}]"), "clear-text?");
    EXPECT_EQ(codes_of("[{webhook: 'http://localhost/'}]"), "");
}

}  // namespace
}  // namespace rolloutd::config
