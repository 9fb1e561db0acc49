#include "report/timeline.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "report/layout.hpp"
#include "report/numbers.hpp"

namespace moshimo::report {
namespace {

struct Look {
  std::string_view unicode;
  std::string_view ascii;
  std::string_view meaning;
};

const Look& look_of(Shade shade) {
  static constexpr std::array<Look, 5> looks = {{{" ", " ", "works"},
                                                 {"░", ".", "works for now, or gets less"},
                                                 {"▒", "-", "fails, data is kept for now"},
                                                 {"▓", "=", "down"},
                                                 {"█", "#", "data is being lost"}}};
  return looks[static_cast<std::size_t>(shade)];
}

std::string painted(Shade shade, const std::string& text) {
  switch (shade) {
    case Shade::lost: return bad(text);
    case Shade::down: return warn(text);
    case Shade::fine:
    case Shade::lesser:
    case Shade::kept: return text;
  }
  return text;
}

// The moment at the left edge of a column.
Duration moment(const std::vector<Duration>& ticks, std::size_t column, std::size_t per_interval) {
  const std::size_t i = std::min(column / per_interval, ticks.size() - 2);
  const std::size_t offset = column - i * per_interval;
  const std::int64_t span = (ticks[i + 1] - ticks[i]).us();
  return ticks[i] +
         Duration::microseconds(span / static_cast<std::int64_t>(per_interval) * static_cast<std::int64_t>(offset));
}

}  // namespace

std::vector<Duration> timeline_ticks(Duration end, std::size_t most) {
  static constexpr std::array<double, 19> minutes_by_rank = {
      60, 1440, 10080, 10, 360, 4320, 20160, 1, 43200, 180, 30, 129600, 720, 5, 259200, 20, 45, 120, 15};
  std::vector<Duration> ticks = {Duration{}, end};
  for (const double minutes : minutes_by_rank) {
    if (ticks.size() > most) break;
    const Duration d = Duration::minutes(minutes);
    if (d.us() < end.us() / 5 * 4) ticks.push_back(d);
  }
  std::sort(ticks.begin(), ticks.end());
  return ticks;
}

Duration timeline_end(Duration at_least) {
  static constexpr std::array<double, 22> minutes = {1,   2,   5,   10,   15,   30,   60,   90,    120,   180,   240,
                                                     360, 480, 720, 1440, 2880, 4320, 7200, 10080, 14400, 20160, 43200};
  for (const double m : minutes) {
    if (Duration::minutes(m) >= at_least) return Duration::minutes(m);
  }
  return at_least;
}

std::vector<std::string> draw_timeline(const std::vector<TimelineRow>& rows, Duration end, std::size_t width,
                                       bool ascii) {
  std::size_t label_width = 8;
  for (const TimelineRow& row : rows) label_width = std::max(label_width, display_width(row.label));
  label_width = std::min(label_width, width / 3);
  const std::size_t room = width > label_width + 20 ? width - label_width - 4 : 16;
  constexpr std::size_t least_interval = 7;
  const std::vector<Duration> ticks = timeline_ticks(end, std::max<std::size_t>(room / least_interval, 1));
  const std::size_t intervals = ticks.size() - 1;
  const std::size_t per_interval = std::max<std::size_t>((room - 1) / intervals, 1);
  const std::size_t columns = per_interval * intervals;
  const std::string edge = dim(ascii ? "|" : "│");
  const std::string indent = " ";

  std::vector<std::string> lines;
  for (const TimelineRow& row : rows) {
    std::string bar;
    Shade running = Shade::fine;
    std::string run;
    const auto flush = [&] {
      if (!run.empty()) bar += painted(running, run);
      run.clear();
    };
    for (std::size_t c = 0; c < columns; ++c) {
      const Duration from = moment(ticks, c, per_interval);
      const Duration to = c + 1 == columns ? Duration::forever() : moment(ticks, c + 1, per_interval);
      Shade shade = Shade::fine;
      for (const TimelineBar& b : row.bars) {
        const bool touches = b.from < to && (b.to > from || (b.from == b.to && b.from >= from));
        if (touches) shade = std::max(shade, b.shade);
      }
      if (shade != running) flush();
      running = shade;
      run += ascii ? look_of(shade).ascii : look_of(shade).unicode;
    }
    flush();
    lines.push_back(indent + padded(cut_to(row.label, label_width), label_width) + " " + edge + bar + edge);
  }
  std::string axis = ascii ? "+" : "└";
  for (std::size_t c = 1; c <= columns; ++c) {
    const bool at_tick = c % per_interval == 0;
    axis += c == columns ? (ascii ? "-+" : "─┘") : at_tick ? (ascii ? "+" : "┴") : (ascii ? "-" : "─");
  }
  lines.push_back(indent + std::string(label_width + 1, ' ') + dim(axis));
  std::string labels(label_width + 3 + columns + 12, ' ');
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    std::string text = i == 0 ? "0" : for_terminal(duration_text(ticks[i]), false);
    std::size_t at = label_width + 2 + i * per_interval;
    const std::size_t end_text = for_terminal(duration_text(ticks.back()), false).size();
    const std::size_t end_at = label_width + 4 + columns - end_text;
    if (i + 1 == ticks.size()) {
      at = end_at;
    } else if (at + text.size() + 1 > end_at) {
      continue;
    }
    labels.replace(at, text.size(), text);
  }
  while (!labels.empty() && labels.back() == ' ') labels.pop_back();
  lines.push_back(dim(labels));
  return lines;
}

std::string timeline_legend(const std::vector<TimelineRow>& rows, bool ascii) {
  std::array<bool, 5> used{};
  for (const TimelineRow& row : rows) {
    for (const TimelineBar& b : row.bars) used[static_cast<std::size_t>(b.shade)] = true;
  }
  std::string text;
  for (const Shade shade : {Shade::lost, Shade::down, Shade::kept, Shade::lesser}) {
    if (!used[static_cast<std::size_t>(shade)]) continue;
    const Look& look = look_of(shade);
    if (!text.empty()) text += std::string(2, hard_space) + " ";
    text += painted(shade, std::string(ascii ? look.ascii : look.unicode)) + std::string(1, hard_space);
    for (const char c : look.meaning) text += c == ' ' ? hard_space : c;
  }
  return text;
}

}  // namespace moshimo::report
