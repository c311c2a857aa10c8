#pragma once
// A cloud of very many tickets that hardly takes any memory: what it answers is computed from the
// ticket's name and the time. There are always equally many tickets, spread over all ages; one that
// ends makes room for a new one. For measuring what a daemon needs that watches them.

#include <string>
#include <vector>

#include "tests/sim/faulty_client.h"

namespace rolloutd::sim {

struct fleet_shape {
    int tickets = 10'000;
    int batches = 10;
    int batch_size = 10;
    duration life = std::chrono::hours{6};
};

class endless_fleet final : public cloud_end {
public:
    endless_fleet(fleet_shape shape, timestamp start) : shape_(shape), start_(start) {}

    served serve(const api::http_request& asked, timestamp now) override;

    // Those that run at that time.
    std::vector<std::string> names(timestamp now) const;

private:
    struct view;

    std::string list(std::string_view query, timestamp now) const;
    duration age_of_place(int place, timestamp now) const;
    std::string info(const view& of) const;
    std::string batches() const;
    std::string statistics(const view& of) const;
    std::string detail(const view& of, int batch) const;

    fleet_shape shape_;
    timestamp start_;
};

}  // namespace rolloutd::sim
