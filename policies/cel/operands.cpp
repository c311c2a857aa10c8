#include "policies/cel/operands.h"

#include <algorithm>

#include "policies/cel/ast.h"

namespace rolloutd::policies::cel {

std::vector<std::string> operands_of(std::string_view condition) {
    const parsed all = parse(condition, {});
    std::vector<std::string> found;
    if (!all.whole || !all.problems.empty()) return found;
    std::vector<node_index> waiting{all.made.root};
    while (!waiting.empty()) {
        const node& here = all.made.at(waiting.back());
        waiting.pop_back();
        const bool joins = here.kind == node_kind::and_ || here.kind == node_kind::or_ ||
                           here.kind == node_kind::not_ || here.kind == node_kind::conditional;
        if (joins) {
            waiting.insert(waiting.end(), here.children.rbegin(), here.children.rend());
            continue;
        }
        std::string text{all.made.source(here.where)};
        if (std::ranges::find(found, text) == found.end()) found.push_back(std::move(text));
    }
    return found;
}

}  // namespace rolloutd::policies::cel
