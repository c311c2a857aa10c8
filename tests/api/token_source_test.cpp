#include "api/token_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace rolloutd::api {
namespace {

namespace fs = std::filesystem;

class token_file_test : public testing::Test {
protected:
    token_file_test() {
        std::string pattern = testing::TempDir() + "rolloutd-token-XXXXXX";
        folder = ::mkdtemp(pattern.data());
        path = folder / "token";
    }
    ~token_file_test() override { fs::remove_all(folder); }

    void write(const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

    // As careful writers do it: a new file takes the old one's place.
    void replace(const std::string& bytes) {
        std::ofstream(folder / "new", std::ios::binary) << bytes;
        fs::rename(folder / "new", path);
    }

    std::string told(token_file& file) {
        const result<std::string> token = file.read();
        return token.has_value() ? *token : token.error().detail;
    }

    fs::path folder;
    fs::path path;
};

TEST_F(token_file_test, the_newline_that_editors_leave_is_no_part_of_the_token) {
    token_file file(path);
    for (const std::string end : {"", "\n", "\r\n", "\n\n"}) {
        replace("MIIabc+/=" + end);
        EXPECT_EQ(told(file), "MIIabc+/=");
    }
}

TEST_F(token_file_test, a_replaced_file_is_read_anew) {
    token_file file(path);
    write("one");
    EXPECT_EQ(told(file), "one");
    replace("two");
    EXPECT_EQ(told(file), "two");
}

TEST_F(token_file_test, a_refused_token_is_read_anew_even_when_the_file_looks_the_same) {
    token_file file(path);
    write("one");
    struct stat before{};
    ASSERT_EQ(::stat(path.c_str(), &before), 0);
    EXPECT_EQ(told(file), "one");
    write("two");
    const timespec times[2] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    EXPECT_EQ(told(file), "one");
    file.rejected("some other token");
    EXPECT_EQ(told(file), "one");
    file.rejected("one");
    EXPECT_EQ(told(file), "two");
}

TEST_F(token_file_test, between_two_looks_the_token_is_at_hand_until_it_is_refused) {
    token_file file(path);
    EXPECT_EQ(file.token_at_hand(), "");
    write("one");
    EXPECT_EQ(file.token_at_hand(), "one");
    replace("two");
    EXPECT_EQ(file.token_at_hand(), "one");
    file.rejected("one");
    EXPECT_EQ(file.token_at_hand(), "two");
    const std::optional<grant> given = file.at_hand(http_request());
    ASSERT_TRUE(given);
    ASSERT_EQ(given->headers.size(), 1u);
    EXPECT_EQ(given->headers.front(), http_header("X-Auth-Token", "two"));
}

TEST_F(token_file_test, what_is_wrong_is_said_with_the_path_and_without_the_content) {
    token_file file(path);
    const auto complaint = [&] {
        const result<std::string> token = file.read();
        if (token.has_value()) return std::string("none");
        EXPECT_NE(token.error().detail.find(path.string()), std::string::npos);
        EXPECT_FALSE(token.error().sent);
        return token.error().detail.substr(token.error().detail.find(path.string()) +
                                           path.string().size());
    };
    EXPECT_EQ(complaint(), ": cannot be opened: No such file or directory");
    write("");
    EXPECT_EQ(complaint(), ": is empty");
    write("\n");
    EXPECT_EQ(complaint(), ": is empty");
    for (const std::string bad : {"one two", "a\r\nX-Evil: 1", "tab\t", "caf\xc3\xa9", "\x7f"}) {
        replace(bad);
        EXPECT_EQ(complaint(), ": holds more than one word of visible ASCII characters");
    }
    replace(std::string("a\0b", 3));
    EXPECT_EQ(complaint(), ": holds more than one word of visible ASCII characters");
    replace(std::string(65 * 1024, 'x'));
    EXPECT_EQ(complaint(), ": is larger than 64 KiB");
    fs::remove(path);
    fs::create_directory(path);
    EXPECT_EQ(complaint(), ": is not a regular file");
    fs::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(complaint(), ": is not a regular file");
}

}  // namespace
}  // namespace rolloutd::api
