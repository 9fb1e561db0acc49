#include "models/import/mapping.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/import/arn.hpp"
#include "models/import/attributes.hpp"
#include "models/import/iam_principals.hpp"
#include "models/import/links.hpp"
#include "models/import/unread.hpp"

namespace moshimo::models::importing {

namespace {

// Resources that stand inside another in the inventory: event targets inside their rule.
void find_nested(Components& components, const Links& links, const Catalogue& catalogue) {
  for (std::size_t i = 0; i < components.size(); ++i) {
    const Component& c = components[static_cast<int>(i)];
    if (c.is_data || c.is_former) continue;
    for (const AttributeDef& attribute : c.type->attributes) {
      if (attribute.kind != AttributeDef::Kind::contains || attribute.types.empty()) continue;
      for (const Language language : languages) {
        for (const ImportPath& path : import_paths(attribute, language)) {
          if (path.other_type.empty() || !path.steps.empty()) continue;
          const TypeDef* part = find_imported(catalogue, path.other_type);
          if (!part || part->name != attribute.types.front()) continue;
          for (const auto& [source, instance] : links.parts_of(c, path)) {
            const int nested = components.of(source, instance);
            if (nested < 0 || components[nested].parent >= 0) continue;
            components[nested].parent = c.id;
            components[nested].parent_attribute = attribute.name;
          }
        }
      }
    }
  }
}

// Parts that give a component something although no attribute is read from them.
void fold_silent_parts(const Component& c, const Links& links, Attributes& attributes) {
  for (const Language language : languages) {
    for (const ImportSource& source : import_sources(*c.type, language)) {
      for (const ImportSource::Part& part : source.parts) {
        for (const auto& [file, instance] : links.parts_of(c, part.path)) {
          attributes.fold(file, instance, c, part.attribute);
        }
      }
    }
  }
}

void emit(int i, Components& components, const Links& links, Attributes& attributes, Mapped& out) {
  const Component c = components[i];  // a copy: reading adds components
  if (c.parent >= 0) return;          // written inside its parent
  models::Value values = attributes.of(c);
  fold_silent_parts(c, links, attributes);
  attributes.note_mentions(c);
  if (c.instance >= 0 && !c.is_data && !c.is_former) out.placements[c.address].push_back({c.name, c.type->name, ""});
  if (c.is_former) out.formers.insert(c.name);
  Resource& resource = out.inventory.add(c.name, c.type->name);
  resource.aws_name = c.aws_name;
  if (!c.account.empty()) resource.account = c.account;
  if (!c.region.empty()) resource.region = c.region;
  resource.attributes = std::move(values);
}

// Each managed resource is a component, part of one, or not modelled.
void count(const Places& places, const Components& components, const Links& links, const Attributes& attributes,
           const Catalogue& catalogue, bool with_gone, Mapped& out) {
  Coverage& coverage = out.coverage;
  for (std::size_t s = 0; s < places.sources().size(); ++s) {
    const auto& instances = places.sources()[s].world.instances;
    for (std::size_t i = 0; i < instances.size(); ++i) {
      const Instance& instance = instances[i];
      if (instance.is_former || (instance.is_gone && !with_gone)) continue;
      if (instance.is_data) {
        ++coverage.data_sources;
        continue;
      }
      const std::string address = full_address(instance);
      const int id = components.of(static_cast<int>(s), static_cast<int>(i));
      if (id >= 0 && components[id].parent >= 0) {
        out.placements[address].push_back({components[id].name, components[id].type->name, ""});
      }
      if (id >= 0 && components[id].parent < 0) {
        ++coverage.modelled;
      } else if (attributes.is_folded(static_cast<int>(s), static_cast<int>(i))) {
        ++coverage.folded;
      } else {
        if (is_part(catalogue, instance.type)) {
          const bool has_owner = links.has_owner(static_cast<int>(s), static_cast<int>(i));
          coverage.unresolved.push_back({address, "",
                                         has_owner ? "it is part of a resource, but says nothing that is modelled"
                                                   : "it is part of a resource, and the files do not tell of which"});
        }
        coverage.unmodelled.push_back({instance.type, address});
      }
    }
  }
  for (const ImportedEdge& edge : out.edges) {
    ++(edge.how == ImportedEdge::How::inferred ? coverage.inferred : coverage.stated);
    if (!edge.is_followed) ++coverage.unfollowed;
  }
  for (std::size_t i = 0; i < components.size(); ++i) {
    const Component& c = components[static_cast<int>(i)];
    if (c.instance < 0 && c.is_wanted && c.stand_in == 0)
      coverage.external.push_back({c.name, c.type->name, c.named_as});
  }
}

// What the inventory has to say of what is not in it.
void tell_unknowns(const std::vector<Source>& sources, Mapped& out) {
  Coverage& coverage = out.coverage;
  std::sort(coverage.unmodelled.begin(), coverage.unmodelled.end(),
            [](const auto& a, const auto& b) { return a.type != b.type ? a.type < b.type : a.address < b.address; });
  for (std::size_t i = 0; i < coverage.unmodelled.size();) {
    std::size_t end = i;
    std::string addresses;
    while (end < coverage.unmodelled.size() && coverage.unmodelled[end].type == coverage.unmodelled[i].type) {
      if (end - i < 5) addresses += (addresses.empty() ? "" : ", ") + coverage.unmodelled[end].address;
      ++end;
    }
    if (end - i > 5) addresses += fmt::format(" and {} more", end - i - 5);
    out.inventory.unknowns.push_back(fmt::format("{} is not modelled: {}", coverage.unmodelled[i].type, addresses));
    i = end;
  }
  for (const std::string& line : unread_lines(coverage)) out.inventory.unknowns.push_back("not modelled of " + line);
  for (const Source& source : sources) {
    out.inventory.unknowns.insert(out.inventory.unknowns.end(), source.world.unknowns.begin(),
                                  source.world.unknowns.end());
  }
  for (const Coverage::Unresolved& u : coverage.unresolved) {
    out.inventory.unknowns.push_back(u.attribute.empty() ? fmt::format("{}: {}", u.address, u.why)
                                                         : fmt::format("{}, {}: {}", u.address, u.attribute, u.why));
  }
}

}  // namespace

bool is_of_statement(const ImportedEdge& edge) {
  return edge.attribute.ends_with(".allows") || edge.attribute.ends_with(".only");
}

Mapped map_world(const std::vector<Source>& sources, const Documents& documents, const Catalogue& catalogue,
                 const KnownNames& names) {
  Mapped out;
  const Places places(sources, documents);
  Components components(places, catalogue, names);
  Links links(places, components, catalogue);
  links.join_parts();
  find_nested(components, links, catalogue);
  components.give_names();
  for (std::size_t i = 0; i < components.size(); ++i) {
    const Component& c = components[static_cast<int>(i)];
    if (!c.is_data && !c.is_former) components.want(c.id);
  }
  links.make_owners();
  out.inventory.account = components.account();
  out.inventory.region = components.region();
  Attributes attributes(places, components, links, catalogue, names, out);
  for (std::size_t at = 0; at < components.wanted().size(); ++at) {
    emit(components.wanted()[at], components, links, attributes, out);
  }
  for (const auto& [text, known] : components.identities()) {
    if (!is_arn(text) && !is_unique_id(text)) continue;
    const Component& c = components[known.front()];
    if (c.is_wanted) out.identities.emplace(text, c.name);
  }
  out.coverage.unresolved = links.take_unresolved();
  out.unknown = links.take_unknown();
  out.hidden = links.take_hidden();
  count(places, components, links, attributes, catalogue, names.with_gone, out);
  out.coverage.unread = find_unread(places, components, attributes, catalogue);
  tell_unknowns(sources, out);
  return out;
}

}  // namespace moshimo::models::importing
