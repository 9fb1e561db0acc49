// Which single fault explains what is seen, and predicts nothing that is not.
//
// Every fault of the catalogue is done to every component that could lead to what is seen, and simulated with nobody
// acting; what it would show is compared with what was reported.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/findings.hpp"
#include "models/compile.hpp"

namespace moshimo::scenarios {

// What somebody reports: words, of a component or of any.
struct Sign {
  std::string text;
  ComponentId component;       // unset: of any
  std::optional<Duration> at;  // when it first showed, from whatever moment; not set: nobody knows
};

// Something a fault would show.
struct Shown {
  SimTime at;
  ComponentId component;
  const Symptom* symptom = nullptr;  // of the system; null: the component itself works no more
  std::string text;
};

// Deleted and made again under the same name: it is there, and what was bound to the old one is not.
inline constexpr std::string_view replaced = "replace";

struct Suspect {
  ComponentId component;
  std::vector<std::string> verbs;     // faults that show the same
  bool is_changed = false;            // the component, or what it is part of, is known to have changed
  double score = 0;                   // 1: explains all that is seen, and shows nothing else
  std::vector<std::size_t> explains;  // positions in Diagnosis::seen,
  std::vector<std::size_t> misses;    // of the others,
  std::vector<std::size_t>
      mistimed;  // of those that it explains, but shows at another distance from the first of them,
  std::vector<std::size_t> contradicts;  // and in Diagnosis::not_seen, of what it would show all the same
  std::vector<Shown> shows;              // by time
  std::vector<bool> is_reported;         // for each of these
  std::vector<ConditionId> breaks;
};

// What tells the best two apart: the one shows it, the other does not.
struct Test {
  std::size_t shown_by = 0;  // positions in Diagnosis::suspects
  std::size_t not_by = 1;
  Shown what;
};

struct Diagnosis {
  std::shared_ptr<models::Compiled> compiled;
  std::vector<Sign> seen;
  std::vector<Sign> not_seen;
  std::vector<ComponentId> changed;
  SimTime horizon;
  std::vector<Suspect> suspects;     // the likeliest first; none that explains nothing
  std::vector<std::size_t> unknown;  // of `seen`: what nothing in this inventory shows
  std::vector<Test> tests;           // the earliest first, at most a few
  std::size_t components = 0;
  std::size_t reaching = 0;  // of these could lead to it
  std::size_t simulated = 0;
  const System& system() const { return compiled->system; }
};

// How much of the words of `sign` is in `text`, from 0 to 1: word by word, whatever the case, also inside compound
// names.
double likeness(std::string_view sign, std::string_view text);

struct DiagnosisInput {
  std::vector<Sign> seen;
  std::vector<Sign> not_seen;
  std::vector<ComponentId> changed;
  SimTime horizon = SimTime::after_start(Duration::days(1));
};

// `COMPONENT: text`, or text alone; with ` @ 10m` when it first showed. What has no words, names almost a component, or
// has no such time after the sign, goes to `diagnostics`.
Sign sign_of(const models::Compiled& compiled, const std::string& written, input::Diagnostics& diagnostics);

Diagnosis diagnose(std::shared_ptr<models::Compiled> compiled, const DiagnosisInput& input);

}  // namespace moshimo::scenarios
