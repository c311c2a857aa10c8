#pragma once
// Loads a policy from YAML as people write it and gives what the lint says of it.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policies/lint/lint.h"
#include "policies/policy_loader.h"

namespace rolloutd::policies::lint {

inline policy_set loaded(const std::vector<std::string>& texts) {
    std::vector<source_file> files;
    for (std::size_t i = 0; i < texts.size(); ++i)
        files.push_back({"p" + std::to_string(i + 1) + ".yaml", texts[i]});
    load_result got = load_policies(files);
    for (const issue& each : got.issues) {
        if (each.level == severity::error) ADD_FAILURE() << each.message << " " << each.hint;
    }
    return got.set;
}

// A policy named "p" of these rules; lines of YAML, with their indentation.
inline std::string with_rules(const std::string& rules, const std::string& variables = "") {
    return "version: 1\npolicy: p\nmatch: true\n" +
           (variables.empty() ? "" : "variables:\n" + variables) + "rules:\n" + rules;
}

// One rule `r` that pauses on the condition.
inline std::string pause_when(const std::string& when, const std::string& needs = "") {
    return with_rules("  - name: r\n" + (needs.empty() ? "" : "    needs: " + needs + "\n") +
                      "    when: " + when + "\n    do: pause\n");
}

inline std::vector<issue> found_in(const std::string& text, const options& how = {}) {
    return find(loaded({text}), how);
}

// "code" of each finding, in the order in which they are shown.
inline std::vector<std::string> codes(const std::vector<issue>& issues) {
    std::vector<std::string> all;
    for (const issue& each : issues)
        all.push_back(each.code);
    return all;
}
inline std::vector<std::string> codes(const std::string& text) { return codes(found_in(text)); }

using code_list = std::vector<std::string>;

}  // namespace rolloutd::policies::lint
