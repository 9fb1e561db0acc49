#include "input/document.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <optional>

#include "input/document_builder.hpp"
#include "input/encoding.hpp"
#include "input/neighbour.hpp"
#include "input/written.hpp"

namespace moshimo::input {
namespace {

constexpr std::string_view white = " \t\r\n";

// Why a text that cannot be read as it stands may be the output of a command with a document in it.
std::optional<std::string> command_output(std::string_view text) {
  if (text.starts_with("[command]")) {
    return "this line was printed by the wrapper of the setup-terraform action, before the JSON; set "
           "`terraform_wrapper: false` in the action, or delete everything before the first '{'";
  }
  if (text.starts_with("{\"@level\"")) {
    return "this is the log of a Terraform command with -json; save the plan and give the output of "
           "`terraform show -json FILE`";
  }
  constexpr std::size_t most_lines = 200;
  bool something_else = false;
  for (std::size_t begin = 0, lines = 1; begin < text.size() && lines <= most_lines; ++lines) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    if (something_else && (line.starts_with("{\"") || line == "{" || line == "{\r")) {
      return fmt::format("text stands before the JSON that begins at line {}; delete the lines before it", lines);
    }
    const std::size_t first = line.find_first_not_of(white);
    if (first != std::string_view::npos && !something_else) {
      if (line[first] == '[' || line[first] == '{') return std::nullopt;
      something_else = line[first] != '#' && line[0] != '%' && !line.starts_with("---");
    }
    begin = end + 1;
  }
  return std::nullopt;
}

bool is_utf16(std::string_view bytes) { return bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff"); }

bool has_name_of_yaml(std::string_view name) { return name.ends_with(".yaml") || name.ends_with(".yml"); }

struct Closer {
  void operator()(std::FILE* f) const {
    if (f != stdin) std::fclose(f);
  }
};

// The bytes of a file, or nothing after a message.
std::optional<std::string> read_bytes(const std::string& path, Diagnostics& diagnostics, const ReadLimits& limits) {
  const auto refuse = [&](const std::string& why) {
    diagnostics.error({}, fmt::format("cannot read {}: {}", in_quotes(path), why));
    return std::nullopt;
  };
  const bool standard_input = path == "-";
  if (path.empty()) return refuse("the name is empty");
  std::error_code ignored;
  if (!standard_input && std::filesystem::is_directory(path, ignored)) return refuse("it is a directory; name a file");
  if (is_to_be_written(standard_input ? "/dev/stdin" : path)) {
    return refuse("it would be overwritten by what is written; write to another file");
  }
  const std::unique_ptr<std::FILE, Closer> file(standard_input ? stdin : std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    if (errno == ENOENT || errno == ENOTDIR) return refuse("there is no such file" + neighbour_of(path));
    if (errno == EACCES) return refuse("permission denied");
    return refuse(std::strerror(errno));
  }
  constexpr std::size_t chunk = std::size_t{1} << 20;
  std::string bytes;
  if (!standard_input) {
    const auto size = std::filesystem::file_size(path, ignored);
    if (!ignored && size <= limits.most_bytes) bytes.reserve(size + chunk);
  }
  for (;;) {
    const std::size_t before = bytes.size();
    bytes.resize(before + chunk);
    const std::size_t got = std::fread(bytes.data() + before, 1, chunk, file.get());
    bytes.resize(before + got);
    if (std::ferror(file.get()) != 0) return refuse(std::strerror(errno));
    if (bytes.size() > limits.most_bytes) {
      return refuse(fmt::format("it is larger than {} bytes", limits.most_bytes));
    }
    const bool binary = before == 0 && !is_utf16(bytes) && bytes.find('\0') != std::string::npos;
    if (got == 0 || binary) return bytes;
  }
}

}  // namespace

Document Document::parse(std::string name, std::string text, Format format, Diagnostics& diagnostics,
                         const ReadLimits& limits) {
  const auto refuse = [&](std::uint32_t offset, std::string message) {
    Document document;
    document.file_ = std::make_shared<const SourceFile>(std::move(name), std::move(text));
    document.nodes_.emplace_back();
    document.is_whole_ = false;
    diagnostics.error({document.file_.get(), offset}, std::move(message));
    return document;
  };
  if (text.size() > limits.most_bytes) {
    text.clear();
    return refuse(0, fmt::format("the text is larger than {} bytes", limits.most_bytes));
  }
  if (const auto encoding = make_utf8(text)) {
    return refuse(static_cast<std::uint32_t>(encoding->offset), encoding->message);
  }
  return parse(std::make_shared<const SourceFile>(std::move(name), std::move(text)), format, diagnostics, limits);
}

Document Document::parse(std::shared_ptr<const SourceFile> file, Format format, Diagnostics& diagnostics,
                         const ReadLimits& limits) {
  Document document;
  document.unescaped_ = std::make_unique<std::deque<std::string>>();
  document.file_ = std::move(file);
  Diagnostics found;
  DocumentBuilder builder(document, found, limits);
  const std::string_view source = document.file().text();
  const bool empty = source.find_first_not_of(white) == std::string_view::npos;
  if (empty) {
    builder.stop(0, "the file is empty");
  } else if (format == Format::json) {
    parse_json(builder, limits);
  } else if (source.size() > limits.most_yaml_bytes) {
    builder.stop(0, fmt::format("the file is larger than {} MB, too large for YAML; write it as JSON, which is read "
                                "twenty times as fast",
                                limits.most_yaml_bytes / 1'000'000));
  } else {
    parse_yaml(builder, limits);
  }
  builder.finish();
  const bool unusable = !document.is_whole() || document.root().kind == NodeKind::scalar;
  if (const auto cause = unusable && !empty ? command_output(source) : std::nullopt) {
    document.is_whole_ = false;
    diagnostics.error({document.file_.get(), 0}, *cause);
    return document;
  }
  diagnostics.take(std::move(found));
  return document;
}

Format format_of(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(white);
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return Format::yaml;
  const std::size_t second = text.find_first_not_of(white, first + 1);
  if (second == std::string_view::npos) return Format::json;
  const std::string_view rest = text.substr(second);
  if (text[first] == '{') return rest[0] == '"' || rest[0] == '}' ? Format::json : Format::yaml;
  for (const std::string_view word : {"true", "false", "null"}) {
    if (!rest.starts_with(word)) continue;
    const std::size_t after = rest.find_first_not_of(white, word.size());
    if (after == std::string_view::npos || rest[after] == ',' || rest[after] == ']') return Format::json;
  }
  return std::string_view("\"{[]-0123456789").find(rest[0]) != std::string_view::npos ? Format::json : Format::yaml;
}

Document read_document(const std::string& path, Diagnostics& diagnostics, const ReadLimits& limits) {
  ReadLimits of_a_map = limits;
  of_a_map.map_at_top = true;
  auto bytes = read_bytes(path, diagnostics, limits);
  const std::string name = path == "-" ? "standard input" : path;
  if (!bytes) {
    Diagnostics reported_already;
    return Document::parse(name, "", Format::yaml, reported_already, of_a_map);
  }
  if (is_utf16(*bytes)) make_utf8(*bytes);  // a mistake in it is found again when it is parsed
  const Format format = format_of(*bytes);
  const bool may_be_yaml = format == Format::json && has_name_of_yaml(path) && !make_utf8(*bytes);
  if (!may_be_yaml) return Document::parse(name, std::move(*bytes), format, diagnostics, of_a_map);
  Diagnostics as_json;
  Document document = Document::parse(name, std::move(*bytes), Format::json, as_json, of_a_map);
  if (!document.is_whole()) return Document::parse(document.file_, Format::yaml, diagnostics, of_a_map);
  diagnostics.take(std::move(as_json));
  return document;
}

std::string read_file(const std::string& path, Diagnostics& diagnostics, const ReadLimits& limits) {
  auto bytes = read_bytes(path, diagnostics, limits);
  if (!bytes) return {};
  if (const auto problem = make_utf8(*bytes)) {
    const SourceFile file(path == "-" ? "standard input" : path, std::move(*bytes));
    diagnostics.error({}, to_string({{&file, static_cast<std::uint32_t>(problem->offset)}, problem->message}));
    return {};
  }
  return std::move(*bytes);
}

}  // namespace moshimo::input
