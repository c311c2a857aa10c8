#include "api/json_reader.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>

namespace rolloutd::api {
namespace {

namespace json = boost::json;

constexpr std::size_t most_levels = 32;
constexpr std::size_t most_bytes = 8 * 1024 * 1024;

// Beyond 2^53 a double names no single integer.
constexpr double exact_limit = 9007199254740992.0;

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

result<json::value> parse_json(std::string_view body, json::storage_ptr room) {
    if (body.size() > most_bytes) return bad_content("the answer is larger than 8 MiB");
    json::parse_options options;
    options.max_depth = most_levels;
    boost::system::error_code error;
    json::value document = json::parse(body, error, std::move(room), options);
    if (error) return bad_content("the answer is not JSON: " + error.message());
    return document;
}

void json_problem::report(std::string path, std::string_view what) {
    if (!first_) first_ = (path.empty() ? "the answer" : path) + " " + std::string(what);
}

failure json_problem::as_failure() const { return bad_content(first_.value_or("")); }

std::string json_path::text() const {
    std::string words;
    for (std::size_t i = 0; i < count_; ++i) {
        const step& each = steps_[i];
        if (each.name == nullptr) {
            words += "[" + std::to_string(each.number) + "]";
        } else {
            if (i > 0) words += ".";
            words.append(each.name, each.number);
        }
    }
    return words;
}

json_node json_node::member(std::string_view name) const {
    const json::value* found = is_object() ? what_->get_object().if_contains(name) : nullptr;
    return {found, *this, name};
}

std::size_t json_node::size() const { return is_array() ? what_->get_array().size() : 0; }

json_node json_node::element(std::size_t index) const {
    const json::value* found = index < size() ? &what_->get_array()[index] : nullptr;
    return {found, *this, index};
}

std::optional<std::string_view> json_node::spelt_as_text() const {
    if (what_ == nullptr || !what_->is_string()) return std::nullopt;
    return what_->get_string();
}

std::optional<std::string> json_node::text() const {
    if (is_null() || is_object() || is_array()) return std::nullopt;
    if (what_->is_string()) return std::string(what_->get_string());
    return json::serialize(*what_);
}

std::optional<std::int64_t> json_node::integer() const {
    if (is_null()) return std::nullopt;
    if (what_->is_int64()) return what_->get_int64();
    if (what_->is_double()) return to_integer(what_->get_double());
    if (!what_->is_string()) return std::nullopt;
    const std::string_view spelt = trim(what_->get_string());
    if (const auto whole = read_whole<std::int64_t>(spelt)) return whole;
    const auto real = read_whole<double>(spelt);
    return real ? to_integer(*real) : std::nullopt;
}

std::optional<double> json_node::number() const {
    std::optional<double> found;
    if (is_null()) return found;
    if (what_->is_int64()) found = static_cast<double>(what_->get_int64());
    if (what_->is_uint64()) found = static_cast<double>(what_->get_uint64());
    if (what_->is_double()) found = what_->get_double();
    if (what_->is_string()) found = read_whole<double>(trim(what_->get_string()));
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
