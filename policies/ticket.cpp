#include "policies/ticket.h"

#include <array>
#include <utility>

namespace rolloutd::policies {

status_word classify(std::string_view status) {
    // The words are the API's own (reference/coc-api.md §2.1, §2.3), compared as they come: the API
    // has never been seen to write them in another case, and a word that is not these is not
    // understood.
    static constexpr std::array<std::pair<std::string_view, status_word>, 8> words{{
        {"READY", status_word::ready},
        {"PROCESSING", status_word::processing},
        {"PAUSED", status_word::paused},
        {"ABNORMAL", status_word::abnormal},
        {"CANCELED", status_word::canceled},
        {"FINISHED", status_word::finished},
        {"ROLLBACKED", status_word::rollbacked},
        {"ERROR", status_word::error},
    }};
    for (const auto& [text, word] : words)
        if (text == status) return word;
    return status_word::unknown;
}

bool is_terminal(status_word status) {
    return status == status_word::finished || status == status_word::canceled ||
           status == status_word::rollbacked || status == status_word::error;
}

bool is_settled(status_word status) {
    return status == status_word::abnormal || status == status_word::canceled ||
           status == status_word::finished || status == status_word::rollbacked;
}

}  // namespace rolloutd::policies
