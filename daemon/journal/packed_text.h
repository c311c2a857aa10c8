#pragma once
// Text that has to be kept but is seldom looked at, compressed in memory (zstd). Short texts stay
// as they are. Used by event_text for the last reading of each ticket: hosts are much alike, so
// that a reading with a hundred of them takes a twentieth.

#include <memory>
#include <string>
#include <string_view>

namespace rolloutd::daemon {

// The tools, made once and used for many texts.
class text_packer {
public:
    text_packer();
    ~text_packer();
    text_packer(text_packer&&) noexcept;
    text_packer& operator=(text_packer&&) noexcept;

    std::string pack(std::string_view text);
    // Of what pack() gave; anything else is a broken invariant.
    std::string unpack(const std::string& packed);

private:
    struct tools;
    std::unique_ptr<tools> tools_;
};

}  // namespace rolloutd::daemon
