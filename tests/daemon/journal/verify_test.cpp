// Whoever changes the record is found, and the record is named.

#include "daemon/journal/verify.h"

#include <gmock/gmock.h>

#include <random>

#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;
using ::testing::HasSubstr;

// Three files or so, with everything in them.
world& a_journal() {
    static world in;
    if (in.log) return in;
    in.options.rotate = 6000;
    in.start();
    for (int n = 0; n < 8; ++n) {
        in.record("SCT1", an_observation(n, 1));
        in.record("SCT2", a_decision());
    }
    in.settle();
    return in;
}

void copy(world& from, memory_disk& to) {
    to.files.clear();
    for (const auto& [path, file] : from.files.files)
        to.files[path] = std::make_shared<memory_disk::file>(*file);
}

std::string verdict_on(memory_disk& files) {
    const auto checked = verify_journal(files, {});
    return checked ? "good" : to_text(checked.error());
}

TEST(verify, a_journal_that_nobody_touched_is_good) {
    const auto checked = verify_journal(a_journal().files, {.deep = true});
    ASSERT_TRUE(checked) << to_text(checked.error());
    EXPECT_EQ(checked->last.seq, a_journal().log->last_seq());
    EXPECT_EQ(checked->last.hash, a_journal().log->last_hash());
    EXPECT_EQ(checked->records, a_journal().log->last_seq());
    EXPECT_GE(checked->files, 2U);
}

TEST(verify, any_flipped_bit_is_found_in_its_record) {
    std::mt19937 random(11);
    for (int n = 0; n < 3000; ++n) {
        memory_disk files;
        copy(a_journal(), files);
        auto place = files.files.begin();
        std::advance(place, random() % files.files.size());
        std::string& bytes = place->second->bytes;
        const std::size_t at = random() % bytes.size();
        const auto line =
            1 + std::count(bytes.begin(), bytes.begin() + static_cast<long>(at), '\n');
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
        const std::string found = verdict_on(files);
        if (place->first.starts_with("journal/")) {
            EXPECT_THAT(found, HasSubstr(place->first + ":" + std::to_string(line) + ": record "));
        } else {
            EXPECT_THAT(found, HasSubstr(place->first + " is not the one"));
        }
    }
}

TEST(verify, removed_swapped_and_repeated_lines_are_found) {
    const std::string name = "journal/000000000001.jsonl";
    memory_disk files;
    const auto with = [&](const std::function<void(std::vector<std::string>&)>& change) {
        copy(a_journal(), files);
        std::vector<std::string> lines = a_journal().lines();
        change(lines);
        std::string& bytes = files.files.at(name)->bytes;
        bytes.clear();
        for (const std::string& line : lines)
            bytes += line + "\n";
        return verdict_on(files);
    };
    using lines = std::vector<std::string>;
    EXPECT_EQ(with([](lines&) {}), "good");
    EXPECT_EQ(with([](lines& all) { all.erase(all.begin() + 2); }),
              name + ":3: record 3: its number is 4, expected is 3");
    EXPECT_EQ(with([](lines& all) { std::swap(all[2], all[3]); }),
              name + ":3: record 3: its number is 4, expected is 3");
    EXPECT_EQ(with([](lines& all) { all.insert(all.begin() + 2, all[2]); }),
              name + ":4: record 4: its number is 3, expected is 4");
    EXPECT_THAT(with([](lines& all) { all.erase(all.begin()); }), HasSubstr("record 1: "));
    EXPECT_THAT(with([](lines& all) { all.pop_back(); }),
                HasSubstr("are missing before this file"));
}

