#include "tests/sim/hazards.h"

#include <algorithm>
#include <array>

namespace rolloutd::sim {

namespace {

using namespace std::chrono_literals;

constexpr int hazards_in_all = static_cast<int>(last_hazard) + 1;
constexpr std::array<const char*, 6> disk_operations{"append", "sync",        "create",
                                                     "rename", "sync_folder", "truncate"};

// Mostly short, now and then long.
duration length_of(hazard what, dice& chance) {
    const bool is_long = chance.percent(20);
    switch (what) {
        case hazard::crash:
        case hazard::crash_at_act:
            return is_long ? chance.between(30s, 400s) : chance.between(1s, 9s);
        case hazard::disk_refuses:
            return is_long ? chance.between(60s, 300s) : chance.between(2s, 40s);
        case hazard::disk_fails_once: return 30s;
        case hazard::standstill:
            return is_long ? chance.between(60s, 600s) : chance.between(3s, 30s);
        case hazard::clock_back: return chance.between(10s, 300s);
    }
    return 1s;
}

}  // namespace

std::string_view to_text(hazard what) {
    switch (what) {
        case hazard::crash: return "crash";
        case hazard::crash_at_act: return "crash_at_act";
        case hazard::disk_refuses: return "disk_refuses";
        case hazard::disk_fails_once: return "disk_fails_once";
        case hazard::standstill: return "standstill";
        case hazard::clock_back: return "clock_back";
    }
    return "crash";
}

std::vector<mishap> make_hazards(dice chance, timestamp from, timestamp until) {
    std::vector<mishap> all;
    // Some thirty on a day, a few in an hour.
    const duration apart = std::max<duration>((until - from) / 20, 4min);
    timestamp at = from + chance.between(duration(0), apart);
    while (at < until) {
        mishap next;
        // Half of them are deaths at the worst moment.
        next.what = chance.percent(50) ? hazard::crash_at_act
                                       : static_cast<hazard>(chance.between(0, hazards_in_all - 1));
        next.at = at;
        next.lasts = length_of(next.what, chance);
        next.turns = static_cast<int>(chance.between(0, 40));
        if (chance.percent(30)) next.keeps = static_cast<std::size_t>(chance.between(1, 3000));
        next.operation = disk_operations.at(static_cast<std::size_t>(
            chance.percent(60) ? chance.between(0, 1) : chance.between(0, 5)));
        at += next.lasts + chance.between(apart / 4, apart);
        if (at < until) all.push_back(std::move(next));
    }
    return all;
}

}  // namespace rolloutd::sim
