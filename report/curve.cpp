#include "report/curve.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "report/layout.hpp"

namespace moshimo::report {
namespace {

constexpr std::size_t height = 14;

struct Glyph {
  const char* unicode;
  const char* ascii;
};
// Of the curves from the first on; a later one stands before an earlier one.
constexpr std::array<Glyph, 4> glyphs = {{{"·", "."}, {"○", "o"}, {"●", "*"}, {"◆", "+"}}};
constexpr std::array<Glyph, 6> shades = {{{" ", " "}, {"░", "."}, {"▒", ":"}, {"▓", "+"}, {"█", "#"}, {"█", "#"}}};

std::string glyph_of(std::size_t curve, bool ascii) {
  const Glyph& g = glyphs[curve % glyphs.size()];
  return ascii ? g.ascii : g.unicode;
}

double value_at(const Curve& curve, double x) {
  const auto& p = curve.points;
  const auto above = std::lower_bound(p.begin(), p.end(), x, [](const auto& one, double at) { return one.first < at; });
  if (above == p.end()) return p.back().second;
  if (above == p.begin() || above->first == x) return above->second;
  const auto below = std::prev(above);
  const double share = (x - below->first) / (above->first - below->first);
  return below->second + (above->second - below->second) * share;
}

// The least value a logarithmic axis is divided from.
double least_of(const CurveAxis& axis) { return axis.low > 0 ? axis.low : std::min(60.0, axis.high / 20); }

double value_at_place(const CurveAxis& axis, double place) {
  if (!axis.is_logarithmic) return axis.low + (axis.high - axis.low) * place;
  const double least = least_of(axis);
  if (axis.low > 0) return least * std::pow(axis.high / least, place);
  constexpr double first = 0.05;
  if (place < first) return least * place / first;
  return least * std::pow(axis.high / least, (place - first) / (1 - first));
}

// Amounts are drawn by their logarithm where they differ widely; 0 has the lowest row to itself.
struct Scale {
  double least = 0;
  double most = 1;
  bool is_logarithmic = false;

