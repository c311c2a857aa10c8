#pragma once
// A JSON text, taken apart into one row of values: each is followed by what it holds, so that
// nothing is allocated, sorted or hashed for the members that nobody asks for. Texts and names lie
// in the body wherever they are written without escapes. Judges nothing. Used by json_reader.

#include <cstdint>
#include <string_view>
#include <vector>

#include "api/result.h"

namespace rolloutd::api {

enum class json_kind : std::uint8_t { null, boolean, integer, real, text, list, object };

struct json_value {
    std::string_view name;  // of a member; "" for elements and the root
    std::string_view text;  // of a text; of numbers and booleans how they are spelt
    union {
        std::int64_t whole = 0;  // of an integer
        double real;             // of a real number, and of integers beyond 63 bits
    };
    std::uint32_t holder = 0;  // where the list or object is that holds it; the root holds itself
    std::uint32_t next = 0;    // where what follows it and all that it holds is
    std::uint32_t size = 0;    // how many members or elements it holds
    json_kind kind = json_kind::null;
};

class json_document {
public:
    // JSON of at most 32 levels, 8 MiB and 256 Ki values, valid UTF-8, nothing after it. A content
    // failure says what is wrong. `body` must outlive the document.
    static result<json_document> parse(std::string_view body);

    // Only for result<T>; holds nothing.
    json_document() = default;
    json_document(const json_document&) = delete;
    json_document& operator=(const json_document&) = delete;
    json_document(json_document&&) noexcept = default;
    json_document& operator=(json_document&&) noexcept = default;

    // The root is at 0; what a list or object holds begins right behind it.
    const json_value& at(std::uint32_t place) const { return values_[place]; }

private:
    class writer;

    std::vector<json_value> values_;
    std::vector<char> unescaped_;  // texts and names that are not written as they are
};

}  // namespace rolloutd::api
