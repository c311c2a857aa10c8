#include "api/json_reader.h"

#include <charconv>
#include <cmath>
#include <vector>

namespace rolloutd::api {
namespace {

// Beyond 2^53 a double names no single integer.
constexpr double exact_limit = 9007199254740992.0;

// A number that is told as text keeps its spelling, which JSON does not bound.
constexpr std::size_t longest_number = 64;

std::optional<std::int64_t> to_integer(double number) {
    if (!(std::fabs(number) <= exact_limit) || number != std::trunc(number)) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

template <class Number>
std::optional<Number> read_whole(std::string_view text) {
    Number number{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

std::string_view trim(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

void json_problem::report(std::string path, std::string_view what) {
    if (!first_) first_ = (path.empty() ? "the answer" : path) + " " + std::string(what);
}

failure json_problem::as_failure() const { return bad_content(first_.value_or("")); }

json_node json_node::at(std::uint32_t place) const {
    json_node there = *this;
    there.place_ = place;
    return there;
}

json_node json_node::member(std::string_view name) const {
    json_node found = *this;
    if (missing_.empty()) found.missing_ = name;
    if (!is_object()) return found;
    const std::uint32_t end = value().next;
    for (std::uint32_t place = place_ + 1; place < end; place = whole_->at(place).next) {
        if (whole_->at(place).name != name) continue;
        found.place_ = place;
        found.missing_ = {};
    }
    return found;
}

json_node::range json_node::elements() const { return held(is_array()); }

json_node::range json_node::members() const { return held(is_object()); }

json_node::range json_node::held(bool any) const {
    if (!any) return {iterator(*this), iterator(*this)};
    return {iterator(at(place_ + 1)), iterator(at(value().next))};
}

std::string json_node::path() const {
    std::vector<std::uint32_t> way;
    for (std::uint32_t place = place_; place != 0; place = whole_->at(place).holder)
        way.push_back(place);
    std::string words;
    const auto add = [&words](std::string_view name) {
        if (!words.empty()) words += ".";
        words += name;
    };
    for (auto step = way.rbegin(); step != way.rend(); ++step) {
        const json_value& holder = whole_->at(whole_->at(*step).holder);
        if (holder.kind == json_kind::object) {
            add(whole_->at(*step).name);
            continue;
        }
        std::size_t index = 0;
        std::uint32_t before = whole_->at(*step).holder + 1;
        for (; before != *step; before = whole_->at(before).next)
            ++index;
        words += "[" + std::to_string(index) + "]";
    }
    if (!missing_.empty()) add(missing_);
    return words;
}

std::optional<std::string_view> json_node::spelt_as_text() const {
    if (!is_text()) return std::nullopt;
    return value().text;
}

std::optional<std::string> json_node::text() const {
    if (is_null() || is_object() || is_array()) return std::nullopt;
    const bool is_spelt = kind() == json_kind::text;
    if (!is_spelt && value().text.size() > longest_number) return std::nullopt;
    return std::string(value().text);
}

std::optional<std::int64_t> json_node::integer() const {
    const json_kind what = kind();
    if (what == json_kind::integer) return value().whole;
    if (what == json_kind::real) return to_integer(value().real);
    if (what != json_kind::text) return std::nullopt;
    const std::string_view spelt = trim(value().text);
    if (const auto whole = read_whole<std::int64_t>(spelt)) return whole;
    const auto real = read_whole<double>(spelt);
    return real ? to_integer(*real) : std::nullopt;
}

std::optional<double> json_node::number() const {
    std::optional<double> found;
    const json_kind what = kind();
    if (what == json_kind::integer) found = static_cast<double>(value().whole);
    if (what == json_kind::real) found = value().real;
    if (what == json_kind::text) found = read_whole<double>(trim(value().text));
    if (found && !std::isfinite(*found)) found.reset();
    return found;
}

std::string json_node::need_text() const {
    std::optional<std::string> found = text();
    if (is_null())
        report("is missing");
    else if (!found)
        report("is not text");
    else if (found->empty())
        report("is empty");
    return std::move(found).value_or("");
}

std::int64_t json_node::need_integer(std::int64_t least, std::int64_t most) const {
    const std::optional<std::int64_t> found = integer();
    if (is_null()) {
        report("is missing");
    } else if (!found) {
        report("is not an integer");
    } else if (*found < least || *found > most) {
        report("is " + std::to_string(*found) + ", not within " + std::to_string(least) + " to " +
               std::to_string(most));
    } else {
        return *found;
    }
    return 0;
}

void json_node::need_object() const {
    if (!is_object()) report(is_null() ? "is missing" : "is not an object");
}

void json_node::need_array() const {
    if (!is_array()) report(is_null() ? "is missing" : "is not a list");
}

}  // namespace rolloutd::api
