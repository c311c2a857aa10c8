#include "tests/daemon/replay/recorded_story.h"

#include "api/gateway.h"
#include "daemon/settings_record.h"

namespace rolloutd::daemon::testing {

using namespace policies;

const char* const guard_policy = R"(version: 1
policy: guard
match: "true"
mode: enforce
variables:
  judged: count.finished + count.abnormal
  failed: percent(count.abnormal, judged)
rules:
  - name: too-many-failures
    needs: judged >= 3
    when: failed > ticket.failure_allowed
    for: 10s
    do: pause
)";

recorded_story::recorded_story(const std::string& policy, mode ceiling) {
    rules.ceiling = ceiling;
    load({{"guard.yaml", policy}});
    begin();
}

recorded_story::recorded_story(std::vector<source_file> policies) {
    rules.ceiling = mode::enforce;
    load(std::move(policies));
    begin();
}

void recorded_story::load(std::vector<source_file> files) {
    load_result loaded = load_policies(std::move(files));
    EXPECT_FALSE(has_errors(loaded.issues)) << loaded.issues.front().message;
    rules.policies = std::make_shared<const policy_set>(std::move(loaded.set));
    ++rules.generation;
}

void recorded_story::begin() {
    auto opened = in.open();
    ASSERT_TRUE(opened) << to_text(opened.error());
    in.tickets = std::move(opened->tickets);
    start_body what;
    what.version = ROLLOUTD_VERSION;
    what.tz_version = "2026a";
    what.settings = settings_record(rules);
    what.policies = policy_digests(rules);
    const stamp where = in.log->start(what);
    for (auto& [id, each] : in.tickets)
        apply(each, restarted{opened->fleet.seen_until}, where);
    for (const policy& each : rules.policies->policies)
        in.log->append_policy({each.file, each.sha256, each.text});
    in.settle();
}

void recorded_story::restart() {
    in.settle();
    in.crash();
    ++rules.generation;
    begin();
}

void recorded_story::reload(const std::string& policy) {
    load({{"guard.yaml", policy}});
    reload_body what;
    what.accepted = true;
    what.version = ROLLOUTD_VERSION;
    what.settings = settings_record(rules);
    what.policies = policy_digests(rules);
    in.log->append(daemon_body{what});
    for (const policies::policy& each : rules.policies->policies)
        in.log->append_policy({each.file, each.sha256, each.text});
}

void recorded_story::watch(const ticket_id& id) { in.record(id, watched{{}, "config"}); }

void recorded_story::let_go(const ticket_id& id) { in.record(id, unwatched{"over"}); }

recorded_story& recorded_story::after(duration length) {
    in.now += length;
    return *this;
}

const outcome& recorded_story::see(reading what, const ticket_id& id) {
    what.info.id = id;
    return take(seen{.what = std::move(what), .planned = 5s}, id);
}

const outcome& recorded_story::take(const input& what, const ticket_id& id) {
    ticket_state& state = in.tickets[id];
    const fleet_view fleet = view_of(in.log->fleet().ledger, id, in.now);
    last_ = step(state, what, {rules, fleet, in.now}, [&](const event& each) {
        const auto* intent = std::get_if<intended>(&each);
        if (intent == nullptr) return in.log->append(id, each);
        const auto exact = api::request_of(id, intent->what);
        return in.log->append_intent(id, *intent, {exact->method, exact->target, exact->body});
    });
    if (last_.send) {
        sent_ = last_.send_intent;
        sent_by_ = id;
    }
    in.settle();
    return last_;
}

void recorded_story::answer(answer_kind kind) {
    policies::answer told;
    told.intent = sent_;
    told.kind = kind;
    told.http_status = kind == answer_kind::accepted ? 200 : 500;
    take(told, sent_by_);
}

replay_report recorded_story::replay(replay_options how) {
    in.settle();
    source_options source;
    source.since = how.since;
    replayer again(std::move(how));
    const auto read = read_records(in.files, source,
                                   {[&](recovered before) { again.begin_with(std::move(before)); },
                                    [&](daemon::record each, const record_place& where) {
                                        return again.take(std::move(each), where);
                                    }});
    EXPECT_TRUE(read) << to_text(read.error());
    again.finish();
    return again.report();
}

void recorded_story::rewrite(const std::function<std::string(std::string)>& edit,
                             const std::string& segment) {
    in.settle();
    sha256 hasher;
    std::string last;
    std::string made;
    for (const std::string& line : in.lines(segment)) {
        const std::size_t prev = line.size() - ending_length - 74;
        if (last.empty()) last = line.substr(prev + 9, 64);
        const sealed_line sealed = seal(edit(line.substr(0, prev)), last, hasher);
        last = sealed.hash;
        made += sealed.text;
    }
    in.bytes(segment) = made;
}

reading failing(int abnormal, int finished) {
    return tests::a_ticket().batch(10).current(1).processing().in_batch(
        1,
        {{"ABNORMAL", abnormal}, {"FINISHED", finished}, {"PROCESSING", 10 - abnormal - finished}});
}

}  // namespace rolloutd::daemon::testing
