#include "daemon/journal/journal.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "daemon/journal/commit_queue.h"
#include "daemon/journal/disk_room.h"
#include "daemon/journal/event_text.h"
#include "daemon/journal/housekeeping.h"
#include "daemon/journal/line_limits.h"
#include "daemon/journal/repair.h"
#include "policies/check.h"
#include "policies/policy_loader.h"

namespace rolloutd::daemon {

namespace json = boost::json;

struct journal::body {
    body(journal_ports with, journal_options how)
        : ports(std::move(with)), options(std::move(how)) {}

    journal_ports ports;
    journal_options options;
    std::shared_ptr<commit_queue> queue;
    fleet_state fleet;
    chain last;
    timestamp last_at;
    std::string segment;
    std::uint64_t segment_size = 0;
    std::uint64_t segment_head = 0;  // bytes of its checkpoint and the texts of policies
    timestamp segment_begun;
    std::vector<repair_body> repairs;
    reading_writer readings;
    redaction redact;
    sha256 hasher;
    bool started = false;
    std::vector<policy_body> in_force;      // since the last start or reload
    recorded_policies recorded;             // in the newest file
    std::unique_ptr<snapshot_draft> draft;  // of the next file's snapshot
    bool slice_posted = false;
    std::shared_ptr<housekeeping> house;
    std::shared_ptr<disk_room> room;
    chain unchecked;     // what recovery left out: all until this record
    sequence begun = 0;  // the first record of the newest file
    bool tidy_due = true;
    timestamp tidied_at;
    std::shared_ptr<char> life = std::make_shared<char>();  // what is posted holds on to it weakly

