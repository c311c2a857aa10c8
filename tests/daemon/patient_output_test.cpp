// Nobody waits for a reader that stands still, and nothing that fits is lost.

#include "daemon/patient_output.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace rolloutd::daemon {
namespace {

struct patient : ::testing::Test {
    std::array<int, 2> ends{};
    void SetUp() override {
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    }
    void TearDown() override {
        for (const int each : ends)
            ::close(each);
    }
    // All that has arrived.
    std::string read() const {
        std::string all;
        std::array<char, 65536> piece{};
        for (;;) {
            const ssize_t got = ::recv(ends[1], piece.data(), piece.size(), MSG_DONTWAIT);
            if (got <= 0) return all;
            all.append(piece.data(), static_cast<std::size_t>(got));
        }
    }
};

std::string line_of(int n) { return std::to_string(n) + std::string(500, 'x') + "\n"; }

TEST_F(patient, a_line_is_written_at_once) {
    patient_output out(ends[0]);
    out.write("first\n");
    EXPECT_EQ(read(), "first\n");
}

TEST_F(patient, a_reader_that_stands_still_gets_all_of_it_later_in_order) {
    constexpr int all = 1500;
    std::string wanted;
    std::string got;
    {
        patient_output out(ends[0]);
        for (int n = 0; n < all; ++n) {
            out.write(line_of(n));
            wanted += line_of(n);
        }
        EXPECT_LT((got = read()).size(), wanted.size());
        for (int n = 0; n < 20; ++n) {
            out.write("again\n");
            wanted += "again\n";
            got += read();
        }
    }
    got += read();
    EXPECT_TRUE(got == wanted) << got.size() << " bytes of " << wanted.size();
}

TEST_F(patient, what_there_is_no_room_for_is_counted_in_its_place) {
    patient_output out(ends[0], 4096);
    for (int n = 0; n < 5000; ++n)
        out.write(line_of(n));
    std::string got = read();
    out.write("one\n");
    got += read();
    out.write("two\n");
    got += read();
    EXPECT_NE(got.find("\n<4>level=warning event=lines_lost count="), std::string::npos);
    EXPECT_TRUE(got.ends_with("two\n"));
}

TEST_F(patient, a_reader_that_has_gone_holds_nothing_up) {
    patient_output out(ends[0]);
    ::shutdown(ends[0], SHUT_WR);
    std::signal(SIGPIPE, SIG_IGN);
    out.write("to nobody\n");
    EXPECT_EQ(read(), "");
}

}  // namespace
}  // namespace rolloutd::daemon
