#include "policies/confidential.h"

#include <algorithm>

#include "policies/digest.h"
#include "policies/text.h"

namespace rolloutd::policies {

using cel::value;
using cel::value_kind;

namespace {

constexpr std::string_view all_params = "ticket.params";
constexpr std::string_view one_param = "ticket.params.";
constexpr std::string_view message = "instance.message";

// Evidence is read by people: the beginning is enough.
std::string as_evidence(std::string_view text) { return std::string(beginning_of(text, 200)); }

}  // namespace

evidence_value to_evidence(const value& what) {
    switch (what.kind()) {
        case value_kind::boolean: return what.as_boolean();
        case value_kind::integer: return what.as_integer();
        case value_kind::real: return what.as_real();
        case value_kind::string: return as_evidence(what.as_string());
        case value_kind::error: return "undetermined: " + what.as_error().code;
        default: return as_evidence(what.text());
    }
}

bool confidential::is_secret(std::string_view parameter) const {
    return looks_secret(parameter, *words_);
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
    return as_evidence(value::map(std::move(entries)).text());
}

std::string text_of(const evidence_value& what) {
    if (const auto* flag = std::get_if<bool>(&what)) return *flag ? "true" : "false";
    if (const auto* number = std::get_if<std::int64_t>(&what)) return std::to_string(*number);
    if (const auto* real = std::get_if<double>(&what)) return value::real(*real).text();
    return std::get<std::string>(what);
}

}  // namespace rolloutd::policies
