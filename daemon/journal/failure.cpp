#include "daemon/journal/failure.h"

#include <boost/throw_exception.hpp>
#include <stdexcept>

namespace rolloutd::daemon {

std::string to_text(const journal_failure& what) {
    std::string text;
    if (!what.file.empty()) {
        text += what.file;
        if (what.line > 0) text += ":" + std::to_string(what.line);
        text += ": ";
    }
    if (what.seq > 0) text += "record " + std::to_string(what.seq) + ": ";
    return text + what.what;
}

void throw_exception_from_error(const journal_failure& what, const boost::source_location& where) {
    boost::throw_with_location(std::runtime_error(to_text(what)), where);
}

}  // namespace rolloutd::daemon
