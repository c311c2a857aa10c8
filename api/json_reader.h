#pragma once
// Reads members out of JSON that others wrote: lenient about how a value is spelt, exact about what
// is missing. Every reader returns a value; the first problem is kept in the document with its
// path, and is asked for once, at the end. Used by wire.cpp and wire_error.cpp only.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/json_document.h"
#include "api/result.h"

namespace rolloutd::api {

// The first problem met in one document.
class json_problem {
public:
    void report(std::string path, std::string_view what);
    bool met() const { return first_.has_value(); }
    failure as_failure() const;

private:
    std::optional<std::string> first_;
};

// A place in a document: a value, or nothing where the document has none. Refers to the document
// and the problem, which must outlive it.
class json_node {
public:
    // The root.
    json_node(const json_document& whole, json_problem& problem)
        : whole_(&whole), problem_(&problem) {}

    bool is_null() const { return kind() == json_kind::null; }
    bool is_object() const { return kind() == json_kind::object; }
    bool is_array() const { return kind() == json_kind::list; }
    bool is_text() const { return kind() == json_kind::text; }

    // The last member of that name, a literal; nothing when there is none or this is no object.
    json_node member(std::string_view name) const;

    // The elements of an array, and the members of an object, one after the other; nothing in
    // anything else.
    class iterator;
    struct range;
    range elements() const;
    range members() const;
    // How many elements an array has; 0 for anything else.
    std::size_t size() const { return is_array() ? value().size : 0; }

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

    // The way there is long in a long list, and only the first problem is told.
    void report(std::string_view what) const {
        if (!problem_->met()) problem_->report(path(), what);
    }

private:
    const json_value& value() const { return whole_->at(place_); }
    json_kind kind() const { return missing_.empty() ? value().kind : json_kind::null; }
    json_node at(std::uint32_t place) const;
    range held(bool any) const;
    std::string path() const;  // "data.rows[3].id"; "" at the root

    const json_document* whole_;
    json_problem* problem_;
    std::uint32_t place_ = 0;
    std::string_view missing_;  // what the value at this place should have and has not
};

class json_node::iterator {
public:
    explicit iterator(json_node where) : where_(where) {}
    json_node operator*() const { return where_; }
    iterator& operator++() {
        where_.place_ = where_.value().next;
        return *this;
    }
    bool operator==(const iterator& other) const { return where_.place_ == other.where_.place_; }

private:
    json_node where_;
};

struct json_node::range {
    iterator first;
    iterator last;
    iterator begin() const { return first; }
    iterator end() const { return last; }
};

}  // namespace rolloutd::api
