#include "tests/sim/weather.h"

#include <algorithm>

namespace rolloutd::sim {

namespace {

constexpr int kinds = static_cast<int>(last_trouble);

// Never longer than this share of the time that there is, so that short simulations have quiet
// times, too.
constexpr int share_of_a_burst = 40;

duration within(dice& chance, duration most) {
    return chance.between(std::max(duration(2'000), most / 20), std::max(duration(2'000), most));
}

}  // namespace

std::string_view to_text(trouble what) {
    switch (what) {
        case trouble::none: return "none";
        case trouble::refused: return "refused";
        case trouble::lookup_hangs: return "lookup_hangs";
        case trouble::reset_before: return "reset_before";
        case trouble::closed: return "closed";
        case trouble::lost: return "lost";
        case trouble::gateway_error: return "gateway_error";
        case trouble::proxy_page: return "proxy_page";
        case trouble::throttled: return "throttled";
        case trouble::throttled_a_while: return "throttled_a_while";
        case trouble::service_error: return "service_error";
        case trouble::reset_after: return "reset_after";
        case trouble::truncated: return "truncated";
        case trouble::portal: return "portal";
        case trouble::stalled: return "stalled";
        case trouble::slow: return "slow";
        case trouble::arrives_late: return "arrives_late";
    }
    return "none";
}

weather::weather(dice chance, timestamp from, timestamp until) {
    const duration longest =
        std::min<duration>((until - from) / share_of_a_burst, std::chrono::minutes{20});
    int turn = static_cast<int>(chance.between(0, kinds - 1));
    timestamp at = from + within(chance, 2 * longest);
    while (at + longest < until) {
        burst next;
        next.from = at;
        next.until = at + within(chance, longest);
        // Kinds take turns, so that each comes up; others join them.
        next.kinds.push_back(static_cast<trouble>(1 + turn));
        turn = (turn + 1) % kinds;
        for (auto more = chance.between(0, 2); more > 0; --more) {
            next.kinds.push_back(static_cast<trouble>(chance.between(1, kinds)));
        }
        next.percent = chance.percent(40) ? 100 : static_cast<int>(chance.between(5, 90));
        at = next.until + within(chance, 2 * longest);
        bursts_.push_back(std::move(next));
    }
}

trouble weather::at(timestamp now, dice& chance) const {
    const auto after = std::ranges::upper_bound(bursts_, now, {}, &burst::from);
    if (after == bursts_.begin()) return trouble::none;
    const burst& latest = *std::prev(after);
    if (now >= latest.until || !chance.percent(latest.percent)) return trouble::none;
    const auto last = static_cast<std::int64_t>(latest.kinds.size()) - 1;
    return latest.kinds[static_cast<std::size_t>(chance.between(0, last))];
}

}  // namespace rolloutd::sim
