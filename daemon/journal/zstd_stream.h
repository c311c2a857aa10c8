#pragma once
// Text as a stream of zstd, piece by piece and in bounded memory: snapshots and closed files of the
// journal. Pure; what comes from a disk may be anything.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rolloutd::daemon {

// One frame with a checksum. What is ready gathers here until it is taken.
class text_compressor {
public:
    explicit text_compressor(int level = 1);
    ~text_compressor();
    text_compressor(text_compressor&&) noexcept;
    text_compressor& operator=(text_compressor&&) noexcept;

    void append(std::string_view text);
    void finish();  // nothing may be appended afterwards
    std::string take();
    std::size_t ready() const;  // bytes

private:
    struct tools;
    void push(std::string_view text, bool last);
    std::unique_ptr<tools> tools_;
};

// Of frames one after the other; those that tools skip are skipped.
class text_expander {
public:
    text_expander();
    ~text_expander();
    text_expander(text_expander&&) noexcept;
    text_expander& operator=(text_expander&&) noexcept;

    struct step {
        std::size_t read = 0;  // bytes of `packed` that were used
        std::string text;      // at most 256 KiB
    };
    // Nothing for what is not zstd, is damaged, or wants more than 8 MiB to be expanded.
    std::optional<step> feed(std::string_view packed);
    // At the end of a frame with all of it given, or before the first.
    bool complete() const;

private:
    struct tools;
    std::unique_ptr<tools> tools_;
};

}  // namespace rolloutd::daemon