  std::size_t row_of(double v) const {  // 0: lowest
    if (!is_logarithmic)
      return v <= 0 ? 0 : std::min(height - 1, static_cast<std::size_t>(std::llround(v / most * (height - 1))));
    if (v < least * 0.999) return 0;
    const double share = std::log(v / least) / std::log(most / least);
    return std::min(height - 1, 1 + static_cast<std::size_t>(std::llround(share * (height - 2))));
  }
  double value_of(std::size_t row) const {
    if (!is_logarithmic) return most * static_cast<double>(row) / (height - 1);
    if (row == 0) return 0;
    return least * std::pow(most / least, static_cast<double>(row - 1) / (height - 2));
  }
};

Scale scale_of(const std::vector<Curve>& curves) {
  Scale s;
  s.most = 0;
  s.least = 0;
  for (const Curve& c : curves) {
    for (const auto& [x, y] : c.points) {
      s.most = std::max(s.most, y);
      if (y > 0.5 && (s.least <= 0 || y < s.least)) s.least = y;
    }
  }
  if (s.most <= 0) s.most = 1;
  if (s.least <= 0) s.least = s.most;
  s.is_logarithmic = s.most / s.least > 30;
  if (!s.is_logarithmic) return s;
  s.least = std::pow(10, std::floor(std::log10(s.least)));
  s.most = std::pow(10, std::ceil(std::log10(s.most) - 1e-9));
  return s;
}

}  // namespace

std::string short_count(double n) {
  constexpr std::array<std::pair<double, const char*>, 4> units = {{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
  for (const auto& [unit, name] : units) {
    if (n < unit * 0.9995) continue;
    const double share = n / unit;
    return fmt::format("{:.{}f}{}", share, share < 9.95 ? 1 : 0, name);
  }
  if (n > 0 && n < 0.95) return "<1";
  return fmt::format("{:.0f}", n);
}

double place_on(const CurveAxis& axis, double value) {
  if (axis.high <= axis.low) return 0;
  if (!axis.is_logarithmic) return (value - axis.low) / (axis.high - axis.low);
  const double least = least_of(axis);
  if (axis.low > 0) return std::log(value / least) / std::log(axis.high / least);
  constexpr double first = 0.05;
  if (value <= least) return first * value / least;
  return first + (1 - first) * std::log(value / least) / std::log(axis.high / least);
}

std::vector<std::string> draw_curves(const std::vector<Curve>& curves, const CurveAxis& axis, std::size_t width,
                                     bool ascii) {
  const Scale scale = scale_of(curves);
  std::array<std::string, height> labels;
  std::size_t label_width = 0;
  for (std::size_t r = 0; r < height; ++r) {
    double v = scale.value_of(r);
    bool is_shown = !scale.is_logarithmic && (r % 3 == 0 || r + 1 == height);
    if (!scale.is_logarithmic && r + 2 == height) is_shown = false;
    if (scale.is_logarithmic) {
      // A label in the row nearest to each power of ten.
      is_shown = r == 0;
      double power = scale.least;
      while (power <= scale.most * 1.001) {
        if (scale.row_of(power) == r) {
          is_shown = true;
          v = power;
        }
        power *= 10;
      }
    }
    if (is_shown) labels[r] = short_count(v);
    label_width = std::max(label_width, labels[r].size());
  }
  const std::size_t columns = width > label_width + 8 ? width - label_width - 4 : 8;
  std::vector<std::vector<int>> cells(height, std::vector<int>(columns, -1));
  for (std::size_t k = 0; k < curves.size(); ++k) {
    if (curves[k].points.empty()) continue;
    std::size_t before = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      const double x = value_at_place(axis, static_cast<double>(c) / static_cast<double>(columns - 1));
      const std::size_t row = scale.row_of(value_at(curves[k], x));
      if (c == 0) before = row;
      const std::size_t from = row > before ? before + 1 : row;
      const std::size_t to = row > before ? row : row < before ? before - 1 : row;
      for (std::size_t r = std::min(from, row); r <= std::max(to, row); ++r) cells[r][c] = static_cast<int>(k);
      before = row;
    }
  }
  std::vector<std::string> lines;
  for (std::size_t r = height; r-- > 0;) {
    std::string line = " " + padded(labels[r], label_width, true) + " " +
                       dim(labels[r].empty() ? (ascii ? "|" : "│") : (ascii ? "+" : "┤"));
    for (std::size_t c = 0; c < columns; ++c) {
      line += cells[r][c] < 0 ? std::string(" ") : glyph_of(static_cast<std::size_t>(cells[r][c]), ascii);
    }
    while (line.ends_with(' ')) line.pop_back();
    lines.push_back(std::move(line));
  }
  const auto column_of = [&](double value) {
    const double place = std::clamp(place_on(axis, value), 0.0, 1.0);
    return static_cast<std::size_t>(std::llround(place * static_cast<double>(columns - 1)));
  };
  const std::string indent(label_width + 2, ' ');
  std::vector<std::string> base(columns, ascii ? "-" : "─");
  std::string names(columns + 12, ' ');
  std::size_t free_from = 0;
  const std::size_t last = axis.ticks.empty() ? 0 : axis.ticks.size() - 1;
  const auto begin_of = [&](std::size_t i, std::size_t at) {
    const std::size_t size = axis.ticks[i].second.size();
    return std::min(at, columns + 1 - std::min(columns + 1, size));
  };
  const std::size_t end_begins = axis.ticks.empty() ? columns : begin_of(last, columns - 1);
  for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
    const std::size_t at = column_of(axis.ticks[i].first);
    const std::size_t begins = begin_of(i, at);
    const std::size_t size = axis.ticks[i].second.size();
    if (begins < free_from || (i != last && begins + size + 1 > end_begins)) continue;
    base[at] = ascii ? "+" : "┴";
    names.replace(begins, size, axis.ticks[i].second);
    free_from = begins + size + 1;
  }
  std::string line = ascii ? "+" : "└";
  for (const std::string& cell : base) line += cell;
  lines.push_back(indent + dim(line));
  if (!axis.marks.empty()) {
    std::vector<bool> is_marked(columns, false);
    for (const double m : axis.marks) is_marked[column_of(m)] = true;
    std::string below = indent + " ";
    for (std::size_t c = 0; c < columns; ++c) below += is_marked[c] ? (ascii ? "^" : "▲") : " ";
    while (below.ends_with(' ')) below.pop_back();
    lines.push_back(below);
  }
  while (names.ends_with(' ')) names.pop_back();
  lines.push_back(indent + " " + names);
  std::string legend;
  const auto explain = [&](const std::string& glyph, std::string label) {
    std::replace(label.begin(), label.end(), ' ', hard_space);
    legend += fmt::format("{}{}{}{}", legend.empty() ? "" : std::string(2, hard_space) + " ", glyph, hard_space, label);
  };
  for (std::size_t k = curves.size(); k-- > 0;) explain(glyph_of(k, ascii), curves[k].label);
  if (!axis.marks.empty()) explain(ascii ? "^" : "▲", "a cliff");
  lines.emplace_back();
  for (const std::string& wrapped : wrap(legend, width - 1)) lines.push_back(" " + wrapped);
  return lines;
}

std::vector<std::string> draw_surface(const Surface& surface, std::size_t width, bool ascii) {
  double most = 0, least = 0;
  for (const auto& row : surface.values) {
    for (const double v : row) {
      most = std::max(most, v);
      if (v > 0.5 && (least <= 0 || v < least)) least = v;
    }
  }
  const bool is_logarithmic = least > 0 && most / least > 30;
  const auto shade_of = [&](double v) {
    if (v <= 0.5) return std::size_t{0};
    const double share = most <= least ? 1 : is_logarithmic ? std::log(v / least) / std::log(most / least) : v / most;
    return std::min<std::size_t>(4, 1 + static_cast<std::size_t>(share * 3.999));
  };
  std::size_t label_width = display_width(surface.down);
  for (const std::string& r : surface.rows) label_width = std::max(label_width, display_width(r));
  label_width = std::min(label_width, width / 3);
  std::size_t cell = 6;
  for (const std::string& c : surface.columns) cell = std::max(cell, display_width(c) + 1);
  const std::size_t room = width > label_width + cell + 3 ? width - label_width - 3 : cell;
  const std::size_t fit = std::max<std::size_t>(room / cell, 1);
  const std::size_t every = (surface.columns.size() + fit - 1) / fit;
  std::vector<std::size_t> shown;
  for (std::size_t c = 0; c < surface.columns.size(); c += every) shown.push_back(c);
  cell = std::min<std::size_t>(std::max(cell, room / shown.size()), cell + 3);

  std::vector<std::string> lines;
  lines.push_back(" " + std::string(label_width, ' ') + "  " + dim(surface.across));
  std::string head = " " + padded(cut_to(surface.down, label_width, ascii), label_width) + " ";
  for (const std::size_t c : shown) head += padded(surface.columns[c], cell, true);
  lines.push_back(head);
  for (std::size_t r = 0; r < surface.rows.size(); ++r) {
    std::string line = " " + padded(cut_to(surface.rows[r], label_width, ascii), label_width) + " ";
    for (const std::size_t c : shown) {
      const double v = surface.values[r][c];
      const Glyph& g = shades[shade_of(v)];
      const std::string text = short_count(v);
      const std::size_t size = display_width(text);
      std::string fill;
      for (std::size_t i = size + 1; i < cell; ++i) fill += ascii ? g.ascii : g.unicode;
      line.append(" ").append(fill).append(text);
    }
    lines.push_back(std::move(line));
  }
  if (every > 1) {
    lines.emplace_back();
    lines.push_back(
        dim(fmt::format(" Every {} column; CSV and JSON have all.", every == 2   ? std::string("second")
                                                                    : every == 3 ? std::string("third")
                                                                                 : fmt::format("{}th", every))));
  }
  return lines;
}

}  // namespace moshimo::report