TEST(verify, missing_and_misnamed_files_are_found) {
    memory_disk files;
    copy(a_journal(), files);
    const auto names = *files.list("journal");
    ASSERT_GE(names.size(), 3U);
    files.files.erase("journal/" + names[1]);
    EXPECT_THAT(verdict_on(files), HasSubstr("are missing before this file"));
    copy(a_journal(), files);
    ASSERT_NE(names[1], "000000000005.jsonl");
    ASSERT_TRUE(files.rename("journal/" + names[1], "journal/000000000005.jsonl"));
    EXPECT_THAT(verdict_on(files), HasSubstr("its name repeats a number"));
    copy(a_journal(), files);
    files.files["journal/notes.txt"] = std::make_shared<memory_disk::file>();
    EXPECT_EQ(verdict_on(files),
              "journal/notes.txt: the folder holds a file that is no journal segment");
    copy(a_journal(), files);
    files.files.erase("snapshots/1");
    EXPECT_THAT(verdict_on(files), HasSubstr("its snapshot snapshots/1"));
}

TEST(verify, a_torn_tail_is_bad_unless_a_daemon_lives) {
    memory_disk files;
    copy(a_journal(), files);
    const std::string name = "journal/" + files.list("journal")->back();
    files.files.at(name)->bytes.pop_back();
    EXPECT_THAT(verdict_on(files), HasSubstr("the file ends within a record, without LF"));
    const auto tolerant = verify_journal(files, {.live = true});
    ASSERT_TRUE(tolerant);
    EXPECT_TRUE(tolerant->torn);
}

TEST(verify, who_kept_a_hash_sees_that_the_tail_was_cut_off) {
    memory_disk files;
    copy(a_journal(), files);
    const chain end{a_journal().log->last_seq(), a_journal().log->last_hash()};
    EXPECT_TRUE(verify_journal(files, {.kept = end}));
    EXPECT_EQ(verify_journal(files, {.kept = chain{end.seq - 1, end.hash}}).error().what,
              "its hash is not the one that is known of it");
    std::string& bytes = files.files.at("journal/" + files.list("journal")->back())->bytes;
    bytes.resize(bytes.rfind('\n', bytes.size() - 2) + 1);
    EXPECT_TRUE(verify_journal(files, {})) << "nothing in it can show that";
    EXPECT_EQ(verify_journal(files, {.kept = end}).error().what,
              "it was there once, but the journal ends before it");
    files.files.erase("journal/000000000001.jsonl");
    EXPECT_EQ(verify_journal(files, {.kept = chain{1, end.hash}}).error().what,
              "it is no longer kept");
}

TEST(verify, from_the_first_signature_on_every_checkpoint_must_be_signed) {
    world in;
    in.options.rotate = 6000;
    const auto key = *signer::load(
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
        "-----END PRIVATE KEY-----\n");
    const auto one_more_file = [&](bool signs) {
        in.key = signs ? key : nullptr;
        in.start();
        const std::size_t before = in.files.list("journal")->size();
        for (int n = 0; in.files.list("journal")->size() == before && n < 50; ++n) {
            in.record("SCT1", an_observation(n % 9, 1));
            in.settle();
        }
    };
    const verify_options how{.key = key->public_key()};
    one_more_file(false);
    EXPECT_EQ(verify_journal(in.files, how).error().what, "no checkpoint is signed");
    one_more_file(true);
    const auto checked = verify_journal(in.files, how);
    ASSERT_TRUE(checked) << to_text(checked.error());
    EXPECT_EQ(checked->checkpoints_signed, 1U);
    EXPECT_EQ(checked->checkpoints, 3U);
    EXPECT_GT(checked->signed_until, 1U);
    one_more_file(false);
    EXPECT_EQ(verify_journal(in.files, how).error().what,
              "it is not signed, though those before it are");
    EXPECT_TRUE(verify_journal(in.files, {}));
}

TEST(verify, can_be_done_a_piece_at_a_time) {
    chain_check check(a_journal().files, {.deep = true});
    int pieces = 0;
    for (auto done = check.step(1); done && !*done; done = check.step(1))
        ++pieces;
    EXPECT_GE(pieces, static_cast<int>(a_journal().log->last_seq()));
    EXPECT_EQ(check.seen().last.hash, a_journal().log->last_hash());
}

