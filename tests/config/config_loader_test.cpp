#include "config/config_loader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace rolloutd::config {
namespace {

using texts = std::vector<std::string>;
using namespace std::chrono_literals;

const std::string least =
    "version: 1\n"
    "cloud: {endpoint: 'https://coc.myhuaweicloud.com', auth: {token_file: token}}\n"
    "policies: policies.d\n";

load_result load(const std::string& text) {
    return load_config({"/etc/rolloutd/rolloutd.yaml", text});
}

texts places(const load_result& from) {
    texts list;
    for (const policies::issue& each : from.issues) {
        list.push_back(std::to_string(each.begin.line) + ":" + std::to_string(each.begin.column) +
                       " " + each.code);
    }
    return list;
}

std::string said(const std::string& text) {
    const load_result got = load(text);
    return got.issues.empty() ? "" : got.issues[0].message + " | " + got.issues[0].hint;
}

TEST(config_loader, the_shipped_example_has_no_problem) {
    std::ifstream file(ROLLOUTD_EXAMPLE_CONFIG);
    std::ostringstream text;
    text << file.rdbuf();
    ASSERT_FALSE(text.str().empty());
    EXPECT_EQ(places(load(text.str())), texts{});
}

// The commented keys are promises about names and defaults.
TEST(config_loader, the_examples_commented_keys_are_known) {
    std::ifstream file(ROLLOUTD_EXAMPLE_CONFIG);
    std::string text;
    for (std::string line; std::getline(file, line);) {
        const std::size_t mark = line.find("# ");
        const std::size_t colon = mark == std::string::npos ? mark : line.find(": ", mark);
        // A key is one word; what has spaces before its colon is prose.
        if (colon != std::string::npos && line.find(' ', mark + 2) > colon) {
            line.erase(mark, 2);
        }
        if (line.starts_with("# tickets:") || line.starts_with("#   watch:") ||
            line.starts_with("#     -")) {
            line.erase(0, 2);
        }
        text += line + "\n";
    }
    for (const policies::issue& each : load(text).issues) {
        EXPECT_EQ(each.code, "not-yet") << policies::render(each, text);
    }
    EXPECT_EQ(load(text).settings.watch.size(), 2U) << text;
}

TEST(config_loader, four_keys_suffice_and_the_rest_has_defaults) {
    const load_result got = load(least);
    ASSERT_EQ(places(got), texts{});
    EXPECT_EQ(got.settings.coc.where, (endpoint{true, "coc.myhuaweicloud.com", 443}));
    EXPECT_EQ(got.settings.coc.token_file, "token");
    EXPECT_EQ(got.settings.policies_folder, "/etc/rolloutd/policies.d");
    EXPECT_EQ(got.settings.polling.every, 5s);
    EXPECT_EQ(got.settings.state, "/var/lib/rolloutd");
    EXPECT_EQ(got.settings.ceiling, policies::mode::observe);
}

TEST(config_loader, everything_that_can_be_chosen_is_taken) {
    const load_result got = load(
        "version: 1\n"
        "cloud:\n"
        "  endpoint: http://127.0.0.1:8080\n"
        "  project_id: 0123456789abcdef\n"
        "  auth: {token_file: /run/token}\n"
        "  ca_file: ca.pem\n"
        "  timeout: 3s\n"
        "  rate: {per_second: 50, burst: 80, reserved_for_operations: 12.5%}\n"
        "  connections: 4\n"
        "  legal: {continue: [PAUSED, ABNORMAL], pause: []}\n"
        "policies: /srv/p\n"
        "tickets: {watch: [SCT1, {id: SCT2, labels: {tier: prod}}]}\n"
        "poll: {every: 2s, fastest: 500ms, slowest: 20s}\n"
        "operations: {effect_deadline: 30s, tries: 5}\n"
        "mode: enforce\n"
        "state: var\n"
        "journal: {rotate: 1MiB, keep: 30d, keep_size: 2GiB, redact: [pin]}\n"
        "api: {socket: s.sock, operators_group: sre, listen: '[::1]:0'}\n");
    ASSERT_EQ(places(got), texts{});
    const config& all = got.settings;
    EXPECT_EQ(all.coc.where, (endpoint{false, "127.0.0.1", 8080}));
    EXPECT_EQ(all.coc.ca_file, "/etc/rolloutd/ca.pem");
    EXPECT_EQ(all.coc.rate, (call_rate{50, 80, 125}));
    EXPECT_EQ(all.coc.legal.at(policies::action::continue_ticket).size(), 2U);
    EXPECT_TRUE(all.coc.legal.at(policies::action::pause).empty());
    EXPECT_EQ(all.coc.legal.at(policies::action::cancel).size(), 4U);
    ASSERT_EQ(all.watch.size(), 2U);
    EXPECT_EQ(all.watch[1].labels.at("tier"), "prod");
    EXPECT_EQ(all.polling.fastest, 500ms);
    EXPECT_EQ(all.state, "/etc/rolloutd/var");
    EXPECT_EQ(all.journalling.keep, 30 * 24h);
    EXPECT_EQ(all.journalling.redact, texts{"pin"});
    EXPECT_EQ(all.admin.listen_host, "::1");
    const policies::settings engine = to_settings(all);
    EXPECT_EQ(engine.ceiling, policies::mode::enforce);
    EXPECT_EQ(engine.tries, 5);
    EXPECT_EQ(engine.every, 2s);
    EXPECT_EQ(engine.cloud_timeout, 3s);
    EXPECT_EQ(engine.effect_deadline, 30s);
    EXPECT_EQ(engine.legal, all.coc.legal);
}

TEST(config_loader, all_problems_are_reported_at_once) {
    const load_result got = load(
        "version: 2\n"
        "cloud:\n"
        "  endpoint: http://coc.example.com\n"
        "  auth: {token_file: t, aksk: {access_key_file: a}}\n"
        "  timeout: 10\n"
        "  rate: {per_second: 0, reserved_for_operations: 25}\n"
        "  legal: {contine: [PAUSED], pause: [DONE], cancel: [FINISHED]}\n"
        "tickets: {watch: [a/b, SCT1, SCT1], discover: {every: 30s}}\n"
        "poll: {every: 5s, fastest: 10s, slowest: 1s}\n"
        "mode: enforced\n"
        "journal: {rotate: 64MB, keep: 0d}\n"
        "polices: p\n");
    EXPECT_EQ(places(got), (texts{"1:1 missing-key",        "1:10 version",
                                  "3:13 insecure-endpoint", "4:9 auth",
                                  "4:32 missing-key",       "5:12 wrong-type",
                                  "6:22 out-of-range",      "6:50 wrong-type",
                                  "7:11 unknown-key",       "7:38 bad-value",
                                  "7:54 bad-value",         "8:19 bad-value",
                                  "8:30 duplicate-ticket",  "8:47 missing-key",
                                  "9:28 out-of-range",      "9:42 out-of-range",
                                  "10:7 bad-value",         "11:19 wrong-type",
                                  "11:31 out-of-range",     "12:1 unknown-key"}));
    EXPECT_EQ(got.issues.back().hint, "did you mean 'policies'?");
}

TEST(config_loader, limits_holds_and_proposals_reach_the_engine) {
    const load_result got = load(least +
                                 "limits: {operations_per_minute: 3, cancelled_percent: 5%}\n"
                                 "human_hold: 10m\n"
                                 "proposals: {expire: 2h}\n");
    EXPECT_TRUE(got.issues.empty());
    EXPECT_EQ(got.settings.limits.operations_per_minute, 3);
    const policies::settings made = to_settings(got.settings);
    EXPECT_EQ(made.limits.cancelled_percent_tenths, 50);
    EXPECT_EQ(made.human_hold, 10min);
    EXPECT_EQ(made.proposals_expire, 2h);
}

TEST(config_loader, a_token_is_never_sent_in_clear_text) {
    EXPECT_EQ(said("version: 1\npolicies: p\ncloud: {endpoint: 'http://10.0.0.1', auth: "
                   "{token_file: t}}\n"),
              "cloud.endpoint would carry the token in clear text to 10.0.0.1 | use https://; "
              "http:// is allowed for loopback addresses only");
}

TEST(config_loader, exactly_one_way_to_authenticate) {
    EXPECT_EQ(said("version: 1\npolicies: p\ncloud: {endpoint: 'https://h', auth: {}}\n"),
              "cloud.auth names no way to authenticate | give exactly one of token_file, iam and "
              "aksk");
}

load_result with_auth(const std::string& auth) {
    return load("version: 1\npolicies: p\ncloud: {endpoint: 'https://h', auth: {" + auth + "}}\n");
}

std::string said_of_auth(const std::string& auth) {
    return said("version: 1\npolicies: p\ncloud: {endpoint: 'https://h', auth: {" + auth + "}}\n");
}

TEST(config_loader, a_login_at_iam_names_its_password_file_and_maybe_a_project) {
    const std::string login =
        "iam: {endpoint: 'https://iam.example.com', domain: acme, user: ops, password_file: pw";
    const load_result whole = with_auth(login + ", project: cn-north-4}");
    ASSERT_EQ(places(whole), texts{});
    const iam_login expected{{true, "iam.example.com", 443}, "acme", "ops", "pw", "cn-north-4"};
    EXPECT_EQ(whole.settings.coc.iam, expected);
    EXPECT_EQ(whole.settings.coc.token_file, "");
    const load_result of_domain = with_auth(login + "}");
    ASSERT_EQ(places(of_domain), texts{});
    EXPECT_EQ(of_domain.settings.coc.iam->project, "");
}

TEST(config_loader, what_is_wrong_with_a_login_is_said) {
    EXPECT_EQ(places(with_auth("iam: {}")), (texts{"3:44 missing-key", "3:44 missing-key",
                                                   "3:44 missing-key", "3:44 missing-key"}));
    EXPECT_EQ(said_of_auth("iam: {endpoint: 'http://10.0.0.1', domain: d, user: u, "
                           "password_file: p}"),
              "cloud.auth.iam.endpoint would carry the password in clear text to 10.0.0.1 | use "
              "https://; http:// is allowed for loopback addresses only");
    EXPECT_EQ(said_of_auth("iam: {endpoint: 'https://i', domain: d, user: u, password_file: p, "
                           "password: hunter2}"),
              "a password does not belong into this file | put it into a file that only rolloutd "
              "can read, and name it in password_file");
    EXPECT_EQ(said_of_auth("iam: {endpoint: 'https://i', domain: d, user: u, password_file: p, "
                           "projct: x}"),
              "cloud.auth.iam has no key 'projct' | did you mean 'project'?");
}

TEST(config_loader, keys_that_sign_are_named_by_their_files) {
    const load_result permanent = with_auth("aksk: {access_key_file: ak, secret_key_file: sk}");
    ASSERT_EQ(places(permanent), texts{});
    EXPECT_EQ(permanent.settings.coc.aksk, (signing_keys{"ak", "sk", ""}));
    const load_result temporary =
        with_auth("aksk: {access_key_file: ak, secret_key_file: sk, security_token_file: st}");
    ASSERT_EQ(places(temporary), texts{});
    EXPECT_EQ(temporary.settings.coc.aksk, (signing_keys{"ak", "sk", "st"}));
    EXPECT_EQ(said_of_auth("aksk: {access_key_file: ak, secret_key_file: sk, secret_key: s3cr3t}"),
              "a key does not belong into this file | put it into a file that only rolloutd can "
              "read, and name it in secret_key_file");
    EXPECT_EQ(places(with_auth("aksk: {access_key_file: [ak]}")),
              (texts{"3:46 missing-key", "3:63 wrong-type"}));
}

TEST(config_loader, what_was_not_chosen_gives_way_to_what_was) {
    const load_result quick = load(least + "poll: {every: 500ms}\n");
    ASSERT_EQ(places(quick), texts{});
    EXPECT_EQ(quick.settings.polling.fastest, 500ms);
    const load_result slow = load(least + "poll: {every: 5m}\n");
    ASSERT_EQ(places(slow), texts{});
    EXPECT_EQ(slow.settings.polling.slowest, 5min);
}

TEST(config_loader, a_syntax_error_hides_nothing_before_it) {
    const load_result got = load("version: 3\npoll: {every: x}\nmode: \"a\" b\nstate: s\n");
    EXPECT_EQ(places(got), (texts{"1:10 version", "2:15 wrong-type", "3:11 syntax"}));
}

TEST(config_loader, an_empty_file_says_how_to_begin) {
    EXPECT_EQ(said(""), "the file holds no configuration | begin it with `version: 1`");
    EXPECT_EQ(places(load("- a\n")), texts{"1:1 wrong-type"});
}

TEST(config_loader, credentials_are_looked_up_in_the_services_directory_first) {
    const auto only = [](const std::string& there) {
        return [there](const std::string& path) { return path == there; };
    };
    EXPECT_EQ(find_credential("token", "/run/cred", "/etc/r", only("/run/cred/token")),
              "/run/cred/token");
    EXPECT_EQ(find_credential("token", "/run/cred", "/etc/r", only("/etc/r/token")),
              "/etc/r/token");
    EXPECT_EQ(find_credential("token", "", "/etc/r", only("nothing")), "/etc/r/token");
    EXPECT_EQ(find_credential("/abs/token", "/run/cred", "/etc/r", only("/run/cred/token")),
              "/abs/token");
}

TEST(config_loader, a_rate_that_cannot_read_every_ticket_in_time_is_told) {
    config made;
    // 20 calls a second, 15 of them never lent: 900 in 60 s.
    EXPECT_EQ(rate_shortfall(made.coc.rate, made.polling.slowest, 450, calls_per_reading(false, 0)),
              std::nullopt);
    EXPECT_TRUE(
        rate_shortfall(made.coc.rate, made.polling.slowest, 451, calls_per_reading(false, 0)));
    EXPECT_EQ(rate_shortfall(made.coc.rate, made.polling.slowest, 100, calls_per_reading(true, 8))
                  .value_or(""),
              "cloud.rate allows 90 readings of 10 calls within poll.slowest (1m), but there are "
              "100 tickets");
}

}  // namespace
}  // namespace rolloutd::config
