#include "daemon/cli/bundle_command.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <vector>

#include "config/address.h"
#include "daemon/cli/exit_codes.h"
#include "daemon/cli/journal_check.h"
#include "daemon/cli/local_client.h"
#include "daemon/cli/locate.h"
#include "daemon/cli/refusals.h"
#include "daemon/cli/terminal.h"
#include "daemon/journal/json_text.h"
#include "daemon/journal/verify.h"
#include "daemon/replay/bundle.h"

namespace rolloutd::daemon::cli {

namespace json = boost::json;

namespace {

std::string verification(disk& files, const std::string& root) {
    const auto found = verify_journal(files, whole_check(root));
    json::object told;
    if (found)
        told = to_json(*found);
    else
        told = {{"ok", false}, {"error", to_text(found.error())}};
    told["version"] = ROLLOUTD_VERSION;
    return json_text(told) + "\n";
}

// The whole file or nothing, readable like the journal; nobody's file is written over.
std::string write_new(const std::string& path, const std::string& text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (file < 0) return std::strerror(errno);
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t more = ::write(file, text.data() + done, text.size() - done);
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0) break;
        done += static_cast<std::size_t>(more);
    }
    const std::string wrong = done == text.size() ? "" : std::strerror(errno);
    if (::close(file) != 0 || !wrong.empty()) {
        ::unlink(path.c_str());
        return wrong.empty() ? std::strerror(errno) : wrong;
    }
    return "";
}

// How the rules stand at this moment, where a daemon is there to say it.
void add_live_views(const common_options& how, const std::string& ticket,
                    std::vector<bundled_file>& files) {
    common_options quiet = how;
    const std::optional<located> where = locate(quiet);
    if (!where) return;
    const local_answer status = get_local(where->socket, "/api/v1/status/" + ticket);
    if (status.status == 200) files.push_back({"status.json", status.body});
    const local_answer explained = get_local(where->socket, "/api/v1/explain/" + ticket);
    if (explained.status == 200) files.push_back({"explain.json", explained.body});
}

}  // namespace

int run_bundle(const common_options& how, const bundle_command_options& what) {
    if (!config::is_ticket_id(what.ticket)) return refuse_ticket(what.ticket);
    std::string root = what.folder;
    if (root.empty()) {
        const std::optional<located> where = locate(how);
        if (!where) return exit_with::error;
        root = where->state;
    }
    const auto files = make_disk(root);
    bundler made(what.ticket);
    std::string line;
    source_listener to;
    to.begin = [&](recovered before) { made.begin_with(std::move(before)); };
    to.line = [&](std::string_view text) { line = text; };
    to.take = [&](const record& each, const record_place&) {
        made.take(each, line);
        return !made.too_large();
    };
    const auto read = read_records(*files, {}, to);
    if (!read) return refuse(to_text(read.error()));
    if (made.too_large())
        return refuse("more is recorded of " + what.ticket +
                      " than goes into one bundle (256 MiB); `rolloutctl history --ticket " +
                      what.ticket + "` shows it, and the journal folder can be replayed as it is");
    if (made.empty()) return refuse("the journal does not know " + what.ticket);
    std::vector<bundled_file> all = made.files();
    all.push_back({"verification.json", verification(*files, root)});
    if (what.folder.empty()) add_live_views(how, what.ticket, all);
    const std::string path = what.file.empty() ? what.ticket + ".tar" : what.file;
    const std::string wrong = write_new(path, bundle_text(all, what.ticket, made.last_at()));
    if (!wrong.empty()) return refuse(path + " cannot be written: " + wrong);
    if (how.json()) {
        json::object told;
        told["file"] = path;
        told["files"] = all.size();
        std::printf("%s\n", json_text(told).c_str());
    } else {
        std::printf("%s: %s; see its README\n", harmless(path).c_str(),
                    counted(all.size(), "file").c_str());
    }
    return 0;
}

}  // namespace rolloutd::daemon::cli
