#include "models/import/attributes.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "input/cursor.hpp"
#include "models/import/placeholders.hpp"
#include "models/import/schedule_gap.hpp"

namespace moshimo::models::importing {

namespace {

std::string joined(const std::string& where, const std::string& name) {
  return where.empty() ? name : where + "." + name;
}

std::string amount(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15)
    return fmt::format("{}", static_cast<std::int64_t>(number));
  return fmt::format("{}", number);
}

// A number of bytes, as it is or as containers write it: 25m.
std::optional<double> bytes_in(Value value) {
  if (const auto number = value.number()) return number;
  std::string_view text = value.text();
  if (text.ends_with('b') || text.ends_with('B')) text.remove_suffix(1);
  const std::size_t unit = std::string_view("kmg").find(text.empty() ? ' ' : static_cast<char>(text.back() | 0x20));
  double number = 0;
  if (unit == std::string_view::npos) return std::nullopt;
  text.remove_suffix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number * std::pow(1024.0, static_cast<double>(unit + 1));
}

// Entries of a map; CloudFormation and IAM write an entry as a map of its own.
void add_entries(Value value, models::Value& map) {
  struct Form {
    std::string_view name, value;
  };
  for (const Form form : {Form{"Key", "Value"}}) {
    const Value name = value.member(form.name);
    const Value held = value.member(form.value);
    if (!name.is_scalar() || !held) continue;
    map.set(shown(name.text()), shown(held.is_scalar() ? std::string(held.text()) : to_json(held)));
    return;
  }
  if (!value.is_map()) return;
  for (Value entry = value.first(); entry; entry = entry.next()) {
    if (entry.is_scalar()) map.set(std::string(entry.key()), shown(entry.text()));
  }
}

// A value as an inventory writes it; empty where it says nothing.
std::optional<std::string> scalar_text(const AttributeDef& attribute, Value value, const ImportPath& path) {
  if (!value.is_scalar()) return std::nullopt;
  if (path.is_schedule) {
    const auto gap = schedule_gap(value.text());
    return gap ? std::optional(input::to_text(*gap)) : std::nullopt;
  }
  if (path.more_than) {
    const auto number = value.number();
    return number ? std::optional<std::string>(*number > *path.more_than ? "yes" : "no") : std::nullopt;
  }
  switch (attribute.kind) {
    case AttributeDef::Kind::text:
    case AttributeDef::Kind::policy: return shown(value.text());
    case AttributeDef::Kind::one_of: {
      for (const std::string& option : attribute.options) {
        if (option == value.text()) return option;
      }
      return std::nullopt;
    }
    case AttributeDef::Kind::yes_no:
      if (value.text() == "true" || value.text() == "yes") return "yes";
      if (value.text() == "false" || value.text() == "no") return "no";
      return std::nullopt;
    case AttributeDef::Kind::count:
    case AttributeDef::Kind::duration:
    case AttributeDef::Kind::bytes:
    case AttributeDef::Kind::rate:
    case AttributeDef::Kind::ratio: break;
    case AttributeDef::Kind::refers_to:
    case AttributeDef::Kind::contains:
    case AttributeDef::Kind::object:
    case AttributeDef::Kind::map:
    case AttributeDef::Kind::port:
    case AttributeDef::Kind::parent:
    case AttributeDef::Kind::fixed: return std::nullopt;
  }
  const auto number = attribute.kind == AttributeDef::Kind::bytes ? bytes_in(value) : value.number();
  if (!number || *number < 0) return std::nullopt;  // -1 stands for "not set" everywhere in the provider
  Quantity quantity{*number, Unit::none};
  if (path.times) {
    const auto scaled = multiply(quantity, *path.times);
    if (!scaled) return std::nullopt;
    quantity = *scaled;
  }
  // 0 days of retention is how "never expires" is written.
  if (quantity.value == 0 && attribute.default_value.kind == Expression::Kind::quantity &&
      attribute.default_value.quantity.is_infinite()) {
    return std::nullopt;
  }
  if (attribute.least && quantity.value < attribute.least->value) return std::nullopt;
  if (attribute.most && quantity.value > attribute.most->value) return std::nullopt;
  switch (quantity.unit) {
    case Unit::seconds: return input::to_text(Duration::seconds(quantity.value));
    case Unit::bytes: return amount(quantity.value) + "B";
    case Unit::per_second: return amount(quantity.value) + "/s";
    case Unit::none: break;
  }
  return amount(quantity.value);
}

}  // namespace

