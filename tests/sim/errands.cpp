#include "tests/sim/errands.h"

#include <algorithm>
#include <tuple>

namespace rolloutd::sim {

namespace {

using namespace std::chrono_literals;

// Rules have their turn between two freezes, also where many tickets begin.
constexpr duration break_after = 10min;

duration length_of(dice& chance, duration longest) {
    const duration least = std::min<duration>(10s, longest);
    return chance.between(least, chance.percent(30) ? longest : std::max(least, longest / 6));
}

}  // namespace

std::vector<errand> make_errands(dice chance, timestamp until, duration longest,
                                 const std::vector<beginning>& tickets) {
    std::vector<errand> freezes;
    std::vector<errand> all;
    const auto add = [&](std::vector<errand>& to, const beginning& each, std::string ticket) {
        const timestamp from = each.at + chance.between<std::int64_t, std::milli>(0min, 10min);
        const errand made{from, from + length_of(chance, longest), std::move(ticket)};
        if (made.until < until) to.push_back(made);
    };
    for (const beginning& each : tickets) {
        if (chance.percent(50)) add(all, each, each.ticket);
        if (chance.percent(40)) add(freezes, each, "");
    }
    std::ranges::sort(freezes, {}, &errand::from);
    timestamp thawed = timestamp::min();
    for (const errand& each : freezes) {
        if (each.from <= thawed) continue;
        thawed = each.until + break_after;
        all.push_back(each);
    }
    std::ranges::sort(all, [](const errand& one, const errand& other) {
        return std::tie(one.from, one.ticket) < std::tie(other.from, other.ticket);
    });
    return all;
}

}  // namespace rolloutd::sim
