#include "daemon/notices/notice_target.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "config/config_loader.h"
#include "tests/api/secret_folder.h"
#include "tests/daemon/stage.h"

namespace rolloutd::daemon {
namespace {

using ::testing::HasSubstr;

std::vector<notice_target> targets(const std::string& list) {
    const std::string text =
        "version: 1\npolicies: p\ncloud: {endpoint: 'https://h', auth: {token_file: t}}\nnotify: " +
        list + "\n";
    auto loaded = config::load_config({"/etc/rolloutd/rolloutd.yaml", text});
    EXPECT_FALSE(policies::has_errors(loaded.issues));
    target_sources by;
    by.credential = [](const std::string& name) { return "/run/secrets/" + name; };
    by.way = [](const api::endpoint& to) {
        std::optional<api::proxy_address> way;
        if (to.tls) way.emplace().host = "proxy";
        return way;
    };
    return targets_of(loaded.settings.notify, by);
}

TEST(notice_target, is_named_by_its_host_alone_and_knows_the_way) {
    const auto all = targets(
        "[{webhook: 'https://hooks.example.com/t/s3cret?a=b', secret_file: key, ca_file: ca.pem}, "
        "{alertmanager: 'http://127.0.0.1:9093/base/'}]");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name, "webhook hooks.example.com");
    EXPECT_EQ(all[0].path, "/t/s3cret?a=b");
    EXPECT_EQ(all[0].secret_path, "/run/secrets/key");
    EXPECT_EQ(all[0].ca_file, "/etc/rolloutd/ca.pem");
    EXPECT_TRUE(all[0].way.has_value());
    EXPECT_EQ(all[1].name, "alertmanager 127.0.0.1:9093");
    EXPECT_EQ(all[1].path, "/base/api/v2/alerts");
    EXPECT_EQ(all[1].kind, target_kind::alertmanager);
    EXPECT_FALSE(all[1].where.tls);
    EXPECT_EQ(all[1].secret_path, "");
    EXPECT_FALSE(all[1].way.has_value());
}

TEST(notice_target, those_of_one_host_are_numbered) {
    const auto all =
        targets("[{webhook: 'https://h/a'}, {webhook: 'https://h/b'}, {webhook: 'https://h'}]");
    EXPECT_EQ(all.at(0).name, "webhook h");
    EXPECT_EQ(all.at(1).name, "webhook h #2");
    EXPECT_EQ(all.at(2).name, "webhook h #3");
    EXPECT_EQ(all.at(2).path, "/");
}

TEST(notice_target, a_secret_is_looked_at_before_it_is_needed) {
    const testing::temporary_folder folder;
    notice_target what;
    EXPECT_EQ(look_at_secret(what).problem, "") << "none is named";
    what.secret_path = folder / "key";
    EXPECT_THAT(look_at_secret(what).problem, HasSubstr(folder / "key"));
    folder.write("key", "");
    EXPECT_THAT(look_at_secret(what).problem, HasSubstr("is empty"));
    folder.write("key", "hunter2\n");
    ::chmod(what.secret_path.c_str(), 0640);
    EXPECT_EQ(look_at_secret(what).problem, "");
    EXPECT_EQ(look_at_secret(what).warning, "");
    ::chmod(what.secret_path.c_str(), 0644);
    EXPECT_THAT(look_at_secret(what).warning, HasSubstr("everybody on this machine can read it"));
    EXPECT_EQ(look_at_secret(what).warning.find("hunter2"), std::string::npos);
}

TEST(notice_target, certificates_that_are_not_there_are_a_failure_with_a_name) {
    boost::asio::io_context loop;
    notice_target what;
    what.where.host = "h";
    what.ca_file = "/no/such/ca.pem";
    const auto made = make_notice_client(loop.get_executor(), what);
    ASSERT_TRUE(made.has_error());
    EXPECT_THAT(made.error().detail, HasSubstr("/no/such/ca.pem"));
    what.ca_file = "";
    EXPECT_TRUE(make_notice_client(loop.get_executor(), what).has_value());
}

}  // namespace
}  // namespace rolloutd::daemon
