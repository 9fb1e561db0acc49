#include "models/import/components.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/import/arn.hpp"
#include "models/import/identity.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

namespace {

std::string most_frequent(const std::map<std::string, int>& counts) {
  const auto best =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return best == counts.end() ? std::string() : best->first;
}

const ImportSource* import_source(const TypeDef& type, const std::string& resource_type) {
  for (const Language language : languages) {
    for (const ImportSource& source : import_sources(type, language)) {
      if (source.type == resource_type) return &source;
    }
  }
  return nullptr;
}

// Whether the ARNs of a type say the account or the Region.
// Where both are said: the ARN of a role has no Region, that of a bucket no account either.
bool is_another(std::string_view place, std::string_view of_arn) {
  return !place.empty() && !of_arn.empty() && place != of_arn;
}

bool arn_says(const TypeDef& type, std::string_view what) {
  return std::any_of(type.arn.parts.begin(), type.arn.parts.end(),
                     [&](const TextPart& part) { return part.kind == TextPart::Kind::path && part.path.text == what; });
}

}  // namespace

std::string full_address(const Instance& instance) {
  return instance.deposed.empty() ? instance.address
                                  : fmt::format("{} (deposed {})", instance.address, instance.deposed);
}

// ---- finding them ---------------------------------------------------------------------------------------------------

Components::Components(const Places& places, const Catalogue& catalogue, const KnownNames& names)
    : places_(places), names_(names) {
  of_instance_.resize(places.sources().size());
  std::unordered_map<std::string, const TypeDef*> types;
  std::map<std::string, int> accounts;
  std::map<std::string, int> regions;
  for (std::size_t s = 0; s < places.sources().size(); ++s) {
    const World& world = places.sources()[s].world;
    const auto& instances = world.instances;
    for (const std::string& account : world.callers) ++accounts[account];
    of_instance_[s].assign(instances.size(), -1);
    for (std::size_t i = 0; i < instances.size(); ++i) {
      const Instance& instance = instances[i];
      if (instance.is_former || (instance.is_gone && !names.with_gone)) continue;
      if (!instance.is_data) by_type_[instance.type].emplace_back(static_cast<int>(s), static_cast<int>(i));
      auto known = types.find(instance.type);
      if (known == types.end()) known = types.emplace(instance.type, find_imported(catalogue, instance.type)).first;
      if (known->second) add(static_cast<int>(s), static_cast<int>(i), *known->second);
    }
  }
  for (std::size_t s = 0; s < places.sources().size(); ++s) {
    const auto& instances = places.sources()[s].world.instances;
    for (std::size_t i = 0; i < instances.size(); ++i) {
      if (!instances[i].is_former || !names.by_address.contains(full_address(instances[i]))) continue;
      const TypeDef* type = find_imported(catalogue, instances[i].type);
      if (type) add_former(static_cast<int>(s), static_cast<int>(i), *type);
    }
  }
  locate_by_provider();
  for (const Component& c : components_) {
    if (!c.account.empty()) ++accounts[c.account];
    if (!c.region.empty()) ++regions[c.region];
  }
  account_ = most_frequent(accounts);
  region_ = most_frequent(regions);
}

void Components::add(int source, int index, const TypeDef& type) {
  const Instance& instance = places_.instance(source, index);
  Component c;
  c.id = static_cast<int>(components_.size());
  c.source = source;
  c.instance = index;
  c.type = &type;
  c.address = full_address(instance);
  c.own_name = own_name_of(instance, type);
  c.is_data = instance.is_data;
  locate(c);
  of_instance_[static_cast<std::size_t>(source)][static_cast<std::size_t>(index)] = c.id;
  if (!c.is_data && !instance.is_former && instance.deposed.empty()) {
    in_module_[fmt::format("{}|{}", source, instance.module)].push_back(c.id);
  }
  if (places_.language(source) == Language::cloudformation) {
    identities_[resource_placeholder(source, instance.name)].push_back(c.id);
  }
  if (const ImportSource* from = import_source(type, instance.type)) {
    std::vector<std::string> attributes = from->named_by;
    attributes.insert(attributes.end(), from->also.begin(), from->also.end());
    attributes.emplace_back("arn");
    for (const std::string& attribute : attributes) {
      const std::string_view text = instance.values.member(attribute).text();
      if (text.empty()) continue;
      identify(std::string(text), c.id);
      if (const auto named = is_arn(text) ? named_by(type, text) : std::nullopt) {
        identify(std::string(named->identity), c.id);
      }
    }
  }
  components_.push_back(std::move(c));
}

// What has the same ARN again is the same for those who name it; only an ID of its own tells it from the old one.
void Components::add_former(int source, int index, const TypeDef& type) {
  const Instance& former = places_.instance(source, index);
  const int again = made_again_as(former, type);
  if (again < 0) {
    add(source, index, type);
    components_.back().is_former = true;
    return;
  }
  const std::string_view arn = former.values.member("arn").text();
  if (!arn.empty()) identify(std::string(arn), again);
  const std::string address = full_address(former);
  if (components_[static_cast<std::size_t>(again)].address == address) return;
  left_.insert(address);
  known_as_.emplace(again, names_.by_address.at(address));
}

