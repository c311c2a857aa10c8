// A snapshot is what it was, or nothing.

#include "daemon/journal/snapshot.h"

#include <gmock/gmock.h>

#include <random>

#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::HasSubstr;
using ::testing::Not;

void fill(world& in, int tickets) {
    in.start();
    for (int n = 0; n < tickets; ++n) {
        in.record("SCT" + std::to_string(n), an_observation(n % 10, 1));
        in.record("SCT" + std::to_string(n), a_decision());
    }
    in.record("SCT0", policies::unwatched{"FINISHED"});
    in.log->append_policy({"web.yaml", std::string(64, 'a'), "policy: web"});
    in.settle();
}

std::string text_of(const std::string& snapshot) {
    text_expander unpacking;
    std::string all;
    std::string_view rest = snapshot;
    while (!rest.empty()) {
        auto more = unpacking.feed(rest);
        if (!more) return "";
        rest.remove_prefix(more->read);
        all += more->text;
    }
    return all;
}

TEST(snapshot, comes_back_in_pieces_of_any_size) {
    world in;
    fill(in, 20);
    const std::string bytes = snapshot_text(in.tickets, in.log->fleet());
    for (const std::size_t step : {std::size_t{1}, std::size_t{1000}, bytes.size()}) {
        snapshot_reader reader;
        for (std::size_t at = 0; at < bytes.size(); at += step)
            ASSERT_TRUE(reader.feed(std::string_view(bytes).substr(at, step)));
        const auto read = reader.finish();
        ASSERT_TRUE(read) << to_text(read.error());
        EXPECT_EQ(read->fleet, in.log->fleet());
        ASSERT_EQ(read->tickets.size(), in.tickets.size());
        for (const auto& [id, state] : in.tickets)
            EXPECT_TRUE(same_durable_state(read->tickets.at(id), state)) << id;
    }
}

TEST(snapshot, is_lines_of_json_that_hide_what_the_journal_hides) {
    world in;
    fill(in, 3);
    snapshot_writer writer(redaction{in.options.redact, "salt"});
    writer.ticket("SCT1", &in.tickets.at("SCT1"), in.log->fleet().tseq);
    writer.ticket("SCT0", nullptr, in.log->fleet().tseq);
    const std::string text = text_of(writer.finish(in.log->fleet()));
    EXPECT_THAT(text, HasSubstr("{\"v\":2}\n{\"ticket\":\"SCT1\",\"tseq\":2,\"state\":{"));
    EXPECT_THAT(text, HasSubstr("\n{\"ticket\":\"SCT0\",\"tseq\":3,\"past\":true}\n{\"fleet\":{"));
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
    EXPECT_THAT(text, Not(HasSubstr("tenant 42")));
}

TEST(snapshot, the_last_line_of_a_ticket_counts) {
    world in;
    fill(in, 3);
    const record_counts before = in.log->fleet().tseq;
    snapshot_writer writer(std::nullopt);
    writer.ticket("SCT1", &in.tickets.at("SCT1"), before);
    writer.ticket("SCT2", &in.tickets.at("SCT2"), before);
    in.record("SCT1", an_observation(9, 2));
    in.record("SCT2", policies::unwatched{"CANCELED"});
    in.record("SCT0", policies::watched{});
    writer.ticket("SCT1", &in.tickets.at("SCT1"), in.log->fleet().tseq);
    writer.ticket("SCT2", nullptr, in.log->fleet().tseq);
    writer.ticket("SCT0", &in.tickets.at("SCT0"), in.log->fleet().tseq);
    const auto read = parse_snapshot(writer.finish(in.log->fleet()));
    ASSERT_TRUE(read) << to_text(read.error());
    EXPECT_EQ(read->fleet, in.log->fleet());
    EXPECT_EQ(read->tickets.size(), 2U);
    EXPECT_TRUE(same_durable_state(read->tickets.at("SCT1"), in.tickets.at("SCT1")));
}

TEST(snapshot, that_is_cut_anywhere_is_none) {
    world in;
    fill(in, 5);
    const std::string bytes = snapshot_text(in.tickets, in.log->fleet());
    for (std::size_t at = 0; at < bytes.size(); ++at)
        EXPECT_FALSE(parse_snapshot(std::string_view(bytes).substr(0, at))) << at;
    EXPECT_FALSE(parse_snapshot(bytes + "x"));
    EXPECT_FALSE(parse_snapshot(bytes + bytes));
}

TEST(snapshot, of_another_hash_is_not_even_expanded) {
    world in;
    text_compressor packing;
    packing.append("no line of a snapshot");
    packing.finish();
    in.files.files["snapshots/9"] = std::make_shared<memory_disk::file>();
    in.files.files["snapshots/9"]->bytes = packing.take() + "and no zstd";
    const auto read = read_snapshot(in.files, "snapshots/9", std::string(64, 'a'));
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().what, HasSubstr("it is not the one that the checkpoint names"));
    EXPECT_EQ(in.files.count("read"), 1);
}

TEST(snapshot, of_random_garbage_is_refused_and_harms_nobody) {
    world in;
    fill(in, 5);
    const std::string whole = snapshot_text(in.tickets, in.log->fleet());
    std::mt19937 random(5);
    for (int n = 0; n < 2'000; ++n) {
        std::string bytes = whole;
        for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        if (bytes == whole) continue;
        in.files.files["snapshots/9"] = std::make_shared<memory_disk::file>();
        in.files.files["snapshots/9"]->bytes = bytes;
        EXPECT_FALSE(read_snapshot(in.files, "snapshots/9", sha256_of(whole)));
        parse_snapshot(bytes);
    }
    for (const std::string text :
         {"", "{}\n", "{\"v\":1}\n", "{\"v\":2}\n", "{\"v\":2}\n[]\n", "{\"v\":2}\n{\"fleet\":1}\n",
          "{\"v\":2}\n{\"ticket\":\"a\",\"tseq\":1,\"state\":{\"rules\":{\"x\":{}}}}\n",
          "{\"v\":2}\n{\"past\":{\"x\":1}}\n", "{\"v\":2}\n{\"ticket\":\"a\"}\n"}) {
        text_compressor packing;
        packing.append(text);
        packing.finish();
        EXPECT_FALSE(parse_snapshot(packing.take())) << text;
    }
}

}  // namespace
}  // namespace rolloutd::daemon
