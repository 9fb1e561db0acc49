// Who is reached, without time: as a list by distance, and as a graph for other programs to draw.
#include <algorithm>
#include <fmt/ranges.h>
#include <map>

#include "report/json.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

// Why one of two next to each other on the way is reached from the other; `on` is what is needed.
std::string reason_text(const System& system, const Reached& r, ComponentId on) {
  if (r.hop.is_set()) {
    return fmt::format("gets data from {}: {}", name_in(system, on), clean(system.hops[r.hop].says));
  }
  return r.because.is_set() ? fmt::format("needs that {}", clean(says(system, r.because)))
                            : fmt::format("needs {}", name_in(system, on));
}

std::string quoted(std::string_view name) {
  std::string text;
  for (const char c : clean(name)) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

std::string for_mermaid(std::string_view name) {
  std::string text;
  for (const char c : clean(name)) {
    switch (c) {
      case '"': text += "#quot;"; break;
      case '<': text += "#lt;"; break;
      case '>': text += "#gt;"; break;
      case '#': text += "#35;"; break;
      default: text += c;
    }
  }
  return text;
}

}  // namespace

std::string blast_report(const BlastView& view, const Style& style) {
  if (style.form == Form::json) return blast_json(view, style);
  const System& system = view.compiled->system;
  Page page;
  std::vector<std::string> starts;
  for (const ComponentId c : view.starts) starts.push_back(code(name_in(system, c)));
  page.title(view.reverse ? fmt::format("What {} depend{} on", listing(starts, 5), starts.size() == 1 ? "s" : "")
                          : fmt::format("Who depends on {}", listing(starts, 5)));
  std::vector<const Reached*> breaks;
  std::vector<const Reached*> starves;
  for (const Reached& r : view.reached) {
    if (r.distance == 0) continue;
    (r.breaks ? breaks : starves).push_back(&r);
  }
  const std::string_view them = starts.size() == 1 ? "it" : "them";
  if (breaks.empty() && starves.empty()) {
    page.paragraph(view.reverse ? "On nothing that is modelled." : nothing_modelled(*view.compiled));
  } else if (view.reverse) {
    std::vector<std::string> ways;
    if (!breaks.empty())
      ways.push_back(fmt::format("{} can break {}", counted(breaks.size(), "thing", "things"), them));
    if (!starves.empty()) {
      ways.push_back(fmt::format("{} can leave {} without data",
                                 counted(starves.size(), breaks.empty() ? "thing" : "further thing",
                                         breaks.empty() ? "things" : "further things"),
                                 them));
    }
    page.paragraph(fmt::format("{}.", fmt::join(ways, ", and ")));
  } else {
    std::vector<std::string> ways;
    if (!breaks.empty()) ways.push_back(fmt::format("{} can break", counted(breaks.size(), "thing", "things")));
    if (!starves.empty()) {
      ways.push_back(breaks.empty() ? counted(starves.size(), "thing gets less", "things get less")
                                    : counted(starves.size(), "more gets less", "more get less"));
    }
    page.paragraph(fmt::format("Without {}, {}.", them, fmt::join(ways, " and ")));
  }
  const auto table_of = [&](const std::vector<const Reached*>& list) {
    TextTable table;
    table.columns = {{"steps", true},
                     {view.reverse ? "on" : "who", false, true},
                     {view.reverse ? "because" : "because it", false, true}};
    for (const Reached* r : list) {
      std::string why;
      if (r->via.is_set()) {
        why = view.reverse ? fmt::format("{} {}", name_in(system, r->via), reason_text(system, *r, r->component))
                           : reason_text(system, *r, r->via);
      }
      table.rows.push_back({std::to_string(r->distance),
                            fmt::format("{}\n{}", strong(name_in(system, r->component)),
                                        dim(clean(system.components[r->component].type))),
                            why});
    }
    return table;
  };
  if (!breaks.empty()) {
    page.heading(view.reverse ? "Breaks it" : "Can break");
    page.table(table_of(breaks));
  }
  if (!starves.empty()) {
    page.heading(view.reverse ? "Feeds it" : "Get less");
    page.table(table_of(starves));
  }
  if (const std::vector<std::string> unknown = not_followed(*view.compiled); !unknown.empty()) {
    constexpr std::size_t most = 20;
    page.heading("Not followed");
    for (std::size_t i = 0; i < unknown.size() && i < most; ++i) page.item(prose(unknown[i], style.shows_code()));
    if (unknown.size() > most) {
      page.item(fmt::format("and {} more, under `unknowns` in the inventory", unknown.size() - most));
    }
  }
  page.gap();
  page.paragraph(
      dim("This says who can be reached, not when, nor what is lost: moshimo run says that. Roles and policies "
          "outside these files are not looked at."));
  return page.render(style);
}

std::string graph_text(const models::Compiled& compiled, const Dependencies& dependencies, bool mermaid) {
  const System& system = compiled.system;
  std::string text;
  if (mermaid) {
    text =
        "%% From what is needed to what needs it (dotted), and along the way of data (plain).\n"
        "flowchart LR\n";
    for (std::uint32_t c = 0; c < system.components.size(); ++c) {
      const Component& row = system.components[ComponentId(c)];
      text += row.is_principal ? fmt::format("  c{}([\"{}\"])\n", c, for_mermaid(row.name))
                               : fmt::format("  c{}[\"{}<br/><small>{}</small>\"]\n", c, for_mermaid(row.name),
                                             for_mermaid(row.type));
    }
    for (const Dependency& d : dependencies.edges()) {
      text += fmt::format("  c{} {} c{}\n", d.on.value, d.kind == DependencyKind::needs ? "-.->" : "-->",
                          d.dependent.value);
    }
    return text;
  }
  text =
      "digraph moshimo {\n"
      "  // From what is needed to what needs it (dashed), and along the way of data (plain). Drawn by: dot -Tsvg\n"
      "  rankdir=LR;\n"
      "  node [shape=box, style=rounded, fontname=\"Helvetica\"];\n";
  const auto name = [&](ComponentId c) { return quoted(system.components[c].name); };
  for (std::uint32_t c = 0; c < system.components.size(); ++c) {
    const Component& row = system.components[ComponentId(c)];
    text += fmt::format("  \"{0}\" [label=\"{0}\\n{1}\"{2}];\n", quoted(row.name), quoted(row.type),
                        row.is_principal ? ", shape=ellipse, style=filled, fillcolor=lightyellow" : "");
  }
  for (const Dependency& d : dependencies.edges()) {
    text += fmt::format("  \"{}\" -> \"{}\"{};\n", name(d.on), name(d.dependent),
                        d.kind == DependencyKind::needs ? " [style=dashed]" : "");
  }
  return text + "}\n";
}

}  // namespace moshimo::report
