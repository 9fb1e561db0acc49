// Steps as people read them: when, what, with which commands, and how to see that it worked.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "report/numbers.hpp"
#include "report/page.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::report {

class StepPage {
 public:
  // `cite` gives what stands for a fact in the text.
  StepPage(const scenarios::Answer& answer, const Style& style, Page& page, std::function<std::string(FactId)> cite);

  std::string time_of(const Step& step) const;             // and by whom
  void write(const Step& step, std::size_t number) const;  // below its head

 private:
  std::string apply_text(const Step& step) const;
  std::string brake_text(const Step& step) const;
  bool is_limited(const Step& step, const std::vector<RepairId>& repairs) const;

  const scenarios::Answer& answer_;
  const System& system_;
  const Style& style_;
  Page& page_;
  std::function<std::string(FactId)> cite_;
  Clock clock_;
};

}  // namespace moshimo::report
