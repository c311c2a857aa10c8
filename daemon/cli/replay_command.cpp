#include "daemon/cli/replay_command.h"

#include <cstdio>
#include <optional>

#include "daemon/cli/exit_codes.h"
#include "daemon/cli/locate.h"
#include "daemon/cli/since.h"
#include "daemon/cli/terminal.h"
#include "daemon/files.h"
#include "daemon/replay/backtest_text.h"
#include "daemon/replay/bundle.h"
#include "daemon/replay/journal_source.h"
#include "daemon/replay/replay_text.h"
#include "daemon/replay/replayer.h"
#include "daemon/setup.h"
#include "daemon/zones.h"

namespace rolloutd::daemon::cli {

namespace {

struct opened_source {
    std::unique_ptr<disk> files;
    source_options how;
    bool bundle = false;
};

journal_result<void> read(const opened_source& from, const source_listener& to,
                          const std::function<void(const policies::fleet_view&)>& see) {
    return from.bundle ? read_bundle(*from.files, to, see)
                       : read_records(*from.files, from.how, to);
}

// Says what is wrong and returns nothing when there is no such folder.
std::optional<opened_source> open_source(const common_options& how,
                                         const replay_command_options& what) {
    opened_source made;
    std::string root = what.folder;
    if (root.empty()) {
        const std::optional<located> where = locate(how);
        if (!where) return std::nullopt;
        root = where->state;
    }
    if (!is_folder(root)) {
        std::fprintf(stderr, "rolloutctl: %s is not a folder\n", harmless(root).c_str());
        return std::nullopt;
    }
    if (!is_folder(root + "/journal")) made.how.folder = ".";
    made.files = make_disk(root);
    made.bundle = is_bundle(*made.files);
    return made;
}

int fail(const journal_failure& why) {
    std::fprintf(stderr, "rolloutctl: %s\n", harmless(to_text(why)).c_str());
    return exit_with::error;
}

int replay_record(const common_options& how, const replay_command_options& what,
                  const opened_source& from) {
    replay_options options;
    options.zones = system_zones();
    options.ticket = what.ticket;
    options.since = from.how.since;
    options.go_on = what.all;
    replayer again(std::move(options));
    source_listener to;
    to.begin = [&](recovered before) { again.begin_with(std::move(before)); };
    to.take = [&](record each, const record_place& where) {
        return again.take(std::move(each), where);
    };
    const auto done =
        read(from, to, [&](const policies::fleet_view& view) { again.see_fleet(view); });
    if (!done) return fail(done.error());
    const bool equal = again.finish();
    const std::string text =
        how.json() ? replay_to_json(again.report()) : render_replay(again.report());
    std::fputs(text.c_str(), stdout);
    return equal ? 0 : exit_with::error;
}

int try_policies(const common_options& how, const replay_command_options& what,
                 const opened_source& from) {
    checked_policies tried = check_policies({what.policies});
    if (policies::has_errors(tried.issues)) {
        std::fputs(tried.rendered.c_str(), stderr);
        return exit_with::error;
    }
    backtest_options options;
    options.zones = system_zones();
    options.policies = std::make_shared<const policies::policy_set>(std::move(tried.set));
    options.ticket = what.ticket;
    options.since = from.how.since;
    backtest test(std::move(options));
    source_listener to;
    to.begin = [&](recovered before) { test.begin_with(std::move(before)); };
    to.take = [&](const record& each, const record_place&) {
        test.take(each);
        return true;
    };
    const auto done = read(from, to, [](const policies::fleet_view&) {});
    if (!done) return fail(done.error());
    test.finish();
    const std::string text =
        how.json() ? backtest_to_json(test.report()) : render_backtest(test.report());
    std::fputs(text.c_str(), stdout);
    return test.report().differing == 0 ? 0 : exit_with::differs;
}

}  // namespace

int run_replay(const common_options& how, const replay_command_options& what) {
    std::optional<timestamp> since;
    if (!what.since.empty()) {
        since = since_of(what.since);
        if (!since) return exit_with::usage;
    }
    std::optional<opened_source> from = open_source(how, what);
    if (!from) return exit_with::error;
    from->how.since = since;
    return what.policies.empty() ? replay_record(how, what, *from) : try_policies(how, what, *from);
}

}  // namespace rolloutd::daemon::cli
