#include "api/secret_file.h"

#include "tests/api/secret_folder.h"

namespace rolloutd::api {
namespace {

class secret_file_test : public test::secret_folder {};

std::string told(secret_file& file) {
    const result<std::string_view> got = file.read();
    return got.has_value() ? std::string(*got) : got.error().code + ": " + got.error().detail;
}

TEST_F(secret_file_test, the_version_grows_with_each_other_content_only) {
    secret_file file("secret key file", path("key"));
    EXPECT_EQ(file.version(), 0u);
    replace("key", "one");
    EXPECT_EQ(told(file), "one");
    EXPECT_EQ(file.version(), 1u);
    replace("key", "one\n");
    EXPECT_EQ(told(file), "one");
    EXPECT_EQ(file.version(), 1u);
    replace("key", "two");
    EXPECT_EQ(told(file), "two");
    EXPECT_EQ(file.version(), 2u);
}

TEST_F(secret_file_test, a_file_that_went_bad_is_said_and_its_last_content_not_given) {
    secret_file file("secret key file", path("key"));
    replace("key", "one");
    EXPECT_EQ(told(file), "one");
    replace("key", "");
    EXPECT_EQ(told(file), "bad_secret_key_file: secret key file " + path("key") + ": is empty");
    EXPECT_EQ(file.version(), 1u);
    replace("key", "one");
    EXPECT_EQ(told(file), "one");
    EXPECT_EQ(file.version(), 1u);
}

TEST_F(secret_file_test, a_password_may_hold_spaces_and_other_letters_but_one_line_only) {
    secret_file file("password file", path("password"), secret_shape::line);
    replace("password", " p\xc3\xa4ss \"w\xc3\xb6rd\" \r\n");
    EXPECT_EQ(told(file), " p\xc3\xa4ss \"w\xc3\xb6rd\" ");
    for (const std::string bad : {"two\nlines", "a\tb", "bell\a", "\x7f"}) {
        replace("password", bad);
        EXPECT_EQ(told(file), "bad_password_file: password file " + path("password") +
                                  ": holds more than one line of text");
    }
}

TEST(secret, it_moves_without_leaving_anything_behind) {
    secret first("short");
    secret second = std::move(first);
    EXPECT_EQ(second.reveal(), "short");
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is what is asked here
    second = secret("another");
    EXPECT_EQ(second.reveal(), "another");
}

}  // namespace
}  // namespace rolloutd::api
