#include "daemon/notices/herald.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

namespace rolloutd::daemon {

namespace asio = boost::asio;

namespace {

// How long a notice waits for its record; then it goes and says that the record is not durable.
constexpr duration disk_patience = std::chrono::seconds{2};
constexpr duration a_while = std::chrono::minutes{1};
// Before what has failed by an exception is begun anew.
constexpr duration pause_after_error = std::chrono::seconds{5};

std::uint64_t number_of_bytes(const std::string& bytes) {
    std::uint64_t number = 0;
    for (const char each : bytes)
        number = number << 8U | static_cast<unsigned char>(each);
    return number;
}

sender completed(sender self, const journal& records) {
    self.journal = records.id();
    return self;
}

}  // namespace

herald::herald(parts around, const std::vector<notice_target>& to)
    : around_(std::move(around)),
      ledger_(around_.records.id()),
      papers_(around_.loop, around_.time, around_.records),
      wake_(around_.time),
      tried_(around_.time),
      seed_(number_of_bytes(around_.entropy(sizeof(std::uint64_t)))),
      group_(around_.loop,
             [this](std::string_view task, std::exception_ptr error) { broken(task, error); }) {
    around_.self = completed(std::move(around_.self), around_.records);
    for (const notice_target& each : to)
        employ(each);
    group_.spawn("hand_over", keep_handing_over());
}

herald::~herald() = default;

courier::parts herald::parts_of_courier() {
    return {around_.time,
            around_.log,
            around_.counters,
            around_.self,
            [this] { return around_.records.durable_end(); },
            [this] {
                std::vector<notice> all;
                for (const auto& [key, each] : lasting_)
                    all.push_back(each);
                return all;
            },
            [this] { tried_.poke(); },
            api::make_chance(seed_ + employed_)};
}

courier& herald::employ(const notice_target& to) {
    ++employed_;
    auto client = around_.connect(to);
    const bool bad = client.has_error();
    std::shared_ptr<api::http_client> by = bad ? nullptr : std::move(*client);
    employee made{"courier " + std::to_string(employed_),
                  std::make_shared<courier>(parts_of_courier(), to, std::move(by),
                                            bad ? client.error().detail : "")};
    group_.spawn(made.task, keep_carrying(made.who));
    couriers_.push_back(std::move(made));
    return *couriers_.back().who;
}

// Whoever tells people may fail; the guard goes on. "" for what was cut off.
std::string herald::broken(std::string_view task, const std::exception_ptr& error) {
    std::string why = "an unknown exception";
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& what) {
        if (what.code() == asio::error::operation_aborted) return "";
        why = what.what();
    } catch (const std::exception& what) {
        why = what.what();
    } catch (...) {}
    around_.log.error("notify_broken",
                      {{"what", std::string(task)},
                       {"error", why},
                       {"consequence", "it goes on after a pause; rules act all the same"}});
    return why;
}

asio::awaitable<void> herald::keep_carrying(std::shared_ptr<courier> who) {
    for (;;) {
        std::exception_ptr error;
        try {
            co_await who->run();
        } catch (...) {
            error = std::current_exception();
        }
        const std::string why = error ? broken(who->target().name, error) : "";
        if (!why.empty()) who->broke(why);
        // Whoever was to end ends here.
        co_await around_.time.sleep_for(pause_after_error);
        if (why.empty()) who->broke("it was cut off");
    }
}

asio::awaitable<void> herald::keep_handing_over() {
    for (;;) {
        std::exception_ptr error;
        try {
            co_await hand_over();
        } catch (...) {
            error = std::current_exception();
        }
        if (error) broken("hand_over", error);
        co_await around_.time.sleep_for(pause_after_error);
    }
}

void herald::resume(const std::map<ticket_id, policies::ticket_state>& recovered,
                    const policies::policy_set& by) {
    for (const auto& [id, state] : recovered)
        ledger_.resume(state, by, around_.time.now(), around_.mode_of);
    lasting_ = ledger_.ongoing();
}

void herald::reload(const std::vector<notice_target>& to, const policies::policy_set& by) {
    retarget(to);
    tell(ledger_.keep_rules_of(by, around_.time.now()));
}

void herald::retarget(const std::vector<notice_target>& to) {
    std::vector<employee> before = std::exchange(couriers_, {});
    std::vector<notice_target> changed;
    for (const notice_target& each : to) {
        const auto known = std::ranges::find_if(
            before, [&](const employee& one) { return one.who && one.who->target() == each; });
        if (known == before.end()) {
            changed.push_back(each);
            continue;
        }
        auto client = around_.connect(each);
        // Certificates that cannot be read now are no reason to forget those that could.
        if (client.has_value())
            known->who->reconnect(std::move(*client));
        else
            around_.log.error("notify_certificates",
                              {{"target", each.name},
                               {"error", client.error().detail},
                               {"consequence", "the old certificates stay in force"}});
        couriers_.push_back(std::move(*known));
    }
    for (employee& each : before)
        if (each.who) dismiss(std::move(each), changed);
    for (const notice_target& each : changed) {
        const bool heir = std::ranges::any_of(
            couriers_, [&](const employee& one) { return one.who->target() == each; });
        if (!heir) employ(each);
    }
    std::ranges::sort(couriers_, {}, [&to](const employee& one) {
        const auto place = std::ranges::find(to, one.who->target().name, &notice_target::name);
        return place - to.begin();
    });
}

