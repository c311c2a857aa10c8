#include "daemon/journal/words.h"

#include <cmath>
#include <limits>

#include "daemon/journal/json_text.h"

namespace rolloutd::daemon::text {

namespace {

std::string double_text(double what) {
    if (std::isnan(what)) return "nan";
    if (std::isinf(what)) return what > 0 ? "inf" : "-inf";
    return json_text(json::value(what));
}

double read_double(std::string_view text) {
    if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (text == "inf") return std::numeric_limits<double>::infinity();
    if (text == "-inf") return -std::numeric_limits<double>::infinity();
    double what = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), what);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size())
        throw unreadable("a number is expected");
    return what;
}

// JSON has no infinities, and Boost.JSON 1.81 reads a few doubles one unit in the last place off:
// those are written as text, so that what is read back is what was recorded.
json::value write_double(double what) {
    if (std::isfinite(what)) {
        const auto again = parse_json(double_text(what));
        if (again && again->is_double() && again->get_double() == what) return what;
    }
    return json::object{{"double", double_text(what)}};
}

}  // namespace

policies::duration read_duration(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty()) throw unreadable("a length of time like 1h30m is expected");
    std::int64_t total = 0;
    while (!text.empty()) {
        std::int64_t count = 0;
        const auto end = std::from_chars(text.data(), text.data() + text.size(), count);
        text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
        const std::size_t letters = std::min(text.find_first_of("0123456789"), text.size());
        const std::string_view unit = text.substr(0, letters);
        const std::int64_t size = unit == "h"    ? 3'600'000
                                  : unit == "m"  ? 60'000
                                  : unit == "s"  ? 1'000
                                  : unit == "ms" ? 1
                                                 : 0;
        std::int64_t part = 0;
        if (end.ec != std::errc{} || size == 0 || __builtin_mul_overflow(count, size, &part) ||
            __builtin_add_overflow(total, part, &total))
            throw unreadable("a length of time like 1h30m is expected");
        text.remove_prefix(letters);
    }
    return policies::duration(negative ? -total : total);
}

policies::rule_key codec<policies::rule_key>::from_key(std::string_view text) {
    const std::size_t first = text.find('/');
    const std::size_t last = text.rfind('/');
    if (first == std::string_view::npos || first == last)
        throw unreadable("a key like policy/rule/batch:2 is expected");
    const auto who = policies::parse_subject(text.substr(last + 1));
    if (!who) throw unreadable("a subject like batch:2 is expected");
    return {std::string(text.substr(0, first)),
            std::string(text.substr(first + 1, last - first - 1)), *who};
}

json::value codec<policies::evidence_value>::write(const policies::evidence_value& what) {
    if (const double* number = std::get_if<double>(&what)) return write_double(*number);
    return std::visit([](const auto& value) { return json::value(value); }, what);
}

policies::evidence_value codec<policies::evidence_value>::read(const json::value& from) {
    switch (from.kind()) {
        case json::kind::bool_: return from.get_bool();
        case json::kind::int64: return from.get_int64();
        case json::kind::double_: return from.get_double();
        case json::kind::string: return std::string(from.get_string());
        case json::kind::object:
            if (const json::value* number = from.get_object().if_contains("double"))
                return read_double(from_json<std::string>(*number));
            break;
        default: break;
    }
    throw unreadable("evidence is a truth value, a number or a string");
}

json::value codec<std::vector<policies::evidence_item>>::write(
    const std::vector<policies::evidence_item>& what) {
    json::object out;
    for (const policies::evidence_item& each : what) {
        if (each.arguments.empty()) {
            out.emplace(each.name, to_json(each.value));
        } else {
            json::object shown;
            shown.emplace("value", to_json(each.value));
            shown.emplace("arguments", write_list(each.arguments));
            out.emplace(each.name, std::move(shown));
        }
    }
    return out;
}

std::vector<policies::evidence_item> codec<std::vector<policies::evidence_item>>::read(
    const json::value& from) {
    std::vector<policies::evidence_item> what;
    for (const auto& each : from_json<json::object>(from)) {
        policies::evidence_item item;
        item.name = std::string(each.key());
        const json::object* shown = each.value().if_object();
        if (shown != nullptr && shown->contains("value")) {
            item.value = from_json<policies::evidence_value>(shown->at("value"));
            if (const json::value* arguments = shown->if_contains("arguments"))
                item.arguments = from_json<std::vector<policies::evidence_value>>(*arguments);
        } else {
            item.value = from_json<policies::evidence_value>(each.value());
        }
        what.push_back(std::move(item));
    }
    return what;
}

}  // namespace rolloutd::daemon::text
