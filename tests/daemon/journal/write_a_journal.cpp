// Writes a journal of several files below the folder given, for the verifier that was written from
// the design alone.

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <iostream>

#include "tests/daemon/journal/world.h"

int main(int count, char** arguments) {
    using namespace rolloutd::daemon;
    using namespace rolloutd::daemon::testing;
    if (count != 2 || arguments[1][0] == '-') {
        std::cerr << "usage: rolloutd_write_a_journal FOLDER (which is removed first)\n";
        return 64;
    }
    std::filesystem::remove_all(arguments[1]);
    std::filesystem::create_directories(arguments[1]);
    const auto files = make_disk(arguments[1]);
    boost::asio::io_context io{1};
    const auto now = [] { return time_of("2026-11-21T10:15:30.123Z"); };
    const auto entropy = [](std::size_t bytes) { return std::string(bytes, 'r'); };
    journal_options options;
    options.rotate = 8'000;
    options.keeping.compress = true;
    auto opened = journal::open(
        {*files, io.get_executor(), io.get_executor(), now, entropy, {}, nullptr, nullptr},
        options);
    if (!opened) {
        std::cerr << to_text(opened.error()) << '\n';
        return 1;
    }
    opened->log->start({});
    for (int n = 0; n < 20; ++n) {
        opened->log->append("SCT1", an_observation(n % 10, 1));
        opened->log->append("SCT\xc3\xbc", a_decision());
        opened->log->tick();
        io.restart();
        io.run();
    }
    return opened->log->writable() ? 0 : 1;
}
