#pragma once
// Reads members out of JSON that others wrote: lenient about how a value is spelt, exact about what
// is missing. Every reader returns a value; the first problem is kept in the document with its
// path, and is asked for once, at the end. Used by wire.cpp and wire_error.cpp only.

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/result.h"

namespace rolloutd::api {

// JSON of at most 32 levels and 8 MiB, valid UTF-8, nothing after it. A content failure says what
// is wrong. The document lies in `room`.
result<boost::json::value> parse_json(std::string_view body, boost::json::storage_ptr room = {});

// The first problem met in one document.
class json_problem {
public:
    void report(std::string path, std::string_view what);
    bool met() const { return first_.has_value(); }
    failure as_failure() const;

private:
    std::optional<std::string> first_;
};

// The way to a place in a document, put into words only when something is wrong there. The names
// must outlive it.
class json_path {
public:
    json_path() = default;
    json_path(const json_path&) = default;
    json_path& operator=(const json_path&) = delete;

    // One step further: a member by its name, or an element by its index.
    json_path(const json_path& way, std::string_view name) : json_path(way) {
        if (count_ < most_steps) steps_[count_++] = {name.data(), name.size()};
    }
    json_path(const json_path& way, std::size_t index) : json_path(way) {
        if (count_ < most_steps) steps_[count_++] = {nullptr, index};
    }
    std::string text() const;  // "data.rows[3].id"; "" at the root

private:
    // Deeper than any place that is asked for; what comes after is left out.
    static constexpr std::size_t most_steps = 8;
    // A member's name and its length, or no name and an element's index.
    struct step {
        const char* name = nullptr;
        std::size_t number = 0;
    };
    std::array<step, most_steps> steps_;
    std::size_t count_ = 0;
};

// A place in a document: a value, or null where the document has nothing, and the path that leads
// there. Refers to the document and the problem, which must outlive it.
class json_node {
public:
    json_node(const boost::json::value* what, json_problem& problem)
        : what_(what), problem_(&problem) {}

    bool is_null() const { return what_ == nullptr || what_->is_null(); }
    bool is_object() const { return what_ != nullptr && what_->is_object(); }
    bool is_array() const { return what_ != nullptr && what_->is_array(); }

    // The member of that name, a literal; a null node when there is none or this is no object.
    json_node member(std::string_view name) const;
    // The elements of an array; 0 for anything else.
    std::size_t size() const;
    json_node element(std::size_t index) const;

    // Text; numbers and booleans as they are written. nullopt for null, objects and arrays.
    std::optional<std::string> text() const;
    // Where it is spelt as text; nullopt for anything else. Lies in the document.
    std::optional<std::string_view> spelt_as_text() const;
    // An integer: also 3.0 and "3". nullopt for anything else, and beyond 64 bits.
    std::optional<std::int64_t> integer() const;
    // A number: also "98.5". nullopt for anything else; never infinite.
    std::optional<double> number() const;

    // The same where a value must be: reports "is missing" or what else is wrong, and returns "" or
    // 0.
    std::string need_text() const;
    std::int64_t need_integer(std::int64_t least, std::int64_t most) const;
    void need_object() const;
    void need_array() const;

    void report(std::string_view what) const { problem_->report(path_.text(), what); }

private:
    template <class Step>
    json_node(const boost::json::value* what, const json_node& parent, Step last)
        : what_(what), path_(parent.path_, last), problem_(parent.problem_) {}

    const boost::json::value* what_;
    json_path path_;
    json_problem* problem_;
};

}  // namespace rolloutd::api
