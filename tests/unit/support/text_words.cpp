#include "tests/unit/support/text_words.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <stdexcept>

namespace moshimo {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool starts_with_digit(std::string_view word) {
  return !word.empty() && std::isdigit(static_cast<unsigned char>(word.front()));
}

double number_from(std::string_view word) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) {
    throw std::runtime_error(fmt::format("'{}' is not a number", word));
  }
  return value;
}

namespace {

double seconds_of(std::string_view unit) {
  if (unit == "us") return 1e-6;
  if (unit == "ms") return 1e-3;
  if (unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  if (unit == "d") return 86400;
  throw std::runtime_error(fmt::format("'{}' is not a unit of time", unit));
}

}  // namespace

Duration duration_from(std::string_view word) {
  if (word == "forever") return Duration::forever();
  if (!starts_with_digit(word)) throw std::runtime_error(fmt::format("'{}' is not a duration", word));
  Duration sum;
  while (!word.empty()) {
    const auto digits = std::min(word.find_first_not_of("0123456789."), word.size());
    const auto unit = std::min(word.find_first_of("0123456789.", digits), word.size());
    sum += Duration::seconds(number_from(word.substr(0, digits)) * seconds_of(word.substr(digits, unit - digits)));
    word.remove_prefix(unit);
  }
  return sum;
}

Delay delay_from(std::string_view word) {
  const auto dots = word.find("..");
  if (dots == std::string_view::npos) return Delay::exactly(duration_from(word));
  return {duration_from(word.substr(0, dots)), duration_from(word.substr(dots + 2))};
}

Rate rate_from(std::string_view word) {
  if (word == "unlimited") return Rate::unlimited();
  const auto slash = word.find('/');
  if (slash == std::string_view::npos) throw std::runtime_error(fmt::format("'{}' is not a rate such as 5/s", word));
  return Rate::per_second(number_from(word.substr(0, slash)) / seconds_of(word.substr(slash + 1)));
}

ErrorClass class_from(std::string_view word) {
  const auto found = std::find(class_names.begin(), class_names.end(), word);
  if (found == class_names.end()) throw std::runtime_error(fmt::format("'{}' is not an error class", word));
  return static_cast<ErrorClass>(found - class_names.begin());
}

ClassSet classes_from(std::string_view word) {
  ClassSet set;
  for (const std::string& part : split(word, ',')) set.add(class_from(part));
  return set;
}

std::vector<Words> rows_from(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  for (std::string line : split(text, '\n')) {
    line = line.substr(0, line.find('#'));
    const bool continues = !line.empty() && std::isspace(static_cast<unsigned char>(line.front()));
    std::vector<std::string> words;
    for (const std::string& part : split(line, ' ')) {
      if (!part.empty()) words.push_back(part);
    }
    if (words.empty()) continue;
    if (continues && !rows.empty()) {
      rows.back().insert(rows.back().end(), words.begin(), words.end());
    } else {
      rows.push_back(std::move(words));
    }
  }
  return {rows.begin(), rows.end()};
}

Schedule schedule_from(Words& words) {
  Schedule schedule;
  do {
    Phase phase;
    std::string word(words.take());
    if (words.take_if("x")) {
      phase.attempts = static_cast<std::int64_t>(number_from(word));
      word = words.take();
    }
    if (word == "linear" || word == "exponential") {
      phase.shape = word == "linear" ? Shape::linear : Shape::exponential;
      word = words.take();
    }
    const Delay bounds = delay_from(word);
    phase.gap = bounds.least;
    phase.last = bounds.most;
    schedule.push_back(phase);
  } while (words.take_if("then"));
  return schedule;
}

Profile profile_from(Words& words) {
  Profile profile;
  profile.steps.push_back({Duration{}, rate_from(words.take())});
  while (starts_with_digit(words.peek())) {
    const std::vector<std::string> parts = split(words.take(), ':');
    if (parts.size() != 2) throw std::runtime_error("a step of a profile reads like 2h:5/s");
    profile.steps.push_back({duration_from(parts[0]), rate_from(parts[1])});
  }
  if (words.take_if("every")) profile.period = duration_from(words.take());
  return profile;
}

}  // namespace moshimo
