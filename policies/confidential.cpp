#include "policies/confidential.h"

#include <algorithm>

#include "policies/digest.h"

namespace rolloutd::policies {

using cel::value;
using cel::value_kind;

namespace {

constexpr std::string_view all_params = "ticket.params";
constexpr std::string_view one_param = "ticket.params.";
constexpr std::string_view message = "instance.message";

// Evidence is read by people: the beginning is enough. Never half a character, which no reader of
// the record would take.
std::string beginning_of(std::string text) {
    constexpr std::size_t most = 200;
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    text.resize(end);
    return text;
}

bool is_same_letter(char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(a) == lower(b);
}

}  // namespace

evidence_value to_evidence(const value& what) {
    switch (what.kind()) {
        case value_kind::boolean: return what.as_boolean();
        case value_kind::integer: return what.as_integer();
        case value_kind::real: return what.as_real();
        case value_kind::string: return beginning_of(what.as_string());
        case value_kind::error: return "undetermined: " + what.as_error().code;
        default: return beginning_of(what.text());
    }
}

bool confidential::is_secret(std::string_view parameter) const {
    return std::ranges::any_of(*words_, [&](const std::string& word) {
        return !std::ranges::search(parameter, word, is_same_letter).empty();
    });
}

bool confidential::is_touched_by(const cel::used_value& what) const {
    if (what.name == message) return true;
    if (what.name.starts_with(one_param)) {
        return is_secret(std::string_view(what.name).substr(one_param.size()));
    }
    if (what.name != all_params || what.what.kind() != value_kind::map) return false;
    for (std::size_t i = 0; i < what.what.size(); ++i) {
        if (is_secret(what.what.entry(i).first.as_string())) return true;
    }
    return false;
}

evidence_value confidential::shown(const cel::used_value& what) const {
    if (what.what.kind() == value_kind::error || !is_touched_by(what)) {
        return to_evidence(what.what);
    }
    if (what.name == all_params) return shown_params(what.what);
    if (what.name == message && what.what.kind() == value_kind::string) {
        return "sha256:" + sha256_hex(what.what.as_string());
    }
    return std::string(redacted);
}

std::string confidential::shown_params(const value& map) const {
    std::vector<std::pair<value, value>> entries;
    for (std::size_t i = 0; i < map.size(); ++i) {
        auto entry = map.entry(i);
        if (is_secret(entry.first.as_string())) {
            entry.second = value::string(std::string(redacted));
        }
        entries.push_back(std::move(entry));
    }
    return beginning_of(value::map(std::move(entries)).text());
}

}  // namespace rolloutd::policies
