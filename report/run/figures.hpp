// The figures that stand for a whole run.
#pragma once

#include "scenarios/figures.hpp"

namespace moshimo::report {

using scenarios::Figures;
using scenarios::figures_of;

}  // namespace moshimo::report
