// A rule that joins alarms: `ALARM(a) AND (ALARM(b) OR NOT OK(c))`, as steps in reverse Polish order.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/system.hpp"

namespace moshimo::models {

class AlarmRule {
 public:
  using Find = std::function<ComponentId(const std::string& name)>;  // not set where it is not known
  AlarmRule(std::string text, Find find);

  const std::vector<Watch::Rule>& steps() const { return steps_; }
  const std::vector<std::string>& mistakes() const { return mistakes_; }  // a sentence each, at most one
  const std::vector<std::string>& unknown() const { return unknown_; }    // names

 private:
  void either();
  void both();
  void one();
  void skip_spaces();
  bool takes(std::string_view word);
  void mistake(std::string says);
  void push(Watch::Rule::Kind kind, ComponentId of = {}) { steps_.push_back({kind, of}); }

  std::string text_;
  Find find_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::vector<Watch::Rule> steps_;
  std::vector<std::string> mistakes_;
  std::vector<std::string> unknown_;
};

}  // namespace moshimo::models
