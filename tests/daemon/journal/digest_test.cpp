// Known answers of SHA-256 (FIPS 180-4) and Ed25519 (RFC 8032 §7.1).

#include "daemon/journal/digest.h"

#include <gtest/gtest.h>

namespace rolloutd::daemon {
namespace {

constexpr std::string_view rfc8032_first =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";

TEST(digest, one_object_serves_many) {
    sha256 hasher;
    for (int n = 0; n < 3; ++n) {
        hasher.update("a");
        hasher.update("bc");
        EXPECT_EQ(hasher.finish(),
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
    EXPECT_EQ(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(digest, hex_is_lower_case_and_whole) {
    EXPECT_EQ(to_hex(std::string("\x00\x7f\xff", 3)), "007fff");
}

TEST(digest, signs_as_the_rfc_does) {
    const auto key = signer::load(rfc8032_first);
    ASSERT_TRUE(key) << to_text(key.error());
    const std::string expected =
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
        "f9"
        "b46bd25bf5f0595bbe24655141438e7a100b";
    EXPECT_EQ((*key)->sign(""), expected);
    EXPECT_TRUE(signature_holds("", expected, (*key)->public_key()));
    EXPECT_FALSE(signature_holds("x", expected, (*key)->public_key()));
    EXPECT_FALSE(signature_holds("", expected.substr(2), (*key)->public_key()));
    EXPECT_FALSE(signature_holds("", expected, "zz"));
}

TEST(digest, a_public_key_is_read_as_pem_or_hex) {
    const std::string hex = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    EXPECT_EQ(public_key_in(hex + "\n"), hex);
    EXPECT_EQ(public_key_in("-----BEGIN PUBLIC KEY-----\n"
                            "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
                            "-----END PUBLIC KEY-----\n"),
              hex);
    for (const std::string& bad : {std::string(), std::string("zz"), hex.substr(2), hex + hex})
        EXPECT_EQ(public_key_in(bad), "") << bad;
}

TEST(digest, a_key_of_another_kind_is_refused_with_advice) {
    for (const std::string bad :
         {"", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}) {
        const auto key = signer::load(bad);
        ASSERT_FALSE(key);
        EXPECT_NE(key.error().what.find("openssl genpkey -algorithm ed25519"), std::string::npos);
    }
}

}  // namespace
}  // namespace rolloutd::daemon
