// The machine's own files and the helper thread: what the memory disk cannot show.

#include "daemon/journal/disk.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <boost/asio/thread_pool.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "daemon/journal/verify.h"
#include "tests/daemon/journal/world.h"

namespace rolloutd::daemon {
namespace {

using namespace rolloutd::daemon::testing;

class disk_test : public ::testing::Test {
protected:
    disk_test() {
        std::string pattern = ::testing::TempDir() + "/rolloutd-journal-XXXXXX";
        root_ = ::mkdtemp(pattern.data());
        files_ = make_disk(root_);
    }
    ~disk_test() override { std::filesystem::remove_all(root_); }

    std::string root_;
    std::unique_ptr<disk> files_;
};

TEST_F(disk_test, files_are_for_owner_and_group_whatever_the_umask) {
    const mode_t before = ::umask(0077);
    const auto file = files_->create("a");
    ::umask(before);
    ASSERT_TRUE(file);
    struct stat found{};
    ASSERT_EQ(::stat((root_ + "/a").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0640U);
    EXPECT_FALSE(files_->create("a"));
}

TEST_F(disk_test, appends_cuts_reads_and_lists) {
    ASSERT_TRUE(files_->make_folder("x"));
    ASSERT_TRUE(files_->make_folder("x"));
    {
        const auto file = files_->create("x/b");
        ASSERT_TRUE((*file)->append("hello world"));
        ASSERT_TRUE((*file)->truncate(5));
        ASSERT_TRUE((*file)->append("!"));
        ASSERT_TRUE((*file)->sync());
    }
    EXPECT_EQ(*files_->read("x/b", 1, 100), "ello!");
    ASSERT_TRUE(write_whole(*files_, "x/a", "one"));
    ASSERT_TRUE(write_whole(*files_, "x/a", "two"));
    EXPECT_EQ(*read_whole(*files_, "x/a", 10), "two");
    EXPECT_FALSE(read_whole(*files_, "x/a", 2));
    EXPECT_THAT(*files_->list("x"), ::testing::ElementsAre("a", "b"));
    EXPECT_TRUE(files_->list("none")->empty());
    EXPECT_FALSE(files_->read("none", 0, 1));
    EXPECT_TRUE(files_->remove("none"));
}

TEST_F(disk_test, a_lock_is_held_once) {
    auto first = files_->lock("lock");
    ASSERT_TRUE(first);
    const auto second = files_->lock("lock");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().why, journal_failure::kind::locked);
    first->reset();
    EXPECT_TRUE(files_->lock("lock"));
}

TEST_F(disk_test, a_journal_on_the_helper_thread_is_whole) {
    boost::asio::io_context io{1};
    boost::asio::thread_pool worker(1);
    const auto now = [] { return time_of("2026-11-21T10:15:30.123Z"); };
    const auto entropy = [](std::size_t count) { return std::string(count, 'r'); };
    journal_options options;
    options.rotate = 20'000;
    auto opened = journal::open(
        {*files_, io.get_executor(), worker.get_executor(), now, entropy, {}, nullptr, nullptr},
        options);
    ASSERT_TRUE(opened) << to_text(opened.error());
    journal& log = *opened->log;
    log.start({});
    int done = 0;
    const auto one = [&](int n) -> boost::asio::awaitable<void> {
        for (int round = 0; round < 20; ++round) {
            const auto where = log.append("SCT" + std::to_string(n), a_decision());
            const journal_result<void> what = co_await log.durable(where.seq);
            done += what.has_value() ? 1 : 0;
        }
    };
    for (int n = 0; n < 30; ++n)
        boost::asio::co_spawn(io, one(n),
                              [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
    io.run();
    EXPECT_EQ(done, 600);
    EXPECT_LT(log.commits(), 300U) << "one fsync serves all that wait";
    opened->log.reset();
    worker.join();
    const auto checked = verify_journal(*files_, {.deep = true});
    ASSERT_TRUE(checked) << to_text(checked.error());
    EXPECT_GT(checked->files, 3U);
}

}  // namespace
}  // namespace rolloutd::daemon
