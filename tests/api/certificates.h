#pragma once
// An authority of our own for TLS tests, made anew in each run: no key lies in the repository.

#include <filesystem>
#include <string>

namespace rolloutd::api::test {

struct key_pair {
    std::string certificate;  // PEM
    std::string key;          // PEM
};

key_pair make_authority(const std::string& name);

// A server's certificate, signed by `authority`. `names` is a subjectAltName:
// "DNS:localhost,IP:127.0.0.1". Negative `valid_for_s` makes one that has expired.
key_pair make_certificate(const key_pair& authority, const std::string& names,
                          long valid_for_s = 3600);

// A file of its own that goes away with the object.
class temporary_file {
public:
    explicit temporary_file(const std::string& content);
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file();
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

}  // namespace rolloutd::api::test
