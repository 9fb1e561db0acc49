#include "models/import/aws_identity.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

std::optional<Arn> parse_arn(std::string_view text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  return Arn{parts[2], parts[3], parts[4], text};
}

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : std::string_view("0123456789abcdef").find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

std::string name_by_template(const TypeDef& type, std::string_view arn) {
  if (type.arn.empty()) return {};
  std::string_view rest = arn;
  std::string name;
  const auto& parts = type.arn.parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].kind == TextPart::Kind::literal) {
      // Other partitions name themselves in the second field.
      std::string_view literal = parts[i].text;
      if (i == 0 && literal.starts_with("arn:aws:")) {
        literal.remove_prefix(8);
        if (!rest.starts_with("arn:")) return {};
        const std::size_t colon = rest.find(':', 4);
        if (colon == std::string_view::npos) return {};
        rest.remove_prefix(colon + 1);
      }
      if (!rest.starts_with(literal)) return {};
      rest.remove_prefix(literal.size());
      continue;
    }
    // Neighbouring places ({path}{name}) share a stretch of text that ends where the next literal begins.
    std::size_t last = i;
    while (last + 1 < parts.size() && parts[last + 1].kind != TextPart::Kind::literal) ++last;
    std::size_t end = rest.size();
    if (last + 1 < parts.size()) {
      end = rest.find(parts[last + 1].text);
      if (end == std::string_view::npos) return {};
    }
    std::string_view stretch = rest.substr(0, end);
    for (std::size_t k = i; k <= last; ++k) {
      if (parts[k].path.text != "name") continue;
      if (k > i) stretch = stretch.substr(stretch.rfind('/') == std::string_view::npos ? 0 : stretch.rfind('/') + 1);
      name = stretch;
    }
    rest.remove_prefix(end);
    i = last;
  }
  if (!rest.empty() || name.find("/consumer/") != std::string::npos) return {};  // of a stream is not the stream
  return name;
}

std::vector<std::string> forms_of(std::string_view text) {
  std::vector<std::string> forms{std::string(text)};
  const auto also = [&](std::string_view form) {
    if (!form.empty() && std::find(forms.begin(), forms.end(), form) == forms.end()) forms.emplace_back(form);
  };
  if (is_placeholder(text)) {
    also(without_attribute(text));
    return forms;
  }
  const std::size_t functions = text.find("/functions/");
  if (functions != std::string_view::npos && text.ends_with("/invocations")) {
    std::string_view inner = text.substr(functions + 11);
    inner = inner.substr(0, inner.rfind("/invocations"));
    for (const std::string& form : forms_of(inner)) also(form);
    return forms;
  }
  for (const std::string_view ending : {":*", "/*", ":$LATEST", "::"}) {
    if (text.ends_with(ending)) also(text.substr(0, text.size() - ending.size()));
  }
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && colon + 1 < text.size() &&
      text.substr(colon + 1).find_first_not_of("0123456789") == std::string_view::npos) {
    also(text.substr(0, colon));
  }
  if (const auto arn = parse_arn(text)) {
    if (arn->service == "s3") {
      const std::size_t slash = text.find('/');
      if (slash != std::string_view::npos) also(text.substr(0, slash));
    }
    if (arn->service == "lambda" && arn->resource.starts_with("function:")) {
      const std::size_t qualifier = arn->resource.find(':', 9);
      if (qualifier != std::string_view::npos) also(text.substr(0, text.size() - (arn->resource.size() - qualifier)));
    }
    if (arn->service == "secretsmanager") {
      // arn:...:secret:NAME-abcdef:json-key:stage:version
      const std::size_t key = arn->resource.find(':', 7);
      if (key != std::string_view::npos) also(text.substr(0, text.size() - (arn->resource.size() - key)));
    }
    if (arn->service == "logs") {
      const std::size_t stream = text.find(":log-stream:");
      if (stream != std::string_view::npos) also(text.substr(0, stream));
      if (!text.ends_with(":*")) also(fmt::format("{}:*", text));
    }
    if (arn->service == "dynamodb" && text.find("/stream/") != std::string_view::npos) {
      also(text.substr(0, text.find("/stream/")));
    }
  } else if (text.find(".dkr.ecr.") != std::string_view::npos) {
    const std::size_t tag = text.find_first_of(":@");
    if (tag != std::string_view::npos) also(text.substr(0, tag));
    const std::string_view name = text.substr(text.find('/') + 1);  // of a repository that has no URL yet
    also(name.substr(0, name.find_first_of(":@")));
  } else if (text.find("://") == std::string_view::npos && text.find(':') != std::string_view::npos) {
    also(text.substr(0, text.find(':')));  // family:revision
  }
  return forms;
}

bool can_mean(std::string_view text, std::string_view type) {
  if (type == "kms:alias") return text.starts_with("alias/");
  if (type == "kms:key") return !text.starts_with("alias/");
  if (type == "secretsmanager:secret") return false;  // containers name secrets by ARN, parameters by name too
  if (type == "ecr:repository")
    return text.find(".dkr.ecr.") != std::string_view::npos;  // else an image from elsewhere
  return true;
}

bool is_identity_of_anything(std::string_view text) {
  return text.starts_with("arn:") || text.starts_with("https://") || is_placeholder(text);
}

std::optional<QueueUrl> parse_queue_url(std::string_view text) {
  constexpr std::string_view begin = "https://sqs.";
  if (!text.starts_with(begin)) return std::nullopt;
  text.remove_prefix(begin.size());
  const std::size_t host = text.find('/');
  const std::size_t account = host == std::string_view::npos ? host : text.find('/', host + 1);
  if (account == std::string_view::npos || account + 1 == text.size()) return std::nullopt;
  const QueueUrl url{text.substr(0, text.find('.')), text.substr(host + 1, account - host - 1),
                     text.substr(account + 1)};
  if (!is_account(url.account) || url.name.find('/') != std::string_view::npos) return std::nullopt;
  return url;
}

}  // namespace moshimo::models::importing
