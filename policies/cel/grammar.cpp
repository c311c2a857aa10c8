#include "policies/cel/grammar.h"

#include <algorithm>
#include <charconv>

namespace rolloutd::policies::cel {

namespace {

constexpr operator_entry operators[] = {
    {"||", 1, node_kind::or_, binary::add},
    {"&&", 2, node_kind::and_, binary::add},
    {"==", 3, node_kind::comparison, binary::eq},
    {"!=", 3, node_kind::comparison, binary::ne},
    {"<", 3, node_kind::comparison, binary::lt},
    {"<=", 3, node_kind::comparison, binary::le},
    {">", 3, node_kind::comparison, binary::gt},
    {">=", 3, node_kind::comparison, binary::ge},
    {"in", 3, node_kind::in, binary::add},
    {"+", 4, node_kind::arithmetic, binary::add},
    {"-", 4, node_kind::arithmetic, binary::subtract},
    {"*", 5, node_kind::arithmetic, binary::multiply},
    {"/", 5, node_kind::arithmetic, binary::divide},
    {"%", 5, node_kind::arithmetic, binary::modulo},
};

constexpr macro_entry macro_table[] = {
    {"all", 2, macro::all, 1},
    {"exists", 2, macro::exists, 1},
    {"exists_one", 2, macro::exists_one, 1},
    {"existsOne", 2, macro::exists_one, 1},
    {"map", 2, macro::map, 1},
    {"map", 3, macro::map, 1},
    {"filter", 2, macro::filter, 1},
    {"all", 3, macro::all, 2},
    {"exists", 3, macro::exists, 2},
    {"exists_one", 3, macro::exists_one, 2},
    {"existsOne", 3, macro::exists_one, 2},
    {"transformList", 3, macro::map, 2},
    {"transformList", 4, macro::map, 2},
    {"transformMap", 3, macro::transform_map, 2},
    {"transformMap", 4, macro::transform_map, 2},
    {"transformMapEntry", 3, macro::transform_map_entry, 2},
    {"transformMapEntry", 4, macro::transform_map_entry, 2},
    {"optMap", 2, macro::opt_map, 1},
    {"optFlatMap", 2, macro::opt_flat_map, 1},
};

// Whether the digits of a number that is out of range say that it lies near zero, not far from it.
bool is_tiny(std::string_view text) {
    const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
    const std::string_view digits = text.substr(0, mark);
    const auto point = static_cast<long>(std::min(digits.find('.'), digits.size()));
    const auto first = static_cast<long>(std::min(digits.find_first_of("123456789"), text.size()));
    long exponent = 0;
    if (mark < text.size()) {
        std::string_view rest = text.substr(mark + 1);
        if (rest.starts_with('+')) rest.remove_prefix(1);
        const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
        if (read.ec != std::errc{}) return rest.starts_with('-');
    }
    return point - first + exponent < 0;
}

}  // namespace

bool means_otherwise(std::string_view word) {
    return word == "in" || word == "true" || word == "false" || word == "null";
}

std::optional<double> read_double(std::string_view text) {
    double made = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), made);
    if (read.ec == std::errc::result_out_of_range && is_tiny(text)) {
        made = text.starts_with('-') ? -0.0 : 0.0;
    } else if (read.ec != std::errc{}) {
        return std::nullopt;
    }
    if (read.ptr != text.data() + text.size()) return std::nullopt;
    return made;
}

const operator_entry* find_operator(const token& what, int least) {
    if (what.kind != token_kind::symbol && what.kind != token_kind::identifier) return nullptr;
    for (const operator_entry& entry : operators) {
        if (entry.precedence >= least && what.text == entry.symbol) return &entry;
    }
    return nullptr;
}

const macro_entry* find_macro(std::string_view name, std::size_t arguments) {
    for (const macro_entry& entry : macro_table) {
        if (entry.name == name && entry.arguments == arguments) return &entry;
    }
    return nullptr;
}

std::optional<value> read_number(const token& digits, bool negative) {
    if (digits.kind == token_kind::real) {
        const auto real = read_double(digits.text);
        if (!real) return std::nullopt;
        return value::real(negative ? -*real : *real);
    }
    const bool hex = digits.text.starts_with("0x") || digits.text.starts_with("0X");
    const char* begin = digits.text.data() + (hex ? 2 : 0);
    const char* end = digits.text.data() + digits.text.size();
    std::uint64_t made = 0;
    const auto read = std::from_chars(begin, end, made, hex ? 16 : 10);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    if (digits.kind == token_kind::unsigned_integer) return value::unsigned_integer(made);
    constexpr std::uint64_t most = std::uint64_t{1} << 63;
    if (made > most || (made == most && !negative)) return std::nullopt;
    return value::integer(static_cast<std::int64_t>(negative ? std::uint64_t{0} - made : made));
}

}  // namespace rolloutd::policies::cel