    timestamp stamp_time();
    // Every file has its head: one that is larger than a file may be must not make it full.
    std::uint64_t behind_head() const { return segment_size - segment_head; }
    bool nearly_full() const { return behind_head() > options.rotate - options.rotate / 8; }
    bool new_file_due(std::size_t more, timestamp at);
    void begin_file();
    void write_policies();
    void tidy();
    void begin_draft(timestamp at);
    void post_slice();
    void slice();
    policies::stamp write(const envelope& head, std::string open);
    policies::stamp append(std::string_view kind, const ticket_id& ticket, json::object what);
    void mirror(const envelope& head, const json::object& what);
};

namespace {

// Text of a snapshot that is made in one go: a few milliseconds.
constexpr std::size_t slice_bytes = std::size_t{256} << 10;

// How long the snapshot of a day's last records may take without being waited for.
constexpr policies::duration before_midnight = std::chrono::seconds(10);

journal_result<void> prepare(disk& files) {
    for (const char* folder : {"journal", "snapshots", "torn"})
        if (auto done = files.make_folder(folder); !done) return done;
    return files.sync_folder(".");
}

}  // namespace

timestamp journal::body::stamp_time() {
    last_at = std::max(last_at, ports.now());
    return last_at;
}

bool journal::body::new_file_due(std::size_t more, timestamp at) {
    using std::chrono::days;
    const bool full = behind_head() > 0 && behind_head() + more > options.rotate;
    return queue->take_failed() || segment.empty() || full ||
           std::chrono::floor<days>(at) != std::chrono::floor<days>(segment_begun);
}

void journal::body::begin_file() {
    if (!draft) draft = std::make_unique<snapshot_draft>(ports.tickets, fleet, redact);
    std::string snapshot = draft->finish();
    draft.reset();
    checkpoint_body what;
    what.journal = fleet.journal;
    what.previous = last.hash;
    what.settings = options.settings;
    what.snapshot = sha256_of(snapshot);
    if (ports.key) what.key = ports.key->public_key();
    const envelope head{last.seq + 1, stamp_time(), "checkpoint", "", 0};
    const json::object told = body_of(daemon_body(what));
    std::string open = open_line(head, told);
    if (ports.key) open += ",\"signature\":\"" + ports.key->sign(open) + '"';
    readings.forget_all();
    segment = segment_name(head.seq);
    segment_begun = head.at;
    segment_size = 0;
    segment_head = 0;
    begun = head.seq;
    tidy_due = true;
    queue->begin_file(head.seq, std::move(snapshot));
    write(head, std::move(open));
    mirror(head, told);
    write_policies();
    segment_head = segment_size;
}

// Older files are removed one day: what judges the records of this one stands in it too.
void journal::body::write_policies() {
    recorded.clear();
    for (const policy_body& each : in_force) {
        const envelope next{last.seq + 1, stamp_time(), "policy", "", 0};
        const json::object text = body_of(daemon_body(each));
        write(next, open_line(next, text));
        mirror(next, text);
        recorded.emplace(each.file, each.sha256);
    }
}

// After each new file, once that is durable, and now and then, as files grow old. A disk that is
// full may wait for what is removed.
void journal::body::tidy() {
    const timestamp at = std::max(last_at, ports.now());
    const bool writable = queue->writable();
    const bool due = (writable && tidy_due) || at - tidied_at > std::chrono::hours(1);
    const bool under_way = writable && queue->durable_end().seq < begun;
    if (!started || !due || house->busy() || under_way) return;
    tidy_due = tidy_due && !writable;
    tidied_at = at;
    house->tidy(at, writable);
}

// The snapshot of the next file is begun when this one is nearly full or the day nearly over.
void journal::body::begin_draft(timestamp at) {
    if (!started || draft) return;
    const timestamp tomorrow = std::chrono::floor<std::chrono::days>(at) + std::chrono::days(1);
    if (!nearly_full() && tomorrow - at > before_midnight) return;
    draft = std::make_unique<snapshot_draft>(ports.tickets, fleet, redact);
    post_slice();
}

// At the loop's next turns, so that nobody waits for longer than one slice.
void journal::body::post_slice() {
    if (slice_posted || !draft) return;
    slice_posted = true;
    boost::asio::post(ports.loop, [this, alive = std::weak_ptr<char>(life)] {
        if (!alive.expired()) slice();
    });
}

void journal::body::slice() {
    slice_posted = false;
    if (!started || !draft) return;
    if (!draft->nearly_whole()) draft->slice(slice_bytes);
    if (!draft->nearly_whole()) {
        post_slice();
    } else if (nearly_full() && queue->writable()) {
        begin_file();
    }
}

policies::stamp journal::body::write(const envelope& head, std::string open) {
    sealed_line line = seal(std::move(open), last.hash, hasher);
    ROLLOUTD_CHECK(line.text.size() <= record_limit);
    last.seq = head.seq;
    last.hash = line.hash;
    segment_size += line.text.size();
    queue->push(head.seq, std::move(line));
    return {head.seq, head.at};
}

policies::stamp journal::body::append(std::string_view kind, const ticket_id& ticket,
                                      json::object what) {
    ROLLOUTD_CHECK(started);
    const timestamp at = stamp_time();
    const std::size_t more = cut_to_fit(kind, what);
    // A breaker opens between a decision's record and its application: a snapshot taken there would
    // lack the decision for good.
    if (kind != "breaker" && new_file_due(more, at)) begin_file();
    if (kind == "observe") what = readings.shorten(ticket, std::move(what));
    if (kind == "unwatch") readings.forget(ticket);
    // The time is asked again: a new file's snapshot may have taken some, and no record lies before
    // its checkpoint.
    envelope head{last.seq + 1, stamp_time(), std::string(kind), ticket, 0};
    if (!ticket.empty()) {
        head.tseq = fleet.tseq.of(ticket) + 1;
        fleet.tseq.set(ticket, head.tseq);
    }
    const policies::stamp where = write(head, open_line(head, what));
    if (draft && !ticket.empty()) draft->changed(ticket);
    begin_draft(at);
    mirror(head, what);
    return where;
}

void journal::body::mirror(const envelope& head, const json::object& what) {
    if (ports.mirror != nullptr) ports.mirror->mirror(entry_of({head, what, {}, last.hash}));
}

journal::journal(std::unique_ptr<body> inside) : inside_(std::move(inside)) {}
journal::~journal() {
    if (inside_) inside_->house->stop();
}

journal_result<opened_journal> journal::open(journal_ports ports, journal_options options) {
    disk& files = ports.files;
    auto locked = files.lock("lock");
    if (!locked) return locked.error();
    const std::shared_ptr<disk_lock> lock = std::move(*locked);
    if (auto done = prepare(files); !done) return done.error();

    std::vector<repair_body> repairs;
    auto folded = fold_journal(files);
    if (!folded) {
        const journal_failure found = folded.error();
        if (found.why != journal_failure::kind::broken || options.accept_broken.empty())
            return found;
        auto repaired = set_broken_chain_aside(files, found, options.accept_broken);
        if (!repaired) return repaired.error();
        repairs.push_back(std::move(*repaired));
        folded = recovered{};
    }
    if (repairs.empty() && folded->fleet.epoch == 0) {
        auto unrecorded = find_unrecorded_repair(files);
        if (!unrecorded) return unrecorded.error();
        if (*unrecorded) repairs.push_back(std::move(**unrecorded));
    }
    if (!repairs.empty()) {
        folded->started_anew = true;
        folded->fleet.epoch = repairs.front().last_epoch;
    }
    auto torn = set_torn_tail_aside(files, *folded);
    if (!torn) return torn.error();
    if (*torn) repairs.push_back(std::move(**torn));

    auto inside = std::make_unique<body>(std::move(ports), std::move(options));
    inside->fleet = folded->fleet;
    inside->last = folded->last;
    inside->last_at = folded->last_at.value_or(timestamp::min());
    inside->segment = folded->segment;
    inside->segment_size = folded->segment_size;
    inside->segment_head = folded->segment_head;
    inside->recorded = folded->policies;
    inside->segment_begun = folded->segment_begun.value_or(timestamp::min());
    inside->repairs = std::move(repairs);
    inside->redact.words = inside->options.redact;
    inside->redact.salt = inside->fleet.salt;
    if (folded->verified_from > 1)
        inside->unchecked = {folded->verified_from - 1, folded->hash_before};
    inside->house = std::make_shared<housekeeping>(files, inside->ports.loop, inside->ports.worker,
                                                   inside->options.keeping);
    inside->house->hold(lock);
    inside->room = std::make_shared<disk_room>(files, inside->ports.loop, inside->ports.worker);
    commit_queue::setup how;
    how.lock = lock;
    how.loop = inside->ports.loop;
    how.worker = inside->ports.worker;
    how.now = inside->ports.now;
    how.limit = inside->options.pending_limit;
    how.durable = folded->last;
    inside->queue = std::make_shared<commit_queue>(
        std::move(how), segment_writer(files, folded->segment, folded->segment_size));
    opened_journal opened;
    opened.log.reset(new journal(std::move(inside)));
    opened.state = std::move(*folded);
    return opened;
}

policies::stamp journal::start(start_body what) {
    body& in = *inside_;
    ROLLOUTD_CHECK(!in.started);
    in.started = true;
    in.house->check(in.unchecked);
    if (in.fleet.journal.empty()) in.fleet.journal = to_hex(in.ports.entropy(16));
    in.options.settings = what.settings;
    for (const repair_body& each : std::exchange(in.repairs, {}))
        in.append("repair", "", body_of(daemon_body(each)));
    what.journal = in.fleet.journal;
    what.epoch = in.fleet.epoch + 1;
    what.salt = in.fleet.salt.empty() ? to_hex(in.ports.entropy(16)) : in.fleet.salt;
    what.seen_until = in.fleet.seen_until;
    in.readings.forget_all();
    in.redact.salt = what.salt;
    return append(daemon_body(what));
}

policies::stamp journal::append(const ticket_id& ticket, const policies::event& what) {
    body& in = *inside_;
    if (const auto* observed = std::get_if<policies::observed>(&what)) {
        policies::observed shown = *observed;
        shown.what = in.redact(std::move(shown.what));
        const policies::stamp where =
            in.append("observe", ticket, body_of(policies::event(std::move(shown))));
        apply_to_fleet(in.fleet, ticket, what, where);
        return where;
    }
    const policies::stamp where = in.append(policies::kind_of(what), ticket, body_of(what));
    apply_to_fleet(in.fleet, ticket, what, where);
    return where;
}

policies::stamp journal::append_intent(const ticket_id& ticket, const policies::intended& what,
                                       const request_text& request) {
    json::object members = body_of(policies::event(what));
    members.emplace("request", json::object{{"method", request.method},
                                            {"target", request.target},
                                            {"body", request.body}});
    members.emplace("journal", inside_->fleet.journal);
    members.emplace("epoch", inside_->fleet.epoch);
    const policies::stamp where = inside_->append("intent", ticket, std::move(members));
    apply_to_fleet(inside_->fleet, ticket, what, where);
    return where;
}

policies::stamp journal::append(const daemon_body& what, const ticket_id& ticket) {
    body& in = *inside_;
    const policies::stamp where = in.append(kind_of(what), ticket, body_of(what));
    // A file that the reload itself begins has the settings and texts that were in force until now.
    if (const auto* reload = std::get_if<reload_body>(&what);
        reload != nullptr && reload->accepted) {
        in.options.settings = reload->settings;
        in.in_force.clear();
    }
    envelope head;
    head.seq = where.seq;
    head.at = where.at;
    head.ticket = ticket;
    apply_to_fleet(in.fleet, head, what);
    return where;
}

void journal::append_policy(const policy_body& what) {
    ROLLOUTD_CHECK(what.text.size() <= policies::max_policy_bytes);
    body& in = *inside_;
    if (!in.recorded.contains({what.file, what.sha256})) append(daemon_body(what));
    in.recorded.emplace(what.file, what.sha256);
    in.in_force.push_back(what);
}

boost::asio::awaitable<journal_result<void>> journal::durable(sequence seq) {
    return inside_->queue->durable(seq);
}

void journal::tick() {
    body& in = *inside_;
    in.queue->tick();
    in.room->look(in.ports.now());
    in.begin_draft(std::max(in.last_at, in.ports.now()));
    in.post_slice();
    in.tidy();
    if (in.ports.mirror != nullptr) in.ports.mirror->flush();
}
bool journal::writable() const {
    return inside_->queue->writable() && inside_->room->problem().empty();
}
bool journal::hanging() const { return inside_->queue->hanging(); }
std::string journal::failure() const {
    const std::string wrong = inside_->queue->failure();
    return wrong.empty() ? inside_->room->problem() : wrong;
}
sequence journal::last_seq() const { return inside_->last.seq; }
sequence journal::durable_seq() const { return inside_->queue->durable_end().seq; }
const chain& journal::durable_end() const { return inside_->queue->durable_end(); }
const std::string& journal::last_hash() const { return inside_->last.hash; }
std::uint64_t journal::epoch() const { return inside_->fleet.epoch; }
const std::string& journal::id() const { return inside_->fleet.journal; }
const std::optional<journal_failure>& journal::damage() const { return inside_->house->damage(); }
const std::string& journal::disorder() const { return inside_->house->problem(); }
const std::string& journal::unverified() const { return inside_->house->unverified(); }
std::uint64_t journal::pending_bytes() const { return inside_->queue->pending_bytes(); }
std::uint64_t journal::commits() const { return inside_->queue->commits(); }
const fleet_state& journal::fleet() const { return inside_->fleet; }

boost::asio::awaitable<journal_result<void>> journal::close() {
    inside_->started = false;
    inside_->house->stop();
    return inside_->queue->last_try(inside_->last.seq);
}

}  // namespace rolloutd::daemon
