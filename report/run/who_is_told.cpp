// Who is told of what happens, and who stays silent and why.
#include <fmt/format.h>

#include "report/run/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {

// "`key/schedule` sees kms:ScheduleKeyDeletion 0 s, matches it 1 min, `topic` 1 min"
std::string RunPage::way_of(const Telling& t) const {
  std::string text;
  for (const Telling::Passed& p : t.way) {
    const Hop& hop = system_.hops[p.hop];
    if (!text.empty()) text += "; ";
    text += fmt::format("{} {} {}", when(p.at), code(name_in(system_, hop.component)), clean(hop.says));
  }
  return text;
}

std::string RunPage::why_silent(const Telling& t) {
  const auto sign = [&] {
    std::string text = clean(t.sign);
    if (t.of.is_set()) text += fmt::format(" of {}", code(name_in(system_, t.of)));
    return text;
  };
  switch (t.fate) {
    case Telling::Fate::told: return "";
    case Telling::Fate::unseen: return "what it looks for does not happen.";
    case Telling::Fate::elsewhere: {
      std::vector<std::string> place;
      const std::vector<std::string>& here = system_.hops[t.hop].watch->place;
      for (std::size_t i = 0; i < t.place.size(); ++i) {
        if (i >= here.size() || here[i] != t.place[i]) place.push_back(code(clean(t.place[i])));
      }
      return fmt::format("{} is seen after {}, but only in {}.", sign(), when(t.seen), listing(place, 3));
    }
    case Telling::Fate::unknown:
      return "nothing that is modelled is ever seen under what it looks for, so nothing can be said of it.";
    case Telling::Fate::unheard:
      return fmt::format("{} ends after {}, and no data counts as nothing wrong. {}", sign(), when(t.seen),
                         fact(t.fact));
    case Telling::Fate::below:
      return fmt::format("{} is seen after {}, and there is less of it than the threshold asks for.", sign(),
                         when(t.seen));
    case Telling::Fate::unaddressed:
      return fmt::format("{} is seen after {}, and its message comes to nobody.", sign(), when(t.seen));
    case Telling::Fate::late:
    case Telling::Fate::blocked: break;
  }
  if (!t.stopped_at.is_set()) {
    return fmt::format("{} is seen after {}, and the message is still on its way at the end.", sign(), when(t.seen));
  }
  const Hop& hop = system_.hops[t.stopped_at];
  const auto never_held = [&](ConditionId c) { return !answer_.healthy.timeline.conditions[c.value].back().value; };
  const bool is_new = t.chain.empty() || !never_held(t.chain.front());
  std::string text = fmt::format("{} is seen after {}, but {} {}{}{}: {}.", sign(), when(t.seen),
                                 code(name_in(system_, hop.component)), is_new ? "" : "never ", clean(hop.says),
                                 is_new ? " no more" : "", cause(t.chain));
  if (!t.chain.empty()) text += " " + fact(system_.conditions[t.chain.front()].fact);
  if (t.waits_in >= 0) {
    text += fmt::format(" The message lies in {}.", clean(hop.fallbacks[static_cast<std::size_t>(t.waits_in)].says));
  } else if (t.fate == Telling::Fate::late) {
    text += " The message is still tried at the end.";
  }
  return text;
}

void RunPage::who_is_told() {
  const std::vector<Telling>& all = answer_.detection.tellings;
  if (all.empty()) return;
  page_.heading("Who is told");
  const Telling* first = answer_.detection.first();
  const Responders& r = answer_.scenario->response;
  if (first) {
    page_.paragraph(fmt::format("The first alarm that somebody reads is {}, after {}.{}",
                                code(name_in(system_, system_.hops[first->hop].component)),
                                strong(precise_text(first->told - answer_.first_fault)),
                                r.by_alarms ? "" : " The scenario says itself when people begin."));
  } else if (r.by_alarms && !r.without_alarm.is_forever()) {
    page_.paragraph(fmt::format("{} People notice by themselves after {}.", bad("No alarm is read by anybody."),
                                duration_text(r.without_alarm)));
  } else {
    page_.paragraph(bad("No alarm is read by anybody.") + (r.by_alarms
                                                               ? " Nobody is told, so nobody does anything."
                                                               : " The scenario says itself when people begin."));
  }
  std::size_t silent = 0;
  for (const Telling& t : all) {
    if (t.fate != Telling::Fate::told) {
      ++silent;
      continue;
    }
    const Port& reader = system_.ports[t.reader];
    std::string text =
        fmt::format("{} {} {}: {} reads it after {}.", strong(code(name_in(system_, system_.hops[t.hop].component))),
                    dim("·"), clean(system_.components[system_.hops[t.hop].component].type),
                    code(name_in(system_, reader.component)), precise_text(t.told - answer_.first_fault));
    page_.item(text);
    std::string seen = clean(t.sign);
    if (t.of.is_set()) seen += fmt::format(" of {}", code(name_in(system_, t.of)));
    page_.detail(fmt::format("{} {} {}; {}.", when(t.seen), seen, fact(t.fact), way_of(t)), 1);
  }
  if (silent == 0) return;
  page_.gap();
  page_.paragraph(strong("What stays silent:"), 1);
  for (const Telling& t : all) {
    if (t.fate == Telling::Fate::told) continue;
    const ComponentId c = system_.hops[t.hop].component;
    page_.item(fmt::format("{} {} {}: {}", strong(code(name_in(system_, c))), dim("·"),
                           clean(system_.components[c].type), why_silent(t)));
  }
}

}  // namespace moshimo::report