int Components::made_again_as(const Instance& former, const TypeDef& type) const {
  const std::string name = own_name_of(former, type);
  const std::string_view arn = former.values.member("arn").text();
  const auto is_same = [](Value a, Value b) { return !a.is_scalar() || !b.is_scalar() || a.text() == b.text(); };
  std::vector<int> possible = identified_by(std::string(arn));
  const std::vector<int>& named = identified_by(name);
  possible.insert(possible.end(), named.begin(), named.end());
  int found = -1;
  for (const int i : possible) {
    const Component& c = (*this)[i];
    if (c.type != &type || c.is_data || c.is_former || c.instance < 0) continue;
    const Instance& instance = places_.instance(c.source, c.instance);
    if (!instance.is_made) continue;
    const std::string_view new_arn = instance.values.member("arn").text();
    if (!arn.empty() && !new_arn.empty()) {
      if (arn == new_arn) return c.id;
      continue;
    }
    if (name.empty() || c.own_name != name) continue;
    const bool fits = std::all_of(type.arn.parts.begin(), type.arn.parts.end(), [&](const TextPart& part) {
      return part.kind != TextPart::Kind::path ||
             is_same(former.values.member(part.path.text), instance.values.member(part.path.text));
    });
    const auto elsewhere = parse_arn(arn);
    const bool is_elsewhere =
        elsewhere && (is_another(c.account, elsewhere->account) || is_another(c.region, elsewhere->region));
    if (fits && !is_elsewhere && (found < 0 || instance.address == former.address)) found = c.id;
  }
  return found;
}

void Components::identify(const std::string& text, int id) {
  std::vector<int>& known = identities_[text];
  if (known.empty() || known.back() != id) known.push_back(id);
}

std::string Components::own_name_of(const Instance& instance, const TypeDef& type) const {
  const ImportSource* from = import_source(type, instance.type);
  if (!from) return {};
  for (const std::string& attribute : from->named_by) {
    const std::string_view text = instance.values.member(attribute).text();
    if (text.empty() || is_arn(text) || is_uuid(text) || is_left_open(text)) continue;
    return std::string(text);  // a name to read
  }
  return {};
}

void Components::locate(Component& c) const {
  const Instance& instance = places_.instance(c.source, c.instance);
  if (const auto arn = parse_arn(instance.values.member("arn").text())) {
    if (is_account(arn->account)) c.account = arn->account;
    c.region = arn->region;
  }
  if (c.account.empty() && is_account(instance.values.member("owner_id").text())) {
    c.account = instance.values.member("owner_id").text();
  }
  if (const Value region = instance.values.member("region"); c.region.empty() && region) c.region = region.text();
  if (c.region.empty()) c.region = places_.references(c.source).region(instance);
}

// What says nothing of its account is in that of the others with the same provider.
void Components::locate_by_provider() {
  const auto provider_of = [&](const Component& c) {
    return fmt::format("{}|{}", c.source,
                       places_.references(c.source).provider(places_.instance(c.source, c.instance)));
  };
  std::unordered_map<std::string, std::map<std::string, int>> accounts;
  for (const Component& c : components_) {
    if (!c.account.empty() && !c.is_data) ++accounts[provider_of(c)][c.account];
  }
  for (Component& c : components_) {
    if (c.account.empty()) {
      if (const auto known = accounts.find(provider_of(c)); known != accounts.end()) {
        c.account = most_frequent(known->second);
      }
    }
  }
}

const std::vector<std::pair<int, int>>& Components::instances_of(const std::string& resource_type) const {
  static const std::vector<std::pair<int, int>> none;
  const auto found = by_type_.find(resource_type);
  return found == by_type_.end() ? none : found->second;
}

const std::vector<int>& Components::in_module(int source, const std::string& module) const {
  static const std::vector<int> none;
  const auto found = in_module_.find(fmt::format("{}|{}", source, module));
  return found == in_module_.end() ? none : found->second;
}

const std::vector<int>& Components::identified_by(const std::string& text) const {
  static const std::vector<int> none;
  const auto found = identities_.find(text);
  return found == identities_.end() ? none : found->second;
}

int Components::nearest(const std::vector<int>& possible, const Component& user) const {
  if (possible.empty()) return -1;
  const auto rank = [&](int i) {
    const Component& c = (*this)[i];
    int points = 0;
    if (c.is_data) points -= 8;
    if (c.is_former || (c.instance >= 0 && !places_.instance(c.source, c.instance).deposed.empty())) points -= 16;
    if (!c.account.empty() && c.account == user.account) points += 4;
    if (!c.region.empty() && c.region == user.region) points += 2;
    if (c.source == user.source) {
      points += 1;
      if (c.instance >= 0 && user.instance >= 0 &&
          places_.instance(c.source, c.instance).module == places_.instance(user.source, user.instance).module) {
        points += 1;
      }
    }
    return points;
  };
  return *std::max_element(possible.begin(), possible.end(), [&](int a, int b) {
    const int ra = rank(a);
    const int rb = rank(b);
    return ra != rb ? ra < rb : (*this)[a].address > (*this)[b].address;
  });
}

