#include "models/import/places.hpp"

#include <algorithm>

namespace moshimo::models::importing {

namespace {

Value expression_member(Value expression, const std::string& name) {
  if (expression.is_list()) {
    const std::vector<Value> items = expression.items();
    return items.size() == 1 ? expression_member(items.front(), name) : Value();
  }
  // One expression stands for everything inside it.
  if (expression.member("references") || expression.member("constant_value")) return expression;
  return expression.member(name);
}

bool is_nothing(Value value) {
  if (value.is_scalar()) return value.text().empty() || value.text() == "false" || value.text() == "0";
  for (Value part = value.first(); part; part = part.next()) {
    if (!is_nothing(part)) return false;
  }
  return true;
}

// `[k = v]`; `[k = ]`: nothing is said of it. What decides has been made something of.
bool matches(Value item, const ImportStep& by) {
  const Value decides = item.member(by.name);
  const bool fits = by.value.empty() ? is_nothing(decides) : decides.text() == by.value;
  if (fits) decides.mark_read();
  return fits;
}

}  // namespace

Place Places::root(int source, int index) const {
  const Instance& i = instance(source, index);
  Place place;
  place.source = source;
  place.instance = index;
  place.value = i.values;
  place.unknown = i.unknown;
  if (!i.is_former) place.expression = references(source).expressions(i);
  return place;
}

Place Places::member(const Place& place, const std::string& name) const {
  Place inner;
  inner.source = place.source;
  inner.instance = place.instance;
  inner.value = place.value.member(name);
  inner.policy = documents_.policy_text(place.value, name);
  inner.unknown = place.unknown.is_true() ? place.unknown : place.unknown.member(name);
  inner.expression = expression_member(place.expression, name);
  inner.is_hidden = !inner.value && (place.is_hidden || documents_.is_hidden(place.value, name));
  inner.is_unknown = !inner.value && (place.is_unknown || inner.unknown.is_true() || inner.is_hidden);
  inner.is_computed = place.is_computed;
  if (!place.enclosing && place.expression.is_map() && !inner.expression) {
    // Dynamic blocks have no expression either, but their blocks stand in the value.
    inner.is_computed = !inner.value.is_list() || inner.value.size() == 0;
  } else if (place.enclosing && place.expression && !inner.expression) {
    inner.is_computed = true;
  }
  inner.enclosing = std::make_shared<Place>(place);
  return inner;
}

void Places::step(const ImportStep& by, std::vector<Place>& places) const {
  std::vector<Place> next;
  for (Place& place : places) {
    switch (by.kind) {
      case ImportStep::Kind::member: next.push_back(member(place, by.name)); break;
      case ImportStep::Kind::each:
      case ImportStep::Kind::matching: {
        if (place.value.is_list()) {
          const std::vector<Value> items = place.value.items();
          const std::vector<Value> unknown = place.unknown.items();
          const std::vector<Value> expressions = place.expression.items();
          for (std::size_t i = 0; i < items.size(); ++i) {
            Place item = place;
            item.value = items[i];
            item.policy = items[i];
            if (place.unknown.is_list()) item.unknown = i < unknown.size() ? unknown[i] : Value();
            if (place.expression.is_list()) {
              item.expression = expressions.size() == items.size() ? expressions[i] : Value();
            }
            item.is_unknown = !item.value && item.unknown.is_true();
            if (by.kind == ImportStep::Kind::matching && !matches(item.value, by)) continue;
            if (item.value || item.is_unknown) next.push_back(std::move(item));
          }
          // A set with unknown members is longer than what is known of it.
          if (items.empty() && place.unknown.is_true()) next.push_back(place);
        } else if (place.value.is_map()) {
          if (by.kind == ImportStep::Kind::matching && !matches(place.value, by)) break;
          next.push_back(place);  // a single block stands for a list of one
        } else if (place.value.is_scalar()) {
          next.push_back(place);
        } else if (place.is_unknown) {
          const std::vector<Value> expressions = place.expression.items();
          if (expressions.empty()) next.push_back(place);
          for (const Value& expression : expressions) {
            Place item = place;
            item.expression = expression;
            next.push_back(std::move(item));
          }
        }
        break;
      }
      case ImportStep::Kind::up:
        if (place.enclosing) next.push_back(*place.enclosing);
        break;
      case ImportStep::Kind::json: {
        Place inner = place;
        inner.value = place.value.decoded();
        if (!inner.value && !place.is_unknown) break;
        next.push_back(std::move(inner));
        break;
      }
      case ImportStep::Kind::statements: next.push_back(place); break;
    }
  }
  places = std::move(next);
}

std::vector<Place> Places::items(const Place& place) const {
  std::vector<Place> found{place};
  if (place.value.is_list()) step(ImportStep{ImportStep::Kind::each, {}, {}}, found);
  return found;
}

}  // namespace moshimo::models::importing
