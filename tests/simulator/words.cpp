// The words of the wire for the model's enumerations, one table each.

#include <array>
#include <utility>

#include "tests/simulator/model.h"

namespace coc_sim {
namespace {

template <typename Enum, std::size_t Size>
using table = std::array<std::pair<Enum, std::string_view>, Size>;

constexpr table<order_status, 6> order_words{{{order_status::ready, "READY"},
                                              {order_status::processing, "PROCESSING"},
                                              {order_status::abnormal, "ABNORMAL"},
                                              {order_status::paused, "PAUSED"},
                                              {order_status::canceled, "CANCELED"},
                                              {order_status::finished, "FINISHED"}}};

constexpr table<instance_status, 6> instance_words{{{instance_status::ready, "READY"},
                                                    {instance_status::processing, "PROCESSING"},
                                                    {instance_status::abnormal, "ABNORMAL"},
                                                    {instance_status::canceled, "CANCELED"},
                                                    {instance_status::finished, "FINISHED"},
                                                    {instance_status::rollbacked, "ROLLBACKED"}}};

constexpr table<rotation, 2> rotation_words{
    {{rotation::go_on, "CONTINUE"}, {rotation::pause, "PAUSE"}}};

constexpr table<operation_kind, 5> operation_words{
    {{operation_kind::cancel_instance, "CANCEL_INSTANCE"},
     {operation_kind::skip_batch, "SKIP_BATCH"},
     {operation_kind::cancel_order, "CANCEL_ORDER"},
     {operation_kind::pause_order, "PAUSE_ORDER"},
     {operation_kind::continue_order, "CONTINUE_ORDER"}}};

template <typename Enum, std::size_t Size>
std::string_view word_of(const table<Enum, Size>& words, Enum value) {
    for (const auto& [known, word] : words)
        if (known == value) return word;
    return "?";
}

template <typename Enum, std::size_t Size>
std::optional<Enum> value_of(const table<Enum, Size>& words, std::string_view text) {
    for (const auto& [known, word] : words)
        if (word == text) return known;
    return std::nullopt;
}

}  // namespace

std::string_view to_text(order_status status) { return word_of(order_words, status); }
std::string_view to_text(instance_status status) { return word_of(instance_words, status); }
std::string_view to_text(rotation strategy) { return word_of(rotation_words, strategy); }
std::string_view to_text(operation_kind kind) { return word_of(operation_words, kind); }

std::optional<order_status> parse_order_status(std::string_view text) {
    return value_of(order_words, text);
}

std::optional<instance_status> parse_instance_status(std::string_view text) {
    return value_of(instance_words, text);
}

std::optional<rotation> parse_rotation(std::string_view text) {
    return value_of(rotation_words, text);
}

std::optional<operation_kind> parse_operation_kind(std::string_view text) {
    return value_of(operation_words, text);
}

}  // namespace coc_sim