int Components::named(const std::string& inventory_name) const {
  const auto found = taken_.find(inventory_name);
  return found == taken_.end() ? -1 : found->second;
}

// ---- their names ----------------------------------------------------------------------------------------------------

// What commands have to call it: AWS's name, also where that is an ARN; words where the files do not tell it.
std::string Components::aws_name_of(const Component& c) const {
  if (!c.own_name.empty()) return c.own_name;
  const Instance& instance = places_.instance(c.source, c.instance);
  const ImportSource* from = import_source(*c.type, instance.type);
  if (!from || from->named_by.empty()) return {};
  for (const std::string& attribute : from->named_by) {
    const std::string_view text = instance.values.member(attribute).text();
    if (!text.empty()) return shown(text);
  }
  return "<" + c.address + ">";
}

void Components::give_names() {
  std::unordered_map<std::string, int> counts;
  for (const Component& c : components_) {
    if (!c.is_data && !c.is_former && c.parent < 0 && !c.own_name.empty()) ++counts[c.own_name];
  }
  for (Component& c : components_) {
    if (!c.is_former) continue;
    c.name = names_.by_address.at(c.address);
    c.aws_name = aws_name_of(c);
    if (c.aws_name == c.name) c.aws_name.clear();
    taken_[c.name] = c.id;
    left_.insert(c.address);
  }
  for (int pass = 0; pass < 2; ++pass) {  // what the files manage first, then what data sources know
    for (Component& c : components_) {
      if (c.is_former || c.is_data != (pass == 1) || c.parent >= 0) continue;
      const bool is_another = left_.contains(c.address);
      const auto kept = names_.by_address.find(c.address);
      const auto known = known_as_.find(c.id);
      if (known != known_as_.end()) {
        c.name = known->second;
      } else if (kept != names_.by_address.end() && !is_another) {
        c.name = kept->second;
      } else if (!c.own_name.empty() && !taken_.contains(c.own_name) && (c.is_data || counts[c.own_name] == 1)) {
        c.name = c.own_name;
      } else {
        c.name = is_another && taken_.contains(c.address) ? c.address + " (new)" : c.address;
      }
      for (int n = 2; taken_.contains(c.name); ++n) c.name = fmt::format("{} ({})", c.address, n);
      taken_[c.name] = c.id;
      c.aws_name = aws_name_of(c);
      if (c.aws_name == c.name) c.aws_name.clear();
    }
  }
  for (Component& c : components_) {
    if (c.parent < 0) continue;
    const std::string list = fmt::format("{}/{}/", (*this)[c.parent].name, c.parent_attribute);
    const std::string own = c.own_name.empty() ? c.address : c.own_name;
    c.name = list + own;
    for (int n = 2; taken_.contains(c.name); ++n) c.name = fmt::format("{}{} ({})", list, own, n);
    taken_[c.name] = c.id;
    c.aws_name = aws_name_of(c);
    if (list + c.aws_name == c.name) c.aws_name.clear();
  }
}

int Components::external(const TypeDef& type, std::string name, std::string named_as, const Component& user,
                         bool* is_new) {
  Component c;
  c.source = user.source;
  c.type = &type;
  c.own_name = name;
  c.named_as = std::move(named_as);
  if (const auto arn = parse_arn(c.named_as)) {
    if (is_account(arn->account)) c.account = arn->account;
    if (!is_left_open(arn->region)) c.region = arn->region;
  } else if (const auto named = named_by(type, c.named_as); named && is_account(named->account)) {
    c.account = named->account;
    if (!is_left_open(named->region)) c.region = named->region;
  } else {  // a bare name means something near whoever uses it
    if (arn_says(type, "account")) c.account = user.account;
    if (arn_says(type, "region")) c.region = user.region;
  }
  const std::string key = fmt::format("{}\n{}\n{}\n{}", type.name, c.named_as, c.account, c.region);
  const auto known = externals_.find(key);
  if (is_new) *is_new = known == externals_.end();
  if (known != externals_.end()) return known->second;
  const auto kept = names_.by_identity.find(c.named_as);
  c.name = kept != names_.by_identity.end() ? kept->second : name;
  if (taken_.contains(c.name)) c.name = c.named_as;
  for (int n = 2; taken_.contains(c.name); ++n) c.name = fmt::format("{} ({})", c.named_as, n);
  if (c.name != name) c.aws_name = std::move(name);
  c.id = static_cast<int>(components_.size());
  taken_[c.name] = c.id;
  externals_[key] = c.id;
  components_.push_back(std::move(c));
  return components_.back().id;
}

void Components::want(int i) {
  Component& c = (*this)[i];
  if (c.is_wanted) return;
  c.is_wanted = true;
  wanted_.push_back(i);
}

}  // namespace moshimo::models::importing
