// Each policy file here is loaded, and what the loader says of it is compared with the .baseline
// beside it, as people would see it. UPDATE_BASELINES=1 writes the baselines anew; read the
// difference before committing it.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "policies/policy_loader.h"

namespace rolloutd::policies {
namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> golden_files() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(ROLLOUTD_GOLDEN)) {
        if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

// All issues as rolloutctl shows them, then one line a rule, so that good files have a baseline
// worth reading.
std::string shown(const std::string& name, const std::string& text) {
    const load_result got = load_policies({{name + ".yaml", text}});
    std::string out;
    for (const issue& each : got.issues)
        out += render(each, text);
    if (has_errors(got.issues)) return out;
    for (const policy& each : got.set.policies) {
        out += "policy " + each.name + ", " + std::string(to_text(each.ceiling)) + "\n";
        for (const rule& one : each.rules) {
            out += "  rule " + one.name + " for each " + to_text(subject{one.each, 0}) +
                   ", after " + to_text(one.hold_for) + ":";
            for (const ladder_step& step : one.steps)
                out += " " + std::string(to_text(step.what));
            out += "\n    " + one.when.text() + "\n";
        }
        out += "  windows: " + std::to_string(each.windows.size()) + "\n";
    }
    return out;
}

class golden : public testing::TestWithParam<std::string> {};

TEST_P(golden, says_what_the_baseline_says) {
    const std::filesystem::path folder = ROLLOUTD_GOLDEN;
    const std::filesystem::path baseline = folder / (GetParam() + ".baseline");
    const std::string text = read_file(folder / (GetParam() + ".yaml"));
    const std::string now = shown(GetParam(), text);
    if (std::getenv("UPDATE_BASELINES") != nullptr) {
        std::ofstream(baseline, std::ios::binary) << now;
    }
    EXPECT_EQ(now, read_file(baseline));
    EXPECT_EQ(GetParam().starts_with("bad_"), now.find(": error: ") != std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(files, golden, testing::ValuesIn(golden_files()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace rolloutd::policies
