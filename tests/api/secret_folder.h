#pragma once
// A folder of secrets for a test, gone after it.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace rolloutd::api::test {

class secret_folder : public testing::Test {
protected:
    secret_folder() {
        std::string pattern = testing::TempDir() + "rolloutd-secrets-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    ~secret_folder() override { std::filesystem::remove_all(folder_); }

    std::string path(const std::string& name) const { return (folder_ / name).string(); }

    // As careful writers do it: a new file takes the old one's place.
    void replace(const std::string& name, const std::string& bytes) {
        std::ofstream(folder_ / "new", std::ios::binary) << bytes;
        std::filesystem::rename(folder_ / "new", folder_ / name);
    }

    void remove(const std::string& name) { std::filesystem::remove(folder_ / name); }

private:
    std::filesystem::path folder_;
};

}  // namespace rolloutd::api::test