void Attributes::fold(int source, int instance, const Component& c, const std::string& attribute) {
  folded_.insert({source, instance});
  auto& places = out_.placements[full_address(places_.instance(source, instance))];
  for (const Placement& p : places) {
    if (p.name == c.name && p.attribute == attribute) return;
  }
  places.push_back({c.name, c.type->name, attribute});
}

void Attributes::note_mentions(const Component& c) {
  const Place from = c.instance >= 0 ? places_.root(c.source, c.instance) : Place{};
  const auto is_known = [&](int target) {
    const std::string& to = components_[target].name;
    const auto end =
        std::find_if(out_.edges.rbegin(), out_.edges.rend(), [&](const ImportedEdge& e) { return e.from != c.name; });
    return target == c.id || std::any_of(out_.edges.rbegin(), end, [&](const ImportedEdge& e) { return e.to == to; });
  };
  const auto note = [&](const ImportSource::Mention& mention) {
    for (const Place& place : links_.walk(from, mention.path, c)) {
      for (const Found& found : links_.mentioned(place, mention, c)) {
        if (is_known(found.component)) continue;
        components_.want(found.component);
        out_.edges.push_back({c.name, mention.path.text, components_[found.component].name, found.how, false});
      }
    }
  };
  for (const Language language : languages) {
    for (const ImportSource& source : import_sources(*c.type, language)) {
      const bool is_its_own = c.instance >= 0 && places_.instance(c.source, c.instance).type == source.type;
      for (const ImportSource::Mention& mention : source.mentions) {
        if (is_its_own || !mention.path.other_type.empty()) note(mention);
      }
    }
  }
}

models::Value Attributes::of(const Component& c) {
  const Place from = c.instance >= 0 ? places_.root(c.source, c.instance) : Place{};
  models::Value attributes = read_all(*c.type, from, c, "");
  require_references(*c.type, c, "", attributes);
  return attributes;
}

models::Value Attributes::read_all(const TypeDef& type, const Place& from, const Component& c,
                                   const std::string& where) {
  models::Value attributes = models::Value::map();
  for (const AttributeDef& attribute : type.attributes) {
    if (auto value = read(attribute, from, c, joined(where, attribute.name))) {
      attributes.set(attribute.name, std::move(*value));
    }
  }
  return attributes;
}

