#include "daemon/cli/journal_check.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/files.h"

namespace rolloutd::daemon::cli {

namespace json = boost::json;

namespace {

// Without taking the lock, and without making the file.
bool is_locked(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const bool held = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(file);
    return held;
}

}  // namespace

verify_options whole_check(const std::string& root) {
    verify_options how;
    how.deep = true;
    const bool is_state = is_folder(root + "/journal");
    if (!is_state) {
        how.folder = ".";
        how.snapshots = false;
    }
    how.live = is_locked(is_state ? root + "/lock" : root + "/../lock");
    return how;
}

json::object to_json(const verified& what) {
    json::object result;
    result["ok"] = true;
    result["records"] = what.records;
    result["files"] = what.files;
    result["first"] = what.first;
    result["last"] = what.last.seq;
    result["hash"] = what.last.hash;
    result["checkpoints"] = what.checkpoints;
    result["signed_until"] = what.signed_until;
    result["checkpoints_signed"] = what.checkpoints_signed;
    result["torn"] = what.torn;
    return result;
}

}  // namespace rolloutd::daemon::cli
