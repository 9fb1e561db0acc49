#include <fmt/format.h>

#include "report/run/page.hpp"
#include "report/run/symptoms.hpp"
#include "report/words.hpp"

namespace moshimo::report {

void RunPage::what_you_would_see() {
  const std::vector<SeenTogether> seen = symptoms_of(answer_.nobody_acts().findings);
  if (seen.empty()) return;
  page_.heading("What you would see");
  TextTable table;
  table.columns = {{"after", true}, {"kind", false}, {"what", false, true}};
  std::vector<const SeenTogether*> silent;
  std::size_t shown = 0;
  for (const SeenTogether& s : seen) {
    if (s.kind == SymptomKind::silent) {
      silent.push_back(&s);
      continue;
    }
    if (++shown > 60) continue;
    table.rows.push_back({when(s.at), std::string(name_of(s.kind)),
                          fmt::format("{} {}", s.text, dim("(" + names(s.components, 3) + ")"))});
  }
  if (!table.rows.empty()) page_.table(std::move(table));
  if (shown > 60) page_.paragraph(fmt::format("And {} more.", shown - 60), 1);
  if (silent.empty()) return;
  page_.gap();
  page_.paragraph(strong("What stays silent:"), 1);
  for (const SeenTogether* s : silent)
    page_.item(fmt::format("{} {}", sentence(s->text), dim("(" + names(s->components, 4) + ")")));
}

}  // namespace moshimo::report
