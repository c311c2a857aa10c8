#include "tests/sim/endless_fleet.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace rolloutd::sim {

namespace {

constexpr std::string_view orders_path = "/v1/job/script/orders";
constexpr std::string_view fleet_creator = "deployment-robot";

// Of ten parts of its time a batch runs nine; then its instances are over.
constexpr int running_parts = 9;

std::string text(std::int64_t number) { return std::to_string(number); }

std::string name_of(int place, std::int64_t generation) {
    char name[32];
    std::snprintf(name, sizeof name, "EF%05d-%04d", place, static_cast<int>(generation));
    return name;
}

std::int64_t number_in(std::string_view query, std::string_view name, std::int64_t otherwise) {
    const std::size_t at = query.find(std::string(name) + "=");
    return at == std::string_view::npos ? otherwise
                                        : std::atoll(query.data() + at + name.size() + 1);
}

}  // namespace

// One ticket at one time: the batches before `current` are over, those behind it are READY.
struct endless_fleet::view {
    std::string id;
    int place = 0;
    timestamp born;
    int current = 0;  // from 0; all batches when the ticket is over
    bool current_over = false;

    const char* status_in(int batch) const {
        if (batch < current || (batch == current && current_over)) return "FINISHED";
        return batch == current ? "PROCESSING" : "READY";
    }
};

// "EF00042-0007": the eighth ticket in place 42. The places are spread over the ages.
std::vector<std::string> endless_fleet::names(timestamp now) const {
    std::vector<std::string> all;
    for (int place = 0; place < shape_.tickets; ++place) {
        const std::int64_t generation = age_of_place(place, now) / shape_.life;
        all.push_back(name_of(place, generation));
    }
    return all;
}

// Since the first ticket in this place was born.
duration endless_fleet::age_of_place(int place, timestamp now) const {
    return now - start_ + shape_.life * place / shape_.tickets;
}

served endless_fleet::serve(const api::http_request& asked, timestamp now) {
    served done;
    done.response.status = 200;
    done.response.headers.emplace_back("Content-Type", "application/json");
    std::string_view target = std::string_view(asked.target).substr(orders_path.size());
    if (target.starts_with("?")) {
        done.response.body = list(target, now);
        return done;
    }
    target.remove_prefix(1);
    view of;
    of.id = std::string(target.substr(0, target.find('/')));
    of.place = std::atoi(of.id.c_str() + 2);
    const int generation = std::atoi(of.id.c_str() + 8);
    const duration age = age_of_place(of.place, now) - generation * shape_.life;
    of.born = now - age;
    const duration part = shape_.life / shape_.batches;
    of.current = static_cast<int>(std::min<std::int64_t>(age / part, shape_.batches));
    of.current_over = age % part > part / 10 * running_parts;
    const std::string_view rest = target.substr(of.id.size());
    if (rest.empty()) done.response.body = info(of);
    if (rest == "/batches") done.response.body = batches();
    if (rest == "/statistics") done.response.body = statistics(of);
    if (rest.starts_with("/batches/"))
        done.response.body = detail(of, std::atoi(rest.data() + 9) - 1);
    return done;
}

// The newest first. In each generation the last place is the oldest.
std::string endless_fleet::list(std::string_view query, timestamp now) const {
    const std::int64_t limit = number_in(query, "limit", 10);
    const std::int64_t since = number_in(query, "start_time", 0);
    const std::int64_t newest = (now - start_) * shape_.tickets / shape_.life + shape_.tickets;
    std::int64_t order = std::min(newest, number_in(query, "marker", newest + 1) - 1);
    std::string rows;
    for (std::int64_t n = 0; n < limit && order > newest - shape_.tickets; ++n, --order) {
        const int place = shape_.tickets - 1 - static_cast<int>((order - 1) % shape_.tickets);
        const std::int64_t generation = (order - 1) / shape_.tickets;
        const timestamp born = now - age_of_place(place, now) + generation * shape_.life;
        const std::int64_t created = born.time_since_epoch().count();
        if (created < since) break;
        rows += (n > 0 ? "," : "") + std::string(R"({"order_id":)") + text(order) +
                R"(,"order_name":"monday","execute_uuid":")" + name_of(place, generation) +
                R"(","gmt_created":)" + text(created) +
                R"(,"gmt_finished":null,"execute_costs":null,"creator":")" +
                std::string(fleet_creator) +
                R"(","status":"PROCESSING","properties":{"region_ids":"cn-north-4"}})";
    }
    return R"({"data":{"total":)" + text(shape_.tickets) + R"(,"data":[)" + rows + "]}}";
}

