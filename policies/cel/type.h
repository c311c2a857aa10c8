#pragma once
// Static types of the condition language. A small immutable handle: cheap to copy, compared by
// structure.

#include <memory>
#include <string>
#include <vector>

namespace rolloutd::policies::cel {

class object_type;

enum class type_kind {
    dyn,
    null,
    boolean,
    integer,
    unsigned_integer,
    real,
    string,
    bytes,
    duration,
    timestamp,
    list,
    map,
    type,
    object,
    parameter,  // a type variable of a function's signature
    optional,
    error,  // of a sub-expression that was already reported: agrees with everything, silently
};

class type {
public:
    type() : type(type_kind::dyn) {}
    type(type_kind simple);  // not explicit: signatures read better with bare kinds
    static type list_of(type element);
    static type map_of(type key, type mapped);
    static type optional_of(type inner);
    static type type_of(type inner);
    static type parameter(std::string name);
    // The object type must outlive every type and expression that names it (they are declared
    // statically).
    static type object(const object_type& declared);

    type_kind kind() const;
    const std::vector<type>& arguments() const;  // element; key and mapped; inner
    const object_type* declared() const;         // for kind object
    const std::string& name() const;             // for kind parameter

    bool operator==(const type& other) const;

    // "int", "double", "list(string)", "map(string, int)", "ticket": as people and cel-go write
    // them.
    std::string text() const;

private:
    struct node;
    explicit type(std::shared_ptr<const node> what);
    std::shared_ptr<const node> node_;
};

// A named table of typed fields: what protobuf messages are to other CEL engines. The index of a
// field is its slot: object::field(slot) answers in the same order.
struct field_declaration {
    std::string name;
    type declared;
};

class object_type {
public:
    object_type(std::string name, std::vector<field_declaration> fields);
    const std::string& name() const { return name_; }
    const std::vector<field_declaration>& fields() const { return fields_; }
    // Index of the field, or -1.
    int slot_of(std::string_view field) const;

private:
    std::string name_;
    std::vector<field_declaration> fields_;
};

}  // namespace rolloutd::policies::cel
