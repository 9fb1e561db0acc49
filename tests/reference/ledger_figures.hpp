// The figures of a ledger that are compared, with their names.
#pragma once

#include "core/outcome.hpp"

namespace moshimo::reference {

struct LedgerFigure {
  const char* name;
  double HopLedger::*value;
};
inline constexpr LedgerFigure ledger_figures[] = {
    {"offered", &HopLedger::offered},     {"on time", &HopLedger::on_time},         {"late", &HopLedger::late},
    {"waiting", &HopLedger::waiting},     {"handed on", &HopLedger::handed_on},     {"lost", &HopLedger::lost},
    {"recovered", &HopLedger::recovered}, {"misdirected", &HopLedger::misdirected},
};

}  // namespace moshimo::reference
