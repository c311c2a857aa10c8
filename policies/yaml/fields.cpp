#include "policies/yaml/fields.h"

#include <algorithm>

#include "policies/yaml/text.h"

namespace rolloutd::policies::yaml {

void problems::error(const node& where, std::string code, std::string message, std::string hint) {
    // A block's range would underline lines that have nothing wrong in them.
    span shown = where.where;
    shown.end = std::min(shown.end, line_end(file_->text(), shown.begin));
    error(shown, std::move(code), std::move(message), std::move(hint));
}

void problems::error(span where, std::string code, std::string message, std::string hint) {
    issues_.push_back(file_->make_issue(severity::error, where, std::move(code), std::move(message),
                                        std::move(hint)));
}

void problems::warning(const node& where, std::string code, std::string message, std::string hint) {
    span shown = where.where;
    shown.end = std::min(shown.end, line_end(file_->text(), shown.begin));
    issues_.push_back(file_->make_issue(severity::warning, shown, std::move(code),
                                        std::move(message), std::move(hint)));
}

fields::fields(problems& report, const node& map, std::string what)
    : report_(report), map_(map), what_(std::move(what)), usable_(map.kind == node_kind::map) {
    if (usable_ || map.kind == node_kind::broken) return;
    report_.error(map, "wrong-type", what_ + " is a map of keys, but here stands " + describe(map),
                  "write each key as `key: value`");
}

const member* fields::member_of(std::string_view key) const {
    const auto found = std::find_if(map_.members.begin(), map_.members.end(),
                                    [&](const member& each) { return each.key.value == key; });
    return found == map_.members.end() ? nullptr : &*found;
}

const node* fields::find(std::string_view key) {
    known_.emplace(key);
    if (!usable_) return nullptr;
    const member* found = member_of(key);
    if (found == nullptr || found->value.kind == node_kind::broken) return nullptr;
    if (found->value.kind == node_kind::null) {
        report_.error(found->key, "empty-value", "'" + std::string(key) + "' has no value",
                      "give it one or remove the line");
        return nullptr;
    }
    return &found->value;
}

const node* fields::require(std::string_view key, std::string_view hint) {
    const node* found = find(key);
    if (usable_ && map_.complete && member_of(key) == nullptr) {
        span where = map_.where;
        if (!map_.members.empty()) where = map_.members.front().key.where;
        where.end = std::min(where.end, line_end(report_.file().text(), where.begin));
        report_.error(where, "missing-key", what_ + " has no '" + std::string(key) + "'",
                      std::string(hint));
    }
    return found;
}

const node* fields::key_of(std::string_view key) const {
    const member* found = member_of(key);
    return found == nullptr ? nullptr : &found->key;
}

bool fields::has(std::string_view key) const { return member_of(key) != nullptr; }

void fields::finish() {
    if (!usable_) return;
    const std::vector<std::string> known(known_.begin(), known_.end());
    for (const member& each : map_.members) {
        if (known_.contains(each.key.value)) continue;
        const std::string near = nearest(each.key.value, known);
        std::string hint =
            near.empty() ? "known here: " + one_of(known) : "did you mean '" + near + "'?";
        if (map_.style == node_style::flow && each.value.kind == node_kind::null && near.empty()) {
            hint =
                "in a `{…}` map a comma ends the value: quote the value before it, or write the "
                "map over several lines";
        }
        report_.error(each.key, "unknown-key",
                      what_ + " has no key '" + excerpt(each.key.value) + "'", hint);
    }
}

std::string one_of(const std::vector<std::string>& words) {
    std::string list;
    for (std::size_t n = 0; n < words.size(); ++n) {
        if (n > 0) list += n + 1 == words.size() ? " or " : ", ";
        list += words[n];
    }
    return list;
}

void read_version(problems& report, fields& top) {
    const node* found = top.require("version", "begin the file with `version: 1`");
    if (found == nullptr) return;
    const std::optional<int> version = read_whole(report, *found, "version");
    if (version && *version != 1) {
        report.error(*found, "version",
                     "version " + std::to_string(*version) + " of this file's format is not known",
                     "this rolloutd reads version 1");
    }
}

}  // namespace rolloutd::policies::yaml
