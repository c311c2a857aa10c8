#pragma once
// Answers about a ticket that were written out before, kept until the ticket changes: most readings
// of a simulated day find what the one before has found. Owned by the cloud, asked at each GET.

#include <map>
#include <string>
#include <utility>

#include "tests/simulator/model.h"

namespace coc_sim {

class shelf {
public:
    // The text of that name about the ticket as it is now; `write` makes it when it is not there.
    // Lives until the ticket is asked for in another version.
    template <class Write>
    const std::string& text_of(const ticket& which, const std::string& name, Write&& write) {
        row& kept = rows_[which.order_id()];
        if (kept.version != which.version() || kept.texts.size() >= most_texts) {
            kept.texts.clear();
            kept.version = which.version();
        }
        const auto found = kept.texts.find(name);
        if (found != kept.texts.end()) return found->second;
        return kept.texts.emplace(name, std::forward<Write>(write)()).first->second;
    }

private:
    // Whoever asks for a hundred pages of one ticket may have them written anew.
    static constexpr std::size_t most_texts = 100;

    struct row {
        std::uint64_t version = 0;
        std::map<std::string, std::string> texts;
    };
    std::map<std::int64_t, row> rows_;
};

}  // namespace coc_sim
