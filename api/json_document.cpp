#include "api/json_document.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <functional>
#include <string>
#include <utility>

namespace rolloutd::api {
namespace {

namespace json = boost::json;

constexpr std::size_t most_levels = 32;
constexpr std::size_t most_bytes = 8 * 1024 * 1024;
constexpr std::size_t most_values = 256 * 1024;

// What a usual answer needs for one value; where it is less the row grows.
constexpr std::size_t usual_bytes = 12;
constexpr std::size_t values_at_first = 1024;

}  // namespace

// What Boost.JSON's parser tells as it goes along. The body comes in one piece, so that parts are
// told only of what holds escapes.
class json_document::writer {
public:
    using error_code = boost::system::error_code;

    static constexpr std::size_t max_object_size = most_values;
    static constexpr std::size_t max_array_size = most_values;
    static constexpr std::size_t max_key_size = most_bytes;
    static constexpr std::size_t max_string_size = most_bytes;

    writer(json_document& into, std::string_view body) : into_(into), body_(body) {}

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code& error) { return open(json_kind::object, error); }
    bool on_object_end(std::size_t count, error_code&) { return close(count); }
    bool on_array_begin(error_code& error) { return open(json_kind::list, error); }
    bool on_array_end(std::size_t count, error_code&) { return close(count); }
    bool on_key_part(json::string_view part, std::size_t, error_code&) { return keep(part); }
    bool on_string_part(json::string_view part, std::size_t, error_code&) { return keep(part); }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

    bool on_key(json::string_view last, std::size_t, error_code&) {
        name_ = whole(last);
        return true;
    }
    bool on_string(json::string_view last, std::size_t, error_code& error) {
        return add(json_kind::text, whole(last), error) != nullptr;
    }
    bool on_int64(std::int64_t number, json::string_view spelt, error_code& error) {
        json_value* const made = add(json_kind::integer, spelt, error);
        if (made != nullptr) made->whole = number;
        return made != nullptr;
    }
    bool on_uint64(std::uint64_t number, json::string_view spelt, error_code& error) {
        return on_double(static_cast<double>(number), spelt, error);
    }
    bool on_double(double number, json::string_view spelt, error_code& error) {
        json_value* const made = add(json_kind::real, spelt, error);
        if (made != nullptr) made->real = number;
        return made != nullptr;
    }
    bool on_bool(bool is_true, error_code& error) {
        return add(json_kind::boolean, is_true ? "true" : "false", error) != nullptr;
    }
    bool on_null(error_code& error) { return add(json_kind::null, {}, error) != nullptr; }

private:
    json_value* add(json_kind kind, std::string_view text, error_code& error) {
        std::vector<json_value>& all = into_.values_;
        if (all.size() >= most_values) {
            error = json::error::array_too_large;
            return nullptr;
        }
        json_value& made = all.emplace_back();
        made.name = std::exchange(name_, {});
        made.text = text;
        made.kind = kind;
        made.holder = holder_;
        made.next = static_cast<std::uint32_t>(all.size());
        return &made;
    }

    bool open(json_kind kind, error_code& error) {
        if (add(kind, {}, error) == nullptr) return false;
        holder_ = static_cast<std::uint32_t>(into_.values_.size() - 1);
        return true;
    }

    bool close(std::size_t count) {
        json_value& done = into_.values_[holder_];
        done.size = static_cast<std::uint32_t>(count);
        done.next = static_cast<std::uint32_t>(into_.values_.size());
        holder_ = done.holder;
        return true;
    }

    // Nothing grows when it is unescaped: with room for the whole body nothing moves any more.
    bool keep(std::string_view part) {
        into_.unescaped_.reserve(body_.size());
        into_.unescaped_.insert(into_.unescaped_.end(), part.begin(), part.end());
        kept_ += part.size();
        return true;
    }

    // What was unescaped lies in the parser's own buffer until it is kept.
    std::string_view whole(std::string_view last) {
        const std::less_equal<const char*> no_later;
        const bool as_written = no_later(body_.data(), last.data()) &&
                                no_later(last.data() + last.size(), body_.data() + body_.size());
        if (kept_ == 0 && as_written) return last;
        keep(last);
        const std::size_t size = std::exchange(kept_, 0);
        return {into_.unescaped_.data() + into_.unescaped_.size() - size, size};
    }

    json_document& into_;
    std::string_view body_;
    std::string_view name_;
    std::size_t kept_ = 0;  // of the text or name that is under way
    std::uint32_t holder_ = 0;
};

result<json_document> json_document::parse(std::string_view body) {
    if (body.size() > most_bytes) return bad_content("the answer is larger than 8 MiB");
    json::parse_options options;
    options.max_depth = most_levels;
    result<json_document> made = json_document();
    made->values_.reserve(std::min(body.size() / usual_bytes + 4, values_at_first));
    json::basic_parser<writer> parser(options, *made, body);
    boost::system::error_code error;
    const std::size_t used = parser.write_some(false, body.data(), body.size(), error);
    if (!error && used < body.size()) error = json::error::extra_data;
    if (error == json::error::array_too_large || error == json::error::object_too_large)
        return bad_content("the answer has more than " + std::to_string(most_values) + " values");
    if (error) return bad_content("the answer is not JSON: " + error.message());
    return made;
}

}  // namespace rolloutd::api
