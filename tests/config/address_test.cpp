#include "config/address.h"

#include <gtest/gtest.h>

namespace rolloutd::config {
namespace {

TEST(address, endpoints_have_scheme_host_and_port) {
    EXPECT_EQ(parse_endpoint("https://coc.myhuaweicloud.com"),
              (endpoint{true, "coc.myhuaweicloud.com", 443}));
    EXPECT_EQ(parse_endpoint("http://127.0.0.1:8080/"), (endpoint{false, "127.0.0.1", 8080}));
    EXPECT_EQ(parse_endpoint("https://[::1]:8443"), (endpoint{true, "::1", 8443}));
}

TEST(address, endpoints_with_anything_else_are_refused) {
    for (const char* bad :
         {"coc.myhuaweicloud.com", "ftp://host", "https://", "https://host/path", "https://u@host",
          "https://host?x", "https://host:0", "https://host:65536", "https://host:", "https://[::1",
          "https://a b", "https://host:1:2", "https://[host]", ""}) {
        EXPECT_FALSE(parse_endpoint(bad)) << bad;
    }
}

TEST(address, listen_addresses_need_a_port) {
    EXPECT_EQ(parse_host_port("[::1]:7655"), (std::pair<std::string, int>("::1", 7655)));
    EXPECT_EQ(parse_host_port("localhost:0"), (std::pair<std::string, int>("localhost", 0)));
    EXPECT_FALSE(parse_host_port("localhost"));
    EXPECT_FALSE(parse_host_port(":7655"));
    EXPECT_FALSE(parse_host_port("7655"));
}

TEST(address, loopback_is_told_by_number_and_not_by_look) {
    for (const char* yes : {"127.0.0.1", "127.255.0.9", "::1", "localhost"}) {
        EXPECT_TRUE(is_loopback(yes)) << yes;
    }
    for (const char* no : {"127.example.com", "127.0.0", "127.0.0.1.com", "127.0.0.256",
                           "128.0.0.1", "127..0.1", "localhost.example.com", "0.0.0.0"}) {
        EXPECT_FALSE(is_loopback(no)) << no;
    }
}

TEST(address, ticket_ids_are_short_words) {
    EXPECT_TRUE(is_ticket_id("SCT2023102211473_-abc"));
    EXPECT_FALSE(is_ticket_id(""));
    EXPECT_FALSE(is_ticket_id("../etc"));
    EXPECT_FALSE(is_ticket_id(std::string(27, 'a')));
}

TEST(address, relative_paths_are_below_the_folder_of_the_file) {
    EXPECT_EQ(folder_of("/etc/rolloutd/rolloutd.yaml"), "/etc/rolloutd");
    EXPECT_EQ(folder_of("rolloutd.yaml"), ".");
    EXPECT_EQ(folder_of("/rolloutd.yaml"), "/");
    EXPECT_EQ(below("/etc", "a/b"), "/etc/a/b");
    EXPECT_EQ(below("/", "a"), "/a");
    EXPECT_EQ(below("/etc", "/a"), "/a");
}

}  // namespace
}  // namespace rolloutd::config