std::string endless_fleet::info(const view& of) const {
    const bool over = of.current == shape_.batches;
    const timestamp end = of.born + shape_.life;
    return R"({"data":{"execute_uuid":")" + of.id + R"(","gmt_created":)" +
           text(of.born.time_since_epoch().count()) + R"(,"gmt_finished":)" +
           (over ? text(end.time_since_epoch().count()) : "null") +
           R"(,"execute_costs":null,"creator":")" + std::string(fleet_creator) + R"(","status":")" +
           (over ? "FINISHED" : "PROCESSING") +
           R"(","properties":{"script_uuid":"SC2023102211473901a2b3c","script_name":"deploy-web-)" +
           text(of.place % 40) +
           R"(","script_version_name":"1.0.0","current_execute_batch_index":)" +
           text(std::min(of.current + 1, shape_.batches)) +
           R"(,"execute_param":{"timeout":3600,"execute_user":"root","success_rate":90,)" +
           R"("script_params":[]}}}})";
}

std::string endless_fleet::batches() const {
    std::string rows;
    for (int n = 1; n <= shape_.batches; ++n) {
        rows += (n > 1 ? "," : "") + std::string(R"({"batch_index":)") + text(n) +
                R"(,"total_instances":)" + text(shape_.batch_size) +
                R"(,"rotation_strategy":"CONTINUE","properties":null})";
    }
    return R"({"data":[)" + rows + "]}";
}

std::string endless_fleet::statistics(const view& of) const {
    std::string rows;
    for (const char* const status : {"READY", "PROCESSING", "ABNORMAL", "CANCELED", "FINISHED"}) {
        std::string indexes;
        int count = 0;
        for (int batch = 0; batch < shape_.batches; ++batch) {
            if (std::string_view(of.status_in(batch)) != status) continue;
            count += shape_.batch_size;
            indexes += (indexes.empty() ? "" : ",") + text(batch + 1);
        }
        rows += (rows.empty() ? "" : ",") + std::string(R"({"instance_status":")") + status +
                R"(","instance_count":)" + text(count) + R"(,"batch_indexes":[)" + indexes + "]}";
    }
    return R"({"data":{"total_instance":)" + text(shape_.batches * shape_.batch_size) +
           R"(,"execute_statistics":[)" + rows + "]}}";
}

std::string endless_fleet::detail(const view& of, int batch) const {
    std::string rows;
    for (int n = 0; n < shape_.batch_size; ++n) {
        const int number = batch * shape_.batch_size + n;
        const std::int64_t id = (std::int64_t{1} << 32) + std::int64_t{of.place} * 1000 + number;
        char resource[64];
        std::snprintf(resource, sizeof resource, "%08x-77d4-4a5c-9a0e-%012x", of.place, number);
        rows +=
            (n > 0 ? "," : "") + std::string(R"({"id":)") + text(id) +
            R"(,"target_instance":{"resource_id":")" + resource +
            R"(","provider":"ECS","region_id":"cn-north-4","type":"CLOUDSERVER","properties":)" +
            R"({"host_name":"web-)" + text(of.place) + "-" + text(number) +
            R"(.prod.example","fixed_ip":"10.)" + text(of.place / 250) + "." +
            text(of.place % 250) + "." + text(number) +
            R"(","region_id":"cn-north-4","zone_id":"cn-north-4a"}},"status":")" +
            of.status_in(batch) + R"(","message":null})";
    }
    return R"({"data":{"batch_index":)" + text(batch + 1) + R"(,"total_instances":)" +
           text(shape_.batch_size) + R"(,"execute_instances":[)" + rows + "]}}";
}

}  // namespace rolloutd::sim
