#include "trial_support.h"

namespace rolloutd::policies::trial::test {

const char* const usual_policy = R"(version: 1
policy: p
match: ticket.name != "other"
mode: enforce
variables:
  bad: count.abnormal + count.stuck + count.given_up
  judged: count.finished + bad
rules:
  - name: failing
    needs: judged >= 5
    when: percent(bad, judged) > ticket.failure_allowed
    for: 10s
    do: pause
  - name: stuck
    each: batch
    when: batch.current && batch.unchanged_for > duration("10m")
    do: skip_batch
    limit: {times: 1}
  - name: hung
    each: instance
    when: instance.status == "PROCESSING" && instance.zone == "b"
    for: 5s
    do: cancel_instance
  - name: bake
    when: ticket.status == "PAUSED" && ticket.pause_cause == "rotation" && bad == 0
    for: 1m
    do: continue
  - name: ladder
    when: has(ticket.params.alarm) && ticket.params["alarm"] == "red"
    do:
      - notify
      - {after: 5m, do: cancel}
windows:
  - {deny: [cancel], from: Sat 00:00, to: Mon 00:00, zone: Test/East, reason: weekend}
)";

namespace {

class test_zones final : public cel::zone_source {
public:
    std::optional<std::chrono::seconds> offset(std::string_view zone, cel::instant) const override {
        if (zone != "Test/East") return std::nullopt;
        return std::chrono::hours{8};
    }
};

}  // namespace

std::shared_ptr<const cel::zone_source> made_up_zones() { return std::make_shared<test_zones>(); }

load_result load(const std::string& text, std::map<std::string, std::string> more) {
    more.emplace("p.yaml", usual_policy);
    const policy_reader read = [&more](const std::string& path) {
        policy_text got;
        const auto at = more.find(path);
        if (at == more.end()) {
            got.problem = "No such file or directory";
        } else {
            got.file = source_file{path, at->second};
        }
        return got;
    };
    return load_trials({"x.test.yaml", text}, read, made_up_zones());
}

std::string file_of(const std::string& tests) {
    return "version: 1\npolicies: [p.yaml]\ntests:\n" + tests;
}

trial_file one_test(const std::string& lines) {
    std::string text =
        "  - name: one\n    ticket: {batches: [10, 10], timeout: 1h, labels: {a: b}}\n";
    // A test may bring its own ticket.
    if (lines.find("ticket:") != std::string::npos) text = "  - name: one\n";
    load_result loaded = load(file_of(text + lines));
    for (const issue& each : loaded.issues)
        ADD_FAILURE() << render(each, loaded.sources.front().text);
    return std::move(loaded.file);
}

trial_run run_of(const std::string& lines) {
    const trial_file file = one_test(lines);
    if (file.tests.empty()) return {};
    return run_trial(file, file.tests.front());
}

trial_result result_of(const std::string& lines) {
    const trial_file file = one_test(lines);
    if (file.tests.empty()) return {};
    return judge_trial(file.tests.front(), run_trial(file, file.tests.front()));
}

std::vector<std::string> failures(const std::string& lines) {
    std::vector<std::string> all;
    for (const trial_failure& each : result_of(lines).failures)
        all.push_back(each.text);
    return all;
}

load_result expecting(const std::string& lines) {
    return load(
        "version: 1\npolicies: [p.yaml]\nticket: {batches: [10, 10]}\n"
        "tests: [{name: a, timeline: [{at: 0s}], until: 1h, expect: [\n" +
        lines + "\n]}]\n");
}

std::vector<std::string> codes(const load_result& what) {
    std::vector<std::string> found;
    for (const issue& each : what.issues) {
        found.push_back(std::to_string(each.begin.line) + ":" + std::to_string(each.begin.column) +
                        " " + each.code);
    }
    return found;
}

}  // namespace rolloutd::policies::trial::test