// What is written with right hashes may still be no journal.
TEST(verify, the_form_of_each_record_is_checked) {
    const auto with = [](const std::string& body) {
        memory_disk files;
        sha256 hasher;
        std::string text;
        chain last;
        const std::string first =
            "{\"v\":1,\"seq\":1,\"at\":\"2026-11-21T10:00:00.000Z\",\"kind\":\"checkpoint\","
            "\"journal\":\"\",\"previous\":\"" +
            std::string(no_hash) + "\",\"settings\":{},\"snapshot\":\"\"";
        for (const std::string& open : {first, "{\"v\":1,\"seq\":2," + body}) {
            const sealed_line line = seal(open, last.hash, hasher);
            last.hash = line.hash;
            text += line.text;
        }
        files.files["journal/000000000001.jsonl"] = std::make_shared<memory_disk::file>();
        files.files["journal/000000000001.jsonl"]->bytes = text;
        const auto checked = verify_journal(files, {.snapshots = false, .deep = true});
        return checked ? std::string("good") : checked.error().what;
    };
    const std::string at = "\"at\":\"2026-11-21T10:00:01.000Z\",\"kind\":\"foreign\"";
    const std::string ticket = at + ",\"ticket\":\"SCT1\",\"tseq\":1";
    EXPECT_EQ(with(ticket + ",\"do\":\"pause\""), "good");
    EXPECT_EQ(with(at + ",\"ticket\":\"a\\\"b\",\"tseq\":1"), "good");
    EXPECT_EQ(with(at + ",\"ticket\":\"SCT1\",\"tseq\":2"), "its tseq 2 does not follow");
    EXPECT_EQ(with("\"at\":\"2026-11-21T09:00:01.000Z\",\"kind\":\"stop\""),
              "its time lies before that of the record before");
    EXPECT_EQ(with(ticket + ", \"do\":\"pause\""), "white space stands outside strings");
    EXPECT_EQ(with(ticket + ",\"do\":null"), "null stands where a value is left out");
    EXPECT_EQ(with(ticket + ",\"do\":pause"), "the line is not JSON in UTF-8");
    EXPECT_EQ(with(ticket + ",\"do\":\"\xff\""), "the line is not JSON in UTF-8");
    EXPECT_NE(with("\"kind\":\"stop\",\"at\":\"2026-11-21T10:00:01.000Z\""), "good");
    EXPECT_NE(with("\"at\":\"2026-13-21T10:00:01.000Z\",\"kind\":\"stop\""), "good");
}

TEST(verify, the_oldest_kept_file_may_begin_anywhere) {
    memory_disk files;
    copy(a_journal(), files);
    const auto names = *files.list("journal");
    files.files.erase("journal/" + names[0]);
    const auto checked = verify_journal(files, {.deep = true});
    ASSERT_TRUE(checked) << to_text(checked.error());
    EXPECT_EQ(checked->first, *parse_segment_name(names[1]));
    const auto part = verify_journal(a_journal().files, {.until = 3});
    EXPECT_EQ(part->last.seq, 3U);
}

TEST(verify, a_file_that_a_daemon_removes_while_it_is_read_is_no_longer_kept) {
    memory_disk files;
    copy(a_journal(), files);
    const auto names = *files.list("journal");
    // More than is read at once.
    files.files.at("journal/" + names[0])->bytes.append(std::size_t{2} << 20, 'x');
    const auto read_on = [&](std::size_t removed) {
        chain_check check(files, {.deep = true});
        EXPECT_FALSE(*check.step(1)) << "within the first file";
        files.files.erase("journal/" + names[removed]);
        auto done = check.step(1);
        while (done && !*done)
            done = check.step(1);
        return done ? std::to_string(check.seen().first) : done.error().what;
    };
    EXPECT_EQ(read_on(0), std::to_string(*parse_segment_name(names[1])));
    copy(a_journal(), files);
    EXPECT_THAT(read_on(1), HasSubstr("refused")) << "only the oldest may go";
}

}  // namespace
}  // namespace rolloutd::daemon
