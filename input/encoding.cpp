#include "input/encoding.hpp"

#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <string_view>

namespace moshimo::input {
namespace {

using namespace std::string_view_literals;

void append_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&](std::uint32_t b) { out += static_cast<char>(static_cast<unsigned char>(b)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6));
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3F));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

std::optional<EncodingProblem> transcode_utf16(std::string& text, bool little_endian) {
  const auto unit = [&](std::size_t i) {
    const auto a = static_cast<unsigned char>(text[i]);
    const auto b = static_cast<unsigned char>(text[i + 1]);
    return static_cast<std::uint32_t>(little_endian ? a | (b << 8) : b | (a << 8));
  };
  std::string out;
  out.reserve(text.size() / 2 + text.size() / 8);
  const auto broken = [&] {
    text = std::move(out);
    return EncodingProblem{text.size(), "the file is not valid UTF-16; save it as UTF-8"};
  };
  for (std::size_t i = 2; i < text.size(); i += 2) {
    if (i + 1 == text.size()) return broken();
    std::uint32_t c = unit(i);
    if (c >= 0xDC00 && c < 0xE000) return broken();
    if (c >= 0xD800 && c < 0xDC00) {
      if (i + 3 >= text.size()) return broken();
      const std::uint32_t low = unit(i + 2);
      if (low < 0xDC00 || low >= 0xE000) return broken();
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    }
    append_utf8(out, c);
  }
  text = std::move(out);
  return std::nullopt;
}

// The first byte that belongs to no well-formed character, or the size.
std::size_t valid_utf8_prefix(std::string_view text) {
  const auto* s = reinterpret_cast<const unsigned char*>(text.data());
  const std::size_t n = text.size();
  const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < n && s[i] >= low && s[i] <= high;
  };
  std::size_t i = 0;
  while (i < n) {
    while (i + 8 <= n) {
      std::uint64_t word = 0;
      std::memcpy(&word, s + i, 8);
      if ((word & 0x8080808080808080U) != 0) break;
      i += 8;
    }
    if (i >= n) break;
    const unsigned c = s[i];
    if (c < 0x80) {
      i += 1;
    } else if (c >= 0xC2 && c <= 0xDF && tail(i + 1)) {
      i += 2;
    } else if (c >= 0xE0 && c <= 0xEF && tail(i + 1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF) && tail(i + 2)) {
      i += 3;
    } else if (c >= 0xF0 && c <= 0xF4 && tail(i + 1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF) && tail(i + 2) &&
               tail(i + 3)) {
      i += 4;
    } else {
      return i;
    }
  }
  return n;
}

}  // namespace

std::optional<EncodingProblem> make_utf8(std::string& text) {
  if (text.starts_with("PK\x03\x04"sv)) {
    return EncodingProblem{
        0, "looks like a binary file; if it is a Terraform plan run `terraform show -json FILE` and give its output"};
  }
  if (text.starts_with("\x1f\x8b"sv)) return EncodingProblem{0, "is compressed with gzip; unpack it first"};
  if (text.starts_with("\xff\xfe"sv) || text.starts_with("\xfe\xff"sv)) {
    if (auto problem = transcode_utf16(text, text[0] == '\xff')) return problem;
  }
  std::size_t marks = 0;
  while (std::string_view(text).substr(marks).starts_with("\xef\xbb\xbf"sv)) marks += 3;
  text.erase(0, marks);
  if (const auto nul = text.find('\0'); nul != std::string::npos) {
    return EncodingProblem{nul, "looks like a binary file (it has zero bytes); give a YAML or JSON text"};
  }
  if (const auto valid = valid_utf8_prefix(text); valid < text.size()) {
    return EncodingProblem{valid, fmt::format("the byte 0x{:02x} here is not UTF-8; save the file as UTF-8",
                                              static_cast<unsigned char>(text[valid]))};
  }
  return std::nullopt;
}

}  // namespace moshimo::input
