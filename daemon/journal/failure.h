#pragma once
// What went wrong with the journal, as a value: where, which record, and what. Made by everything
// in this folder; shown by the daemon (exit 65 when the chain is broken) and by `rolloutctl`.

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <utility>

namespace rolloutd::daemon {

struct journal_failure {
    enum class kind {
        disk,    // the disk refused: worth another try
        broken,  // what is written is damaged: needs a person (exit 65)
        locked,  // another daemon holds the state folder
    };
    kind why = kind::disk;
    std::string what;        // one sentence without a full stop
    std::string file;        // path, or empty
    std::uint64_t line = 0;  // from 1; 0 when no line is meant
    std::uint64_t seq = 0;   // of the record that is or should be there; 0 when unknown

    journal_failure() = default;
    journal_failure(kind reason, std::string text, std::string path = {})
        : why(reason), what(std::move(text)), file(std::move(path)) {}
    bool operator==(const journal_failure&) const = default;
};

// "journal/000000000001.jsonl:3: record 3: its hash does not match its bytes".
std::string to_text(const journal_failure& what);

// What result<T>::value() throws on a failure; only code that forgot to look ever meets it.
[[noreturn]] void throw_exception_from_error(const journal_failure& what,
                                             const boost::source_location& where);

template <class T>
using journal_result = boost::system::result<T, journal_failure>;

}  // namespace rolloutd::daemon
