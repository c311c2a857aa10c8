#include "policies/cel/habits.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace rolloutd::policies::cel {

namespace {

bool is_symbol(const token& what, std::string_view symbol) {
    return what.kind == token_kind::symbol && what.text == symbol;
}

bool is_word(const token& what, std::string_view word) {
    return what.kind == token_kind::identifier && what.text == word;
}

bool is_number(const token& what) {
    return what.kind == token_kind::integer || what.kind == token_kind::real;
}

bool is_literal(const token& what) {
    return is_number(what) || what.kind == token_kind::unsigned_integer ||
           what.kind == token_kind::string || what.kind == token_kind::bytes;
}

// Whether an operand can end with this token, so that an operator is due.
bool ends_operand(const token& what) {
    if (what.kind == token_kind::symbol) {
        return what.text == ")" || what.text == "]" || what.text == "}";
    }
    return is_literal(what) || (what.kind == token_kind::identifier && what.text != "in");
}

bool begins_operand(const token& what) {
    if (what.kind == token_kind::symbol) {
        return what.text == "(" || what.text == "[" || what.text == "{" || what.text == "!" ||
               what.text == "-" || what.text == ".";
    }
    return is_literal(what) || (what.kind == token_kind::identifier && what.text != "in");
}

class mender {
public:
    mender(tokens scanned, std::string_view text) : from_(std::move(scanned)), text_(text) {
        made_.problems = std::move(from_.problems);
        made_.mended = from_.mended;
        made_.all.reserve(from_.all.size());
    }

    tokens run() {
        while (at_ < from_.all.size()) {
            if (!mend()) made_.all.push_back(from_.all[at_++]);
        }
        return std::move(made_);
    }

private:
    // The end answers for everything behind it.
    const token& ahead(std::size_t by) const {
        return from_.all[std::min(at_ + by, from_.all.size() - 1)];
    }
    bool after_operand() const { return !made_.all.empty() && ends_operand(made_.all.back()); }
    bool after_dot() const { return !made_.all.empty() && is_symbol(made_.all.back(), "."); }

    // Tells of the next `count` tokens and puts one token in their place.
    bool replace(std::size_t count, std::string message, std::string hint, token_kind kind,
                 std::string text) {
        const text_range where{ahead(0).where.begin, ahead(count - 1).where.end};
        made_.problems.push_back({where, "syntax", std::move(message), std::move(hint)});
        // What is not certain to mend the text is no fix.
        if (made_.mended && !text.empty()) made_.problems.back().fixes = {{where, text}};
        if (!text.empty()) made_.all.push_back({kind, where, std::move(text)});
        at_ += count;
        return true;
    }

    bool operator_word(std::size_t count, std::string_view symbol) {
        const std::string written(
            text_.substr(ahead(0).where.begin, ahead(count - 1).where.end - ahead(0).where.begin));
        return replace(count, "'" + written + "' is not expected here",
                       "write " + std::string(symbol) + " for " + written, token_kind::symbol,
                       std::string(symbol));
    }

    bool mend() {
        const token& here = ahead(0);
        if (here.kind == token_kind::identifier && !after_dot()) return mend_word(here);
        if (is_symbol(here, "<") && is_symbol(ahead(1), ">") &&
            here.where.end == ahead(1).where.begin) {
            return operator_word(2, "!=");
        }
        return is_number(here) && !after_dot() && mend_number(here);
    }

    bool mend_word(const token& here) {
        if (after_operand()) {
            const bool binary = begins_operand(ahead(1));
            if (binary && is_word(here, "and")) return operator_word(1, "&&");
            if (binary && is_word(here, "or")) return operator_word(1, "||");
            if (is_word(here, "is") && is_word(ahead(1), "not")) return operator_word(2, "!=");
            if (binary && is_word(here, "is")) return operator_word(1, "==");
            if (is_word(here, "not") && is_word(ahead(1), "in")) {
                return replace(1, "'not in' is no operator", "write !(a in b) for a not in b",
                               token_kind::symbol, "");
            }
            return false;
        }
        const bool negates = is_word(here, "not") && begins_operand(ahead(1)) &&
                             !is_symbol(ahead(1), ".") && !is_symbol(ahead(1), "[") &&
                             !is_symbol(ahead(1), "-");
        if (!negates) return false;
        // Without brackets it is not certain how far the word was meant to reach.
        if (!is_symbol(ahead(1), "(")) made_.mended = false;
        return operator_word(1, "!");
    }

    bool mend_number(const token& here) {
        const token& next = ahead(1);
        const bool touches = here.where.end == next.where.begin;
        if (touches && is_symbol(next, "%") && !begins_operand(ahead(2))) {
            const std::string real = here.text + (here.kind == token_kind::integer ? ".0" : "");
            return replace(2, "'" + here.text + "%' is no number",
                           "percentages are plain numbers: write " + real, token_kind::real, real);
        }
        if (!touches || next.kind != token_kind::identifier || !is_unit(next.text)) return false;
        made_.mended = false;
        const std::string meant = "duration(\"" + length(here.text, next.text) + "\")";
        const text_range where{here.where.begin, next.where.end};
        replace(2, "'" + here.text + next.text + "' is no number", "write " + meant,
                token_kind::integer, here.text);
        made_.problems.back().fixes = {{where, meant}};
        return true;
    }

    static bool is_unit(std::string_view word) {
        constexpr std::array units = {"d", "h", "m", "s", "ms", "us", "ns", "min"};
        return std::find(units.begin(), units.end(), word) != units.end();
    }

    static std::string length(const std::string& digits, const std::string& unit) {
        long days = 0;
        const char* end = digits.data() + digits.size();
        const auto read = std::from_chars(digits.data(), end, days);
        const bool whole = read.ec == std::errc{} && read.ptr == end && days < 100'000;
        if (unit == "d" && whole) return std::to_string(24 * days) + "h";
        return digits + (unit == "min" ? "m" : unit);
    }

    tokens from_;
    std::string_view text_;
    tokens made_;
    std::size_t at_ = 0;
};

}  // namespace

tokens mend_habits(tokens scanned, std::string_view text) {
    return mender(std::move(scanned), text).run();
}

}  // namespace rolloutd::policies::cel
