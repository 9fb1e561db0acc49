// Drawings of a sweep: a curve for each way of reacting, or a surface as a table of shades.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace moshimo::report {

struct Curve {
  std::string label;
  std::vector<std::pair<double, double>> points;  // ascending
};

struct CurveAxis {
  double low = 0;
  double high = 1;
  bool is_logarithmic = false;
  std::vector<std::pair<double, std::string>> ticks;
  std::vector<double> marks;  // below the axis
};

// A place on the axis, from 0 to 1. Below the least of a logarithmic axis that begins at 0 it is even.
double place_on(const CurveAxis& axis, double value);

std::vector<std::string> draw_curves(const std::vector<Curve>& curves, const CurveAxis& axis, std::size_t width,
                                     bool ascii);

struct Surface {
  std::string across;  // name of the first axis
  std::string down;
  std::vector<std::string> columns;
  std::vector<std::string> rows;
  std::vector<std::vector<double>> values;  // by row
};
std::vector<std::string> draw_surface(const Surface& surface, std::size_t width, bool ascii);

// 3, 1.2k, 45M: as short as a number can be.
std::string short_count(double n);

}  // namespace moshimo::report
