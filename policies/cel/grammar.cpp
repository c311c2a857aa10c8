#include "policies/cel/grammar.h"

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

struct macro_entry {
    std::string_view name;
    std::size_t arguments;
    macro what;
};

constexpr macro_entry macro_table[] = {
    {"all", 2, macro::all},
    {"exists", 2, macro::exists},
    {"exists_one", 2, macro::exists_one},
    {"existsOne", 2, macro::exists_one},
    {"map", 2, macro::map},
    {"map", 3, macro::map_filtered},
    {"filter", 2, macro::filter},
};

std::optional<value> read_real(const std::string& text, bool negative) {
    double made = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), made);
    // Out of range is both too large, an error, and too small, which is zero: a negative exponent
    // tells.
    const bool too_large = read.ec == std::errc::result_out_of_range &&
                           text.find("e-") == std::string::npos &&
                           text.find("E-") == std::string::npos;
    if (too_large || read.ptr != text.data() + text.size()) return std::nullopt;
    return value::real(negative ? -made : made);
}

}  // namespace

const operator_entry* find_operator(const token& what, int least) {
    if (what.kind != token_kind::symbol && what.kind != token_kind::identifier) return nullptr;
    for (const operator_entry& entry : operators) {
        if (entry.precedence >= least && what.text == entry.symbol) return &entry;
    }
    return nullptr;
}

std::optional<macro> find_macro(std::string_view name, std::size_t arguments) {
    for (const macro_entry& entry : macro_table) {
        if (entry.name == name && entry.arguments == arguments) return entry.what;
    }
    return std::nullopt;
}

std::optional<value> read_number(const token& digits, bool negative) {
    if (digits.kind == token_kind::real) return read_real(digits.text, negative);
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
