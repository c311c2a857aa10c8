#include <algorithm>
#include <array>

#include "policies/cel/token.h"

namespace rolloutd::policies::cel {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

constexpr std::array reserved_words = {
    "as",  "break",   "const",     "continue", "else", "for",  "function", "if",  "import",
    "let", "package", "namespace", "return",   "var",  "void", "while",    "loop"};

constexpr std::array two_character_symbols = {"==", "!=", "<=", ">=", "&&", "||"};

// Longer ones first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> wrong_symbols = {
    {{"===", "=="}, {"!==", "!="}, {"=>", ">="}, {"=<", "<="}}};

class lexer {
public:
    lexer(std::string_view text, std::size_t most) : text_(text), most_(most) {}

    tokens run() {
        while (skip_blanks()) {
            if (made_.all.size() >= most_) {
                complain(at_, at_ + 1, "the expression is too long", "limit");
                break;
            }
            next();
        }
        made_.all.push_back({token_kind::end, {text_.size(), text_.size()}, ""});
        return std::move(made_);
    }

private:
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }

    void complain(std::size_t begin, std::size_t end, std::string message,
                  std::string code = "syntax", std::string hint = "") {
        made_.mended = false;
        made_.problems.push_back({{begin, end}, std::move(code), std::move(message), hint});
    }

    void push(token_kind kind, std::size_t begin, std::string text) {
        made_.all.push_back({kind, {begin, at_}, std::move(text)});
    }

    // Skips white space and comments; false at the end.
    bool skip_blanks() {
        while (at_ < text_.size()) {
            const char c = peek();
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
                ++at_;
            } else if (c == '/' && peek(1) == '/') {
                while (at_ < text_.size() && peek() != '\n')
                    ++at_;
            } else {
                return true;
            }
        }
        return false;
    }

    void next() {
        if (const std::size_t prefix = quote_prefix(); prefix != none) return quoted(prefix);
        const char c = peek();
        if (is_letter(c)) return word();
        if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
        if (c == '`') return quoted_word();
        symbol();
    }

    static constexpr std::size_t none = 99;

    // How many of the letters r, b and br stand before a quote here; `none` when no quote follows.
    std::size_t quote_prefix() const {
        const auto is_quote = [](char c) { return c == '"' || c == '\''; };
        const auto is_either = [](char c, char small, char big) { return c == small || c == big; };
        if (is_quote(peek())) return 0;
        if ((is_either(peek(), 'r', 'R') || is_either(peek(), 'b', 'B')) && is_quote(peek(1))) {
            return 1;
        }
        const bool both = is_either(peek(), 'b', 'B') && is_either(peek(1), 'r', 'R');
        return both && is_quote(peek(2)) ? 2 : none;
    }

    void quoted(std::size_t prefix) {
        const std::size_t begin = at_;
        bool raw = false;
        bool bytes = false;
        for (; prefix > 0; --prefix, ++at_) {
            if (peek() == 'r' || peek() == 'R') raw = true;
            if (peek() == 'b' || peek() == 'B') bytes = true;
        }
        const char quote = peek();
        const bool triple = peek(1) == quote && peek(2) == quote;
        const std::size_t width = triple ? 3 : 1;
        at_ += width;
        const std::size_t body = at_;
        while (!closes(quote, triple)) {
            if (at_ >= text_.size() || (!triple && (peek() == '\n' || peek() == '\r'))) {
                complain(begin, at_, "this string does not end", "syntax",
                         std::string("close it with ") + std::string(width, quote));
                at_ = text_.size();
                return;
            }
            at_ += peek() == '\\' && !raw && at_ + 1 < text_.size() ? 2 : 1;
        }
        const std::string_view inside = text_.substr(body, at_ - body);
        at_ += width;
        decoded contents{std::string(inside), {}};
        if (!raw) contents = decode_escapes(inside, bytes, body);
        made_.problems.insert(made_.problems.end(), contents.problems.begin(),
                              contents.problems.end());
        if (!contents.problems.empty()) made_.mended = false;
        if (!is_utf8(inside)) complain(body, at_, "this string is not UTF-8");
        push(bytes ? token_kind::bytes : token_kind::string, begin, std::move(contents.text));
    }

    bool closes(char quote, bool triple) const {
        return peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote));
    }

    void word() {
        const std::size_t begin = at_;
        while (is_letter(peek()) || is_digit(peek()))
            ++at_;
        const std::string_view name = text_.substr(begin, at_ - begin);
        const bool reserved =
            std::find(reserved_words.begin(), reserved_words.end(), name) != reserved_words.end();
        push(reserved ? token_kind::reserved : token_kind::identifier, begin, std::string(name));
    }

    void quoted_word() {
        const std::size_t begin = at_++;
        const auto fits = [](char c) {
            return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '/' || c == ' ';
        };
        while (fits(peek()))
            ++at_;
        if (peek() != '`' || at_ == begin + 1) {
            complain(begin, at_, "this quoted name does not end", "syntax", "close it with `");
            return;
        }
        ++at_;
        push(token_kind::quoted_identifier, begin,
             std::string(text_.substr(begin + 1, at_ - begin - 2)));
    }

    void number() {
        const std::size_t begin = at_;
        bool real = false;
        if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') && is_hex(peek(2))) {
            at_ += 2;
            while (is_hex(peek()))
                ++at_;
        } else {
            while (is_digit(peek()))
                ++at_;
            if (peek() == '.' && is_digit(peek(1))) {
                real = true;
                ++at_;
                while (is_digit(peek()))
                    ++at_;
            }
            const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
            if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign))) {
                real = true;
                at_ += sign;
                while (is_digit(peek()))
                    ++at_;
            }
        }
        std::string digits(text_.substr(begin, at_ - begin));
        if (!real && (peek() == 'u' || peek() == 'U')) {
            ++at_;
            return push(token_kind::unsigned_integer, begin, std::move(digits));
        }
        push(real ? token_kind::real : token_kind::integer, begin, std::move(digits));
    }

    // One mistake, one message: what follows is judged as if the right operator stood here.
    void no_operator(std::size_t width, std::string meant, std::string hint) {
        const std::size_t begin = at_;
        at_ += width;
        made_.problems.push_back(
            {{begin, at_},
             "syntax",
             "'" + std::string(text_.substr(begin, width)) + "' is no operator",
             std::move(hint),
             {{{begin, at_}, meant}}});
        push(token_kind::symbol, begin, std::move(meant));
    }

    void symbol() {
        const std::size_t begin = at_;
        for (const auto& [wrong, right] : wrong_symbols) {
            if (text_.substr(at_, wrong.size()) != wrong) continue;
            return no_operator(wrong.size(), std::string(right), "write " + std::string(right));
        }
        for (const std::string_view pair : two_character_symbols) {
            if (text_.substr(at_, 2) == pair) {
                at_ += 2;
                return push(token_kind::symbol, begin, std::string(pair));
            }
        }
        const char c = peek();
        if (c == '=') return no_operator(1, "==", "write == to compare");
        if (c == '&') return no_operator(1, "&&", "write && for and");
        if (c == '|') return no_operator(1, "||", "write || for or");
        ++at_;
        if (std::string_view("+-*/%<>!?:.,()[]{}").find(c) != std::string_view::npos) {
            return push(token_kind::symbol, begin, std::string(1, c));
        }
        while (at_ < text_.size() && (static_cast<unsigned char>(peek()) & 0xC0U) == 0x80U) {
            ++at_;
        }
        complain(begin, at_, "this character has no place in an expression");
        push(token_kind::symbol, begin, "||");
    }

    std::string_view text_;
    std::size_t most_;
    std::size_t at_ = 0;
    tokens made_;
};

}  // namespace

tokens scan(std::string_view text, std::size_t most_tokens) {
    return lexer(text, most_tokens).run();
}

}  // namespace rolloutd::policies::cel
