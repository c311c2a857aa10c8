#pragma once
// The tree of one YAML file as this project reads it: maps, lists and scalars with the bytes that
// they came from. It has no tags, anchors or aliases (the reader refuses them) and no types: what a
// scalar means is decided by whoever asks for it. Plain values; positions are found by document.h.

#include <cstddef>
#include <string>
#include <vector>

namespace rolloutd::policies::yaml {

// Half-open range of byte offsets in a file.
struct span {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool operator==(const span&) const = default;
};

enum class node_kind {
    null,  // nothing was written, or `~`, or `null`
    scalar,
    list,
    map,
    broken,  // was reported by the reader already; readers of the tree say nothing more about it
};

// How a value was written; of lists and maps only flow and block are used.
enum class node_style { plain, single_quoted, double_quoted, literal, folded, flow, block };

struct member;

struct node {
    node_kind kind = node_kind::null;
    node_style style = node_style::plain;
    span where;
    std::string value;            // of a scalar, decoded
    std::vector<node> items;      // of a list
    std::vector<member> members;  // of a map, in the file's order, each key once
    // False when the file broke off inside: what is missing here may stand in the part not read.
    bool complete = true;

    bool is_plain() const { return kind == node_kind::scalar && style == node_style::plain; }
};

struct member {
    node key;
    node value;
};

// "a map", "a list", "text", "nothing": for messages about the wrong type.
std::string describe(const node& what);

}  // namespace rolloutd::policies::yaml