// The places of the first path that leads to something known.
std::vector<Place> Attributes::first_known(const AttributeDef& attribute, const Place& from, const Component& c) const {
  std::vector<Place> places;
  for (const ImportPath* path : links_.paths_of(attribute, from)) {
    std::vector<Place> more = links_.walk(from, *path, c);
    places.insert(places.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    if (std::any_of(places.begin(), places.end(), [](const Place& p) { return bool(p.value); })) break;
  }
  return places;
}

std::optional<models::Value> Attributes::read(const AttributeDef& attribute, const Place& from, const Component& c,
                                              const std::string& where) {
  for (const ImportPath* path : links_.paths_of(attribute, from)) {
    if (path->other_type.empty()) continue;
    for (const auto& [source, instance] : links_.parts_of(c, *path)) {
      std::vector<Place> places{places_.root(source, instance)};
      if (!path->steps.empty() && path->steps.front().kind == ImportStep::Kind::matching) {
        places_.step(path->steps.front(), places);
      }
      if (!places.empty()) fold(source, instance, c, where);
    }
  }
  switch (attribute.kind) {
    case AttributeDef::Kind::refers_to: return read_reference(attribute, from, c, where);
    case AttributeDef::Kind::contains: return read_contained(attribute, from, c, where);
    case AttributeDef::Kind::object: return read_object(attribute, from, c, where);
    case AttributeDef::Kind::map: {
      const bool holds_documents = c.type->permissions && c.type->permissions->inline_ones == where;
      return holds_documents ? read_documents(attribute, from, c, where) : read_map(attribute, from, c);
    }
    case AttributeDef::Kind::policy: {
      for (const Place& place : first_known(attribute, from, c)) {
        place.mark_read();
        const bool is_empty = place.value.is_scalar() && place.value.text().empty();
        if (place.value.is_scalar() && !is_empty) return models::Value::scalar(shown(place.value.text()));
        if (place.value.is_map()) return models::Value::scalar(shown(to_json(place.value)));
        if (place.is_unknown) links_.mark_unknown(c, where, place);
      }
      return std::nullopt;
    }
    case AttributeDef::Kind::text:
    case AttributeDef::Kind::count:
    case AttributeDef::Kind::duration:
    case AttributeDef::Kind::bytes:
    case AttributeDef::Kind::rate:
    case AttributeDef::Kind::ratio:
    case AttributeDef::Kind::yes_no:
    case AttributeDef::Kind::one_of: return read_scalar(attribute, from, c, where);
    case AttributeDef::Kind::port:
    case AttributeDef::Kind::parent:
    case AttributeDef::Kind::fixed: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<models::Value> Attributes::read_map(const AttributeDef& attribute, const Place& from,
                                                  const Component& c) {
  models::Value map = models::Value::map();
  for (const ImportPath* path : links_.paths_of(attribute, from)) {
    for (const Place& place : links_.walk(from, *path, c)) {
      place.mark_read();
      add_entries(place.value, map);
    }
  }
  if (map.children.empty()) return std::nullopt;
  return map;
}

// Documents by name. One that is not known stands as a text that is left open, so that nobody takes it for all there
// is.
std::optional<models::Value> Attributes::read_documents(const AttributeDef& attribute, const Place& from,
                                                        const Component& c, const std::string& where) {
  struct Form {
    const char* name;
    const char* document;
  };
  models::Value map = models::Value::map();
  for (const ImportPath* path : links_.paths_of(attribute, from)) {
    for (const Place& place : links_.walk(from, *path, c)) {
      for (const Form form : {Form{"name", "policy"}, Form{"PolicyName", "PolicyDocument"}}) {
        const Place document = places_.member(place, form.document);
        document.mark_read();
        place.value.member(form.name).mark_read();
        const bool is_known = document.value && !(document.value.is_scalar() && document.value.text().empty());
        if (!is_known && !document.is_unknown) continue;
        std::string name = shown(place.value.member(form.name).text());
        if (name.empty()) name = fmt::format("unnamed {}", map.children.size() + 1);
        if (is_known) {
          map.set(std::move(name),
                  shown(document.value.is_scalar() ? std::string(document.value.text()) : to_json(document.value)));
          continue;
        }
        out_.inventory.unknowns.push_back(
            fmt::format("the document of {} of {} is {}, so {} is taken to be allowed what it does", name, c.name,
                        document.is_hidden ? "marked as sensitive" : "not known before apply", c.name));
        links_.mark_unknown(c, where, document);
        if (!map.find(name)) map.set(std::move(name), "<document>");
      }
    }
  }
  if (map.children.empty()) return std::nullopt;
  return map;
}

// ---- references -----------------------------------------------------------------------------------------------------

// The default may name a resource by AWS's name, which is not always the name here.
int Attributes::named_by_default(const AttributeDef& attribute, const Component& c) const {
  if (attribute.default_value.kind != Expression::Kind::text) return -1;
  std::vector<std::string> names;
  if (!c.own_name.empty()) names.push_back(c.own_name);
  if (c.instance >= 0 && places_.language(c.source) == Language::cloudformation) {
    names.push_back(resource_placeholder(c.source, places_.instance(c.source, c.instance).name));
  }
  for (const std::string& name : names) {
    std::string text;
    for (const TextPart& part : attribute.default_value.text.parts) {
      if (part.kind == TextPart::Kind::literal) {
        text += part.text;
      } else if (part.kind == TextPart::Kind::path && part.path.text == "name") {
        text += name;
      } else {
        return -1;
      }
    }
    const int target = components_.nearest(links_.identified(text, attribute), c);
    if (target < 0) continue;
    const bool is_elsewhere =
        !c.region.empty() && !components_[target].region.empty() && c.region != components_[target].region;
    if (!is_elsewhere) return target;  // the default lies in the same region
  }
  return -1;
}

std::optional<models::Value> Attributes::read_reference(const AttributeDef& attribute, const Place& from,
                                                        const Component& c, const std::string& where) {
  std::vector<Found> all;
  for (const ImportPath* path : links_.paths_of(attribute, from)) {
    for (const Place& place : links_.walk(from, *path, c)) {
      const bool is_itself = !path->other_type.empty() && path->steps.empty();  // the resource that names this one
      const int whole = is_itself ? components_.of(place.source, place.instance) : -1;
      for (const Found& f : whole >= 0 ? std::vector<Found>{{whole, {}, ImportedEdge::How::value}}
                                       : links_.refer(place, attribute, c, where)) {
        const bool is_known = std::any_of(all.begin(), all.end(), [&](const Found& other) {
          return f.component >= 0 ? other.component == f.component : other.text == f.text;
        });
        if (!is_known) all.push_back(f);
      }
    }
    if (!all.empty() && !attribute.many) break;
  }
  if (all.empty()) {
    const int target = named_by_default(attribute, c);
    if (target >= 0) all.push_back({target, {}, ImportedEdge::How::value});
  }
  if (all.empty()) return std::nullopt;
  if (!attribute.many) {
    for (std::size_t i = 1; i < all.size(); ++i) {
      links_.unresolved(c, where,
                        fmt::format("it names {} as well, and the model follows one",
                                    all[i].component >= 0 ? components_[all[i].component].name : all[i].text));
    }
  }
  models::Value list = models::Value::list();
  for (const Found& f : all) {
    if (f.component < 0) {
      list.add(models::Value::scalar(f.text));
    } else {
      components_.want(f.component);
      out_.edges.push_back({c.name, where, components_[f.component].name, f.how});
      list.add(models::Value::scalar(components_[f.component].name));
    }
    if (!attribute.many) return list.children.front();
  }
  return list;
}

// What a type cannot be without, and the files do not tell, is put in as something outside them.
void Attributes::require_references(const TypeDef& type, const Component& c, const std::string& where,
                                    models::Value& attributes) {
  for (const AttributeDef& attribute : type.attributes) {
    if (attribute.kind != AttributeDef::Kind::refers_to || attribute.optional || attribute.default_value.is_written())
      continue;
    if (attributes.find(attribute.name)) continue;
    bool is_parent = false;  // set by what contains this part
    if (!where.empty() && c.type != &type) {
      for (const AttributeDef& own : c.type->attributes) {
        is_parent = is_parent || (own.kind == AttributeDef::Kind::contains && own.through == attribute.name &&
                                  std::find(own.types.begin(), own.types.end(), type.name) != own.types.end());
      }
    }
    if (is_parent) continue;
    const std::string at = joined(where, attribute.name);
    std::string wanted_type =
        attribute.any_type || attribute.types.empty() ? "outside:endpoint" : attribute.types.front();
    for (const std::string& type_name : attribute.types) {
      if (type_name == "outside:endpoint") wanted_type = type_name;
    }
    const TypeDef* wanted = catalogue_.find_type(wanted_type);
    if (!wanted || c.stand_in > 4) {
      links_.unresolved(c, at, "it is needed, and the files do not tell what it is");
      continue;
    }
    const std::string of = where.empty() ? c.name : c.name + " " + where;
    const std::string name = fmt::format("unknown {} of {}", attribute.name, of);
    // Of what stands outside the files nobody expects them to tell more than its name.
    if (c.instance >= 0) links_.needed(c, at, name);
    const int id = components_.external(*wanted, name, name, c, nullptr);
    components_[id].stand_in = c.stand_in + 1;
    components_[id].aws_name = fmt::format("<{}-of-{}>", attribute.name, of);
    std::replace(components_[id].aws_name.begin(), components_[id].aws_name.end(), ' ', '-');
    components_.want(id);
    attributes.set(attribute.name, components_[id].name);
  }
}

// ---- lists, objects and values --------------------------------------------------------------------------------------

std::optional<models::Value> Attributes::read_contained(const AttributeDef& attribute, const Place& from,
                                                        const Component& c, const std::string& where) {
  const TypeDef* part = attribute.types.empty() ? nullptr : catalogue_.find_type(attribute.types.front());
  if (!part) return std::nullopt;
  models::Value list = models::Value::list();
  const bool are_calls =
      part->name == "outside:call";  // a definition says what is called, not how that is written here
  bool all_is_said = false;
  for (const ImportPath* path : links_.paths_of(attribute, from)) {
    const bool is_document = !path->steps.empty() && path->steps.back().kind == ImportStep::Kind::statements;
    for (const Place& place : links_.walk(from, *path, c)) {
      if (are_calls) {
        all_is_said = state_machines_.read(place, c, where, list, out_.edges, out_.inventory.unknowns) || all_is_said;
      } else if (is_document) {
        place.mark_read();
        statements_.read(place, c, where, list, out_.edges);
      } else if (place.value) {
        list.add(read_item(attribute, *path, *part, place, c, where, list));
      } else {
        if (!place.is_computed) {
          links_.unresolved(c, where,
                            place.is_hidden ? "what stands here is marked as sensitive, so it is not read"
                                            : "what stands here is not known before apply");
        }
        links_.mark_unknown(c, where, place);
      }
    }
  }
  if (list.children.empty() && !all_is_said) return std::nullopt;
  return list;
}

models::Value Attributes::read_item(const AttributeDef& attribute, const ImportPath& path, const TypeDef& part,
                                    const Place& place, const Component& c, const std::string& where,
                                    const models::Value& list) {
  models::Value item = models::Value::map();
  std::string item_name;
  std::string aws_name;
  const bool is_whole = path.steps.empty() || path.steps.front().kind == ImportStep::Kind::matching;
  const int nested = path.steps.empty() && !path.other_type.empty() ? components_.of(place.source, place.instance) : -1;
  if (nested >= 0 && components_[nested].parent >= 0) {
    const Component& own = components_[nested];
    item_name = own.name.substr(components_[own.parent].name.size() + attribute.name.size() + 2);
    aws_name = own.aws_name;
    components_[nested].is_wanted = true;
  } else if (is_whole && !path.other_type.empty()) {
    const Instance& own = places_.instance(place.source, place.instance);  // a whole resource: its name in Terraform
    item_name = own.key.empty() ? own.name : fmt::format("{}[{}]", own.name, own.key);
  }
  for (const models::Value& other : list.children) {
    if (const models::Value* name = other.find("name"); name && name->text == item_name) item_name.clear();
  }
  if (!item_name.empty()) item.set("name", item_name);
  if (!aws_name.empty()) item.set("aws_name", aws_name);
  if (!path.other_type.empty() && nested < 0 && where == attribute.name) {
    out_.placements[full_address(places_.instance(place.source, place.instance))].push_back(
        {fmt::format("{}/{}/{}", c.name, attribute.name,
                     item_name.empty() ? fmt::to_string(list.children.size()) : item_name),
         part.name, ""});
  }
  const std::string item_where = fmt::format("{}[{}]", where, list.children.size());
  models::Value read = read_all(part, place, c, item_where);
  for (models::Value& member : read.children) {
    if (member.key == attribute.through) continue;
    const std::string key = member.key;
    item.set(key, std::move(member));
  }
  require_references(part, c, item_where, item);
  return item;
}

std::optional<models::Value> Attributes::read_object(const AttributeDef& attribute, const Place& from,
                                                     const Component& c, const std::string& where) {
  std::vector<Place> places{from};
  const bool has_place = !import_paths(attribute, places_.language(from.source)).empty();
  if (has_place) places = first_known(attribute, from, c);
  if (places.empty()) return std::nullopt;
  for (std::size_t i = 1; has_place && i < places.size(); ++i) {
    const bool is_another = places[i].instance != places.front().instance || places[i].source != places.front().source;
    const Instance& other = places_.instance(places[i].source, places[i].instance);
    if (is_another)
      links_.unresolved(c, where,
                        fmt::format("{} gives it one as well, and the model follows one", full_address(other)));
  }
  models::Value object = models::Value::map();
  for (const AttributeDef& member : attribute.members) {
    if (auto value = read(member, places.front(), c, joined(where, member.name))) {
      object.set(member.name, std::move(*value));
    }
  }
  if (!has_place && object.children.empty()) return std::nullopt;
  return object;
}

std::optional<models::Value> Attributes::read_scalar(const AttributeDef& attribute, const Place& from,
                                                     const Component& c, const std::string& where) {
  models::Value list = models::Value::list();
  for (const ImportPath* path : links_.paths_of(attribute, from)) {
    for (const Place& place : links_.walk(from, *path, c)) {
      if (!place.value) {
        place.mark_read();
        if (place.is_unknown) links_.mark_unknown(c, where, place);
        continue;
      }
      for (const Place& leaf : places_.items(place)) {
        auto text = scalar_text(attribute, leaf.value, *path);
        if (!text) continue;  // it says nothing, or something that the model has no word for
        leaf.mark_read();
        list.add(models::Value::scalar(std::move(*text)));
      }
    }
    if (!attribute.many && !list.children.empty()) break;
  }
  if (list.children.empty()) return std::nullopt;
  if (attribute.many) return list;
  const std::string& first = list.children.front().text;
  for (const models::Value& other : list.children) {
    if (other.text == first) continue;
    links_.unresolved(c, where, fmt::format("it says {} as well, and the model follows one", other.text));
  }
  return list.children.front();
}

}  // namespace moshimo::models::importing
