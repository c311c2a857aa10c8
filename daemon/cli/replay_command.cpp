#include "daemon/cli/replay_command.h"

#include <cstdio>
#include <optional>

#include "config/address.h"
#include "daemon/cli/exit_codes.h"
#include "daemon/cli/locate.h"
#include "daemon/cli/refusals.h"
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
    std::string root;
    std::unique_ptr<disk> files;
    source_options how;
    bool bundle = false;
};

// Hands on what is recorded. False, with a word to the person, when it cannot be read, or when
// there is nothing to be judged in it.
bool read(const opened_source& from, const std::string& ticket, source_listener to,
          const std::function<void(const policies::fleet_view&)>& see) {
    bool any = false;
    bool known = ticket.empty();
    to.begin = [&any, &known, &ticket, begin = std::move(to.begin)](recovered before) {
        any = true;
        known = known || before.tickets.contains(ticket);
        begin(std::move(before));
    };
    to.take = [&any, &known, &ticket, take = std::move(to.take)](record each,
                                                                 const record_place& where) {
        any = true;
        known = known || each.head.ticket == ticket;
        return take(std::move(each), where);
    };
    const auto done =
        from.bundle ? read_bundle(*from.files, to, see) : read_records(*from.files, from.how, to);
    if (!done)
        refuse(to_text(done.error()));
    else if (!any)
        refuse("there is no record in " + from.root + ": it holds no journal");
    else if (!known)
        refuse("no record that was read is of ticket " + ticket);
    return done && any && known;
}

// Says what is wrong and returns nothing when there is no such folder.
std::optional<opened_source> open_source(const common_options& how,
                                         const replay_command_options& what) {
    opened_source made;
    made.root = what.folder;
    if (made.root.empty()) {
        const std::optional<located> where = locate(how);
        if (!where) return std::nullopt;
        made.root = where->state;
    }
    if (!is_folder(made.root)) {
        refuse(made.root + " is not a folder");
        return std::nullopt;
    }
    if (!is_folder(made.root + "/journal")) made.how.folder = ".";
    made.files = make_disk(made.root);
    made.bundle = is_bundle(*made.files);
    return made;
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
    // After the first difference no more is read, so that a ticket has been met by then.
    if (!read(from, what.ticket, std::move(to),
              [&](const policies::fleet_view& view) { again.see_fleet(view); }))
        return exit_with::error;
    const bool equal = again.finish();
    const std::string text =
        how.json() ? replay_to_json(again.report()) : render_replay(again.report());
    std::fputs(text.c_str(), stdout);
    // What could not be judged at all is not in order for that.
    const bool judged = again.report().compared > 0 || again.report().undetermined.empty();
    return equal && judged ? 0 : exit_with::error;
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
    if (!what.mode.empty()) options.ceiling = policies::parse_mode(what.mode);
    backtest test(std::move(options));
    source_listener to;
    to.begin = [&](recovered before) { test.begin_with(std::move(before)); };
    to.take = [&](const record& each, const record_place&) {
        test.take(each);
        return true;
    };
    if (!read(from, what.ticket, std::move(to), [](const policies::fleet_view&) {}))
        return exit_with::error;
    test.finish();
    const std::string text =
        how.json() ? backtest_to_json(test.report()) : render_backtest(test.report());
    std::fputs(text.c_str(), stdout);
    if (test.report().tried == 0) return exit_with::error;
    return test.report().differing == 0 ? 0 : exit_with::differs;
}

}  // namespace

int run_replay(const common_options& how, const replay_command_options& what) {
    std::optional<timestamp> since;
    if (!what.since.empty()) {
        since = since_of(what.since);
        if (!since) return exit_with::usage;
    }
    if (!what.ticket.empty() && !config::is_ticket_id(what.ticket))
        return refuse_ticket(what.ticket);
    if (!what.mode.empty() && (what.policies.empty() || !policies::parse_mode(what.mode)))
        return refuse_usage("--mode goes with --policies and is observe, propose or enforce");
    std::optional<opened_source> from = open_source(how, what);
    if (!from) return exit_with::error;
    from->how.since = since;
    return what.policies.empty() ? replay_record(how, what, *from) : try_policies(how, what, *from);
}

}  // namespace rolloutd::daemon::cli
