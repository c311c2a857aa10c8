#include "policies/cel/regex.h"

#include <re2/re2.h>

namespace rolloutd::policies::cel {

namespace {

constexpr std::size_t longest_pattern = 1024;

RE2::Options options() {
    RE2::Options made;
    made.set_log_errors(false);
    made.set_max_mem(1 << 18);
    return made;
}

}  // namespace

std::shared_ptr<const re2::RE2> compile_pattern(std::string_view pattern) {
    if (pattern.size() > longest_pattern) return nullptr;
    auto made =
        std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options());
    return made->ok() ? made : nullptr;
}

std::string pattern_problem(std::string_view pattern) {
    if (pattern.size() > longest_pattern) return "longer than 1 KiB";
    return RE2(re2::StringPiece(pattern.data(), pattern.size()), options()).error();
}

std::size_t steps_to_compile(const re2::RE2* compiled) {
    constexpr std::size_t in_vain = 10'000;
    return compiled ? static_cast<std::size_t>(compiled->ProgramSize()) / 8 + 10 : in_vain;
}

std::size_t steps_to_match(std::size_t text_size, const re2::RE2& pattern) {
    return text_size * static_cast<std::size_t>(pattern.ProgramSize()) / 2048;
}

value bad_pattern(std::string_view pattern) {
    return value::error("bad_pattern",
                        "this is no regular expression: " + pattern_problem(pattern));
}

bool matches_somewhere(std::string_view text, const re2::RE2& pattern) {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

}  // namespace rolloutd::policies::cel
