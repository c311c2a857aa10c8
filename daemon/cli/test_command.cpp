#include "daemon/cli/test_command.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "daemon/cli/exit_codes.h"
#include "daemon/cli/test_report.h"
#include "daemon/files.h"
#include "daemon/zones.h"
#include "policies/trial/trial_loader.h"

namespace rolloutd::daemon::cli {

namespace trial = policies::trial;

namespace {

policies::issue unreadable(const std::string& path, const std::string& problem) {
    policies::issue what;
    what.code = "unreadable";
    what.message = "the file cannot be read: " + problem;
    what.file = path;
    return what;
}

std::string rendered(const std::vector<policies::issue>& issues,
                     const std::vector<policies::source_file>& sources) {
    std::string text;
    for (const policies::issue& each : issues) {
        std::string_view source;
        for (const policies::source_file& file : sources) {
            if (file.name == each.file) source = file.text;
        }
        text += policies::render(each, source);
    }
    return text;
}

// Policies are named as the test file names them, seen from where the command is run.
trial::policy_reader reader_beside(const std::string& test) {
    const std::filesystem::path folder = std::filesystem::path(test).parent_path();
    return [folder](const std::string& path) {
        const std::string where = (folder / path).lexically_normal().string();
        file_text got = read_file(where);
        trial::policy_text made;
        made.problem = std::move(got.problem);
        if (got.text) made.file = policies::source_file{where, std::move(*got.text)};
        return made;
    };
}

void run_file(const std::string& path,
              const std::shared_ptr<const policies::cel::zone_source>& zones,
              trial::coverage& covered, test_results& into) {
    trial::file_results made;
    made.name = path;
    file_text got = read_file(path);
    if (!got.text) {
        into.issues.push_back(unreadable(path, got.problem));
        made.problems = policies::render(into.issues.back(), {});
        into.files.push_back(std::move(made));
        return;
    }
    trial::load_result loaded =
        trial::load_trials({path, std::move(*got.text)}, reader_beside(path), zones);
    if (policies::has_errors(loaded.issues)) {
        made.problems = rendered(loaded.issues, loaded.sources);
    } else {
        const trial::onlooker look = covered.watch(loaded.file);
        for (const trial::trial_test& each : loaded.file.tests) {
            const trial::trial_run run = trial::run_trial(loaded.file, each, look);
            covered.note(loaded.file, run);
            made.tests.push_back(trial::judge_trial(each, run));
        }
    }
    into.issues.insert(into.issues.end(), loaded.issues.begin(), loaded.issues.end());
    into.files.push_back(std::move(made));
}

// "" or why the file could not be written.
std::string write_file(const std::string& path, const std::string& text) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "we"),
                                                               &std::fclose);
    if (!file) return std::strerror(errno);
    if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
        std::fflush(file.get()) != 0) {
        return std::strerror(errno);
    }
    return {};
}

}  // namespace

int run_test(const common_options& how, const test_options& what) {
    const auto zones = system_zones();
    test_results results;
    trial::coverage covered;
    for (const std::string& path : what.files)
        run_file(path, zones, covered, results);
    results.coverage = covered.report();

    const palette colours(wants_colour(STDOUT_FILENO, how.no_color));
    const std::string text = how.json() ? tests_to_json(results, what.coverage)
                                        : render_tests(results, what.coverage, colours);
    std::fputs(text.c_str(), stdout);
    if (!what.junit.empty()) {
        const std::string problem = write_file(what.junit, trial::to_junit(results.files));
        if (!problem.empty()) {
            std::fprintf(stderr, "rolloutctl: %s cannot be written: %s\n", what.junit.c_str(),
                         problem.c_str());
            return exit_with::error;
        }
    }
    return results.failed() == 0 ? 0 : 1;
}

}  // namespace rolloutd::daemon::cli
