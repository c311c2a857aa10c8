#include "policies/yaml/document.h"

#include <algorithm>
#include <utility>

#include "policies/yaml/scalar_map.h"
#include "policies/yaml/text.h"

namespace rolloutd::policies::yaml {

std::string describe(const node& what) {
    switch (what.kind) {
        case node_kind::null: return "nothing";
        case node_kind::list: return "a list";
        case node_kind::map: return "a map";
        case node_kind::scalar: return "'" + excerpt(what.value) + "'";
        case node_kind::broken: break;
    }
    return "something unreadable";
}

document::document(source_file file, node root) : file_(std::move(file)), root_(std::move(root)) {
    lines_.push_back(mark_length(file_.text));
    for (std::size_t at = 0; at < file_.text.size(); ++at) {
        if (file_.text[at] == '\n') lines_.push_back(at + 1);
    }
}

position document::at(std::size_t byte) const {
    if (lines_.empty()) return {};
    const std::size_t stop = std::min(byte, file_.text.size());
    const auto after = std::upper_bound(lines_.begin(), lines_.end(), stop);
    const auto line = after == lines_.begin() ? lines_.begin() : std::prev(after);
    position found;
    found.line = static_cast<int>(line - lines_.begin()) + 1;
    for (std::size_t at = *line; at < stop; ++at) {
        if (!is_continuation(file_.text[at])) ++found.column;
    }
    return found;
}

span document::locate(const node& scalar, span within) const {
    const std::vector<std::size_t> map = map_scalar(file_.text, scalar);
    if (map.empty() || scalar.value.empty()) {
        return {scalar.where.begin,
                std::min(scalar.where.end, line_end(file_.text, scalar.where.begin))};
    }
    const std::size_t size = scalar.value.size();
    const std::size_t first = std::min(within.begin, size);
    const std::size_t last = std::clamp(within.end, first, size);
    if (last == first) return {map[first], map[first]};
    // The end of the last byte, not the begin of the next: an escape or a fold may lie between.
    std::size_t end = map[last - 1] + 1;
    while (end < file_.text.size() && is_continuation(file_.text[end]))
        ++end;
    if (scalar.value[last - 1] != '\n' && scalar.style == node_style::double_quoted &&
        file_.text[map[last - 1]] == '\\') {
        end = map[last];
    }
    // '' stands for one quote.
    if (scalar.style == node_style::single_quoted && scalar.value[last - 1] == '\'') ++end;
    return {map[first], std::max(end, map[first])};
}

issue document::make_issue(severity level, span where, std::string code, std::string message,
                           std::string hint) const {
    issue made;
    made.level = level;
    made.code = std::move(code);
    made.message = std::move(message);
    made.hint = std::move(hint);
    made.file = file_.name;
    made.begin = at(where.begin);
    made.end = at(std::max(where.begin, where.end));
    return made;
}

}  // namespace rolloutd::policies::yaml
