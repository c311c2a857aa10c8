#include "daemon/authentication.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "api/manual_clock.h"
#include "tests/daemon/programs.h"

namespace rolloutd::daemon::testing {
namespace {

class authentication_test : public programs {
protected:
    // What the credentials complain of, with this cloud.auth.
    std::string problem(const std::string& auth) {
        std::string text(good_config);
        const std::string usual = "token_file: token";
        const std::size_t at = text.find(usual);
        EXPECT_NE(at, std::string::npos);
        folder.write("rolloutd.yaml", text.replace(at, usual.size(), auth));
        const loaded all = load_setup(config, "");
        if (!all.good) return all.rendered;
        const auto made = make_authentication(loop.get_executor(), time, *all.good);
        return made.has_value() ? made->who->problem() : made.error().detail;
    }

    boost::asio::io_context loop{1};
    api::manual_clock time{loop.get_executor(), api::timestamp{}};
};

TEST_F(authentication_test, each_way_looks_for_its_own_files_beside_the_configuration) {
    EXPECT_EQ(problem("token_file: tok"),
              "token file " + (folder / "tok") + ": cannot be opened: No such file or directory");
    EXPECT_EQ(
        problem("aksk: {access_key_file: ak, secret_key_file: sk}"),
        "access key file " + (folder / "ak") + ": cannot be opened: No such file or directory");
    EXPECT_EQ(problem("iam: {endpoint: 'https://iam.example.com', domain: d, user: u, "
                      "password_file: pw}"),
              "password file " + (folder / "pw") + ": cannot be opened: No such file or directory");
}

TEST_F(authentication_test, files_that_are_there_leave_nothing_to_complain_of) {
    folder.write("ak", "AK\n");
    folder.write("sk", "SK\n");
    folder.write("st", "ST\n");
    EXPECT_EQ(problem("aksk: {access_key_file: ak, secret_key_file: sk, security_token_file: st}"),
              "");
    folder.write("pw", "a b\n");
    EXPECT_EQ(problem("iam: {endpoint: 'https://iam.example.com', domain: d, user: u, "
                      "password_file: pw}"),
              "");
}

TEST_F(authentication_test, another_way_to_authenticate_needs_a_restart) {
    const loaded before = load_setup(config, "");
    ASSERT_TRUE(before.good);
    problem("aksk: {access_key_file: ak, secret_key_file: sk}");
    const loaded after = load_setup(config, "");
    ASSERT_TRUE(after.good) << after.rendered;
    EXPECT_EQ(needs_restart(*before.good, *after.good), std::vector<std::string>{"cloud.auth"});
}

}  // namespace
}  // namespace rolloutd::daemon::testing