// A target of the same name that is reached otherwise, or has another secret, gets what waits.
void herald::dismiss(employee who, const std::vector<notice_target>& to) {
    group_.cancel(who.task);
    const auto heir = std::ranges::find(to, who.who->target().name, &notice_target::name);
    if (heir == to.end())
        who.who->close();
    else
        employ(*heir).inherit(who.who->hand_down());
    dismissed_.push_back(std::move(who));
}

void herald::hear(const ticket_id& ticket, const policies::event& what,
                  const policies::stamp& where) {
    try {
        tell(ledger_.hear(ticket, what, where, around_.mode_of));
    } catch (...) {
        broken("hear", std::current_exception());
    }
}

void herald::stand(const std::vector<condition>& all) {
    std::erase_if(dismissed_, [](const auto& each) { return each.who->done(); });
    try {
        tell(ledger_.stand(all, around_.time.now(), around_.mode_of("")));
        take_texts();
    } catch (...) {
        broken("stand", std::current_exception());
    }
}

// What lasts of the daemon's own is repeated with the words of now.
void herald::take_texts() {
    for (auto& [key, each] : lasting_) {
        const auto found = ledger_.ongoing().find(key);
        if (each.ticket.empty() && found != ledger_.ongoing().end()) each.text = found->second.text;
    }
}

void herald::tell(std::vector<notice> news) {
    for (notice& each : news)
        pending_.push_back(std::move(each));
    // Without targets nobody waits for the disk.
    const std::size_t most = has_targets() ? most_before_disk : 0;
    while (pending_.size() > most) {
        release(std::move(pending_.front()));
        pending_.pop_front();
    }
    if (!pending_.empty()) wake_.poke();
}

void herald::release(notice what) {
    if (what.state == notice_state::began) lasting_.insert_or_assign(what.key, what);
    if (what.state == notice_state::ended) lasting_.erase(what.key);
    for (const auto& each : couriers_)
        each.who->add(what);
}

// In order, so that nothing ends before it has begun.
asio::awaitable<void> herald::hand_over() {
    for (;;) {
        while (!pending_.empty()) {
            const sequence seq = pending_.front().seq;
            const bool well = co_await papers_.written(seq, disk_patience);
            // A disk that took none of it in time takes the rest no sooner.
            while (!pending_.empty() &&
                   (!well || pending_.front().seq <= around_.records.durable_seq())) {
                release(std::move(pending_.front()));
                pending_.pop_front();
            }
        }
        const timestamp until = around_.time.now() + a_while;
        co_await wake_.wait_until(until);
    }
}

// One test, shared with those that wait for its answers: a target may take longer than whoever
// asked.
struct herald::test_round {
    test_round(api::clock& time, notice message) : what(std::move(message)), answered(time) {}
    notice what;
    std::vector<test_answer> answers;
    std::size_t missing = 0;
    api::wakeup answered;
};

asio::awaitable<void> herald::ask(std::shared_ptr<courier> who, std::size_t place,
                                  std::shared_ptr<test_round> round) {
    notice mine = round->what;
    const delivery came = co_await who->send_alone(std::move(mine));
    round->answers.at(place).problem = came.how == reception::taken ? "" : came.why;
    --round->missing;
    round->answered.poke();
}

notice herald::test_notice(const std::string& by) {
    notice what;
    what.event = "test";
    what.level = notice_level::info;
    what.at = around_.time.now();
    what.id = around_.self.journal + "/test/" + policies::to_text(what.at);
    what.key = "test\n";
    what.summary = "rolloutd: a test message";
    what.text = by + " asked for this with `rolloutctl notify test`; nothing has happened";
    return what;
}

asio::awaitable<std::vector<test_answer>> herald::test(std::string by) {
    struct mark {
        bool& it;
        explicit mark(bool& what) : it(what) { it = true; }
        ~mark() { it = false; }
    };
    const mark under_way(testing_);
    const auto round = std::make_shared<test_round>(around_.time, test_notice(by));
    for (const employee& each : couriers_) {
        const std::size_t place = round->answers.size();
        round->answers.push_back({each.who->target().name, "it has not answered in time"});
        ++round->missing;
        group_.spawn("test", ask(each.who, place, round));
    }
    const timestamp until = around_.time.now() + delivery_patience;
    while (round->missing > 0) {
        const bool told = co_await round->answered.wait_until(until);
        if (!told) break;
    }
    std::vector<test_answer> all = round->answers;
    co_return all;
}

bool herald::quiet() const {
    return pending_.empty() &&
           std::ranges::all_of(couriers_, [](const auto& each) { return each.who->quiet(); });
}

asio::awaitable<void> herald::stop(timestamp until) {
    for (const auto& each : couriers_)
        each.who->hurry();
    while (!quiet()) {
        const bool told = co_await tried_.wait_until(until);
        if (!told) break;
    }
    group_.cancel();
    co_await group_.join();
    co_await papers_.stop();
}

std::vector<target_standing> herald::standing() const {
    std::vector<target_standing> all;
    for (const auto& each : couriers_)
        all.push_back(each.who->standing());
    return all;
}

}  // namespace rolloutd::daemon
