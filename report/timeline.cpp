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
Duration moment(const TimelineAxis& axis, std::size_t column) {
  const std::size_t i = std::min(column / axis.per_interval, axis.ticks.size() - 2);
  const std::size_t offset = column - i * axis.per_interval;
  const std::int64_t span = (axis.ticks[i + 1] - axis.ticks[i]).us();
  return axis.ticks[i] + Duration::microseconds(span / static_cast<std::int64_t>(axis.per_interval) *
                                                static_cast<std::int64_t>(offset));
}

// Short: 70 min rather than 1 h 10 min.
std::string label_of(Duration d) {
  if (d.us() == 0) return "0";
  const std::int64_t minute = Duration::minutes(1).us();
  if (d < Duration::hours(3) && d.us() % minute == 0 && d.us() % (60 * minute) != 0) {
    return fmt::format("{} min", d.us() / minute);
  }
  return for_terminal(duration_text(d), false);
}

// Said with two units without a rest.
bool is_said_exactly(Duration d) {
  const Duration unit = d < Duration::hours(1)  ? Duration::seconds(1)
                        : d < Duration::days(1) ? Duration::minutes(1)
                                                : Duration::hours(1);
  return d.us() % unit.us() == 0;
}

// Steps of one size from `noticed` on, or, where the way back takes long, growing ones.
std::vector<Duration> ticks_after(Duration noticed, Duration end, std::size_t most) {
  static constexpr std::array<double, 10> minutes = {1, 2, 5, 10, 15, 20, 30, 60, 120, 180};
  const Duration rest = end - noticed;
  std::vector<Duration> ticks;
  if (rest <= Duration::hours(6)) {
    for (const double m : minutes) {
      const Duration step = Duration::minutes(m);
      const std::int64_t count = (rest.us() + step.us() - 1) / step.us();
      if (count > static_cast<std::int64_t>(most)) continue;
      for (std::int64_t i = 1; i <= std::max<std::int64_t>(count, 1); ++i) {
        ticks.push_back(noticed + Duration::microseconds(step.us() * i));
      }
      return ticks;
    }
  }
  const std::vector<Duration> growing = timeline_ticks(rest, most);
  for (std::size_t i = 1; i < growing.size(); ++i) ticks.push_back(noticed + growing[i]);
  return ticks;
}

TimelineAxis axis_of(const TimelineSpan& span, std::size_t intervals) {
  TimelineAxis axis;
  if (!span.noticed || *span.noticed >= span.end || intervals < 2) {
    axis.ticks = timeline_ticks(span.end, intervals);
    for (const Duration d : axis.ticks) axis.labels.push_back(label_of(d));
    return axis;
  }
  const Duration noticed = *span.noticed;
  const std::size_t before = noticed.us() == 0 ? 0 : noticed > Duration::hours(2) && intervals > 5 ? 2 : 1;
  axis.ticks = before == 0 ? std::vector<Duration>{Duration{}} : timeline_ticks(noticed, before);
  const std::size_t begin = axis.ticks.size();
  for (const Duration d : ticks_after(noticed, span.end, intervals - before)) axis.ticks.push_back(d);
  const bool exact =
      noticed < Duration::hours(2) &&
      std::all_of(axis.ticks.begin() + static_cast<std::ptrdiff_t>(begin), axis.ticks.end(), is_said_exactly);
  for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
    axis.labels.push_back(i < begin || exact ? label_of(axis.ticks[i]) : "+" + label_of(axis.ticks[i] - noticed));
  }
  // The unit is said once, at the end.
  const auto has_unit = [](const std::string& label) { return label.ends_with(" min"); };
  if (!exact && std::all_of(axis.labels.begin() + static_cast<std::ptrdiff_t>(begin), axis.labels.end(), has_unit)) {
    for (std::size_t i = begin; i + 1 < axis.labels.size(); ++i) axis.labels[i].resize(axis.labels[i].size() - 4);
  }
  return axis;
}

// Every label fits before the next one, with two spaces between them; the last ends just beyond the drawing.
bool has_room(const TimelineAxis& axis) {
  for (std::size_t i = 0; i + 1 < axis.labels.size(); ++i) {
    const bool before_last = i + 2 == axis.labels.size();
    const std::size_t taken = axis.labels[i].size() + 2 + (before_last ? axis.labels[i + 1].size() : 0);
    if (taken > axis.per_interval + (before_last ? 3 : 0)) return false;
  }
  return true;
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

TimelineAxis timeline_axis(const TimelineSpan& span, std::size_t columns) {
  TimelineAxis axis;
  for (std::size_t intervals = std::max<std::size_t>(columns / 8, 1); intervals > 0; --intervals) {
    axis = axis_of(span, intervals);
    axis.per_interval = std::max<std::size_t>(columns / (axis.ticks.size() - 1), 1);
    if (has_room(axis)) break;
  }
  return axis;
}

std::vector<std::string> draw_timeline(const std::vector<TimelineRow>& rows, const TimelineSpan& span,
                                       std::size_t width, bool ascii) {
  const auto own = [ascii](const std::string& text) { return ascii ? in_ascii(text) : text; };
  std::size_t label_width = 8;
  for (const TimelineRow& row : rows) label_width = std::max(label_width, display_width(own(row.label)));
  label_width = std::min(label_width, width / 3);
  const std::size_t room = width > label_width + 20 ? width - label_width - 5 : 16;
  const TimelineAxis axis = timeline_axis(span, room);
  const std::size_t columns = axis.per_interval * (axis.ticks.size() - 1);
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
      const Duration from = moment(axis, c);
      const Duration to = c + 1 == columns ? Duration::forever() : moment(axis, c + 1);
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
    lines.push_back(fmt::format("{}{} {}{}{}", indent, padded(cut_to(own(row.label), label_width, ascii), label_width),
                                edge, bar, edge));
  }
  std::string marks = ascii ? "+" : "└";
  for (std::size_t c = 1; c <= columns; ++c) {
    const bool at_tick = c % axis.per_interval == 0;
    marks += c == columns ? (ascii ? "-+" : "─┘") : at_tick ? (ascii ? "+" : "┴") : (ascii ? "-" : "─");
  }
  lines.push_back(indent + std::string(label_width + 1, ' ') + dim(marks));
  std::string labels(label_width + 5 + columns, ' ');
  for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
    const std::string& text = axis.labels[i];
    const bool is_last = i + 1 == axis.ticks.size();
    const std::size_t at = is_last ? labels.size() - text.size() : label_width + 2 + i * axis.per_interval;
    labels.replace(at, text.size(), text);
  }
  lines.push_back(dim(labels));
  const bool counts_on = axis.labels.back().starts_with("+");
  const std::string note = counts_on ? "The axis is even between two labels only; + counts from when it is noticed."
                                     : "The axis is even between two labels only.";
  for (const std::string& line : wrap(note, width - 1)) lines.push_back(indent + dim(line));
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
