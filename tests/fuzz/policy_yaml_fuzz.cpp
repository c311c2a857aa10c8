// Whatever bytes a policy file holds: loading it never crashes, every issue lies inside the file,
// and the position map of every scalar is as long as its value or empty.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "policies/check.h"
#include "policies/policy_loader.h"
#include "policies/yaml/document.h"
#include "policies/yaml/scalar_map.h"

namespace {

using namespace rolloutd::policies;

void check_node(const yaml::document& file, const yaml::node& what) {
    ROLLOUTD_CHECK(what.where.begin <= what.where.end);
    ROLLOUTD_CHECK(what.where.end <= file.text().size());
    if (what.kind == yaml::node_kind::scalar) {
        const auto map = yaml::map_scalar(file.text(), what);
        ROLLOUTD_CHECK(map.empty() || map.size() == what.value.size() + 1);
        for (const std::size_t at : map)
            ROLLOUTD_CHECK(at <= file.text().size());
    }
    for (const yaml::node& each : what.items)
        check_node(file, each);
    for (const yaml::member& each : what.members) {
        check_node(file, each.key);
        check_node(file, each.value);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const yaml::parsed parsed = yaml::parse({"fuzz.yaml", text});
    check_node(parsed.file, parsed.file.root());
    const load_result got = load_policies({{"fuzz.yaml", text}});
    for (const issue& each : got.issues) {
        ROLLOUTD_CHECK(each.begin.line >= 1 && each.begin.column >= 1);
        ROLLOUTD_CHECK(each.begin <= each.end);
        ROLLOUTD_CHECK(!render(each, text).empty());
    }
    if (!has_errors(got.issues)) {
        for (const policy& each : got.set.policies)
            ROLLOUTD_CHECK(each.match && !each.rules.empty());
    }
    return 0;
}
