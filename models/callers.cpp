#include "models/callers.hpp"

#include <fmt/format.h>

namespace moshimo::models {
namespace {

constexpr std::string_view session = "session";

std::string text_of(World& world, Index component, const char* attribute) {
  Things found(world);
  world.values(component, attribute, *found);
  return found.empty() ? std::string() : std::string(found.front().text());
}

// The role of an instance profile, the user of an access key: what the component is a way of being.
Index behind(World& world, Index component) {
  for (const char* attribute : {"role", "user"}) {
    Things found(world);
    world.values(component, attribute, *found);
    for (const Thing& t : found) {
      if (t.kind == Thing::Kind::component) return t.component;
    }
  }
  return nothing;
}

std::string arn_of(World& world, Index component) {
  const Part& part = world.part(component);
  if (part.aws_name.starts_with("arn:")) return std::string(part.aws_name);
  return world.text(part.type->arn, Scope{component, nullptr, nullptr, nullptr});
}

void add_tags(World& world, KnownCaller& known) {
  const Resource* resource = world.part(known.component).resource;
  const Value* tags = resource ? resource->attributes.find("tags") : nullptr;
  if (!tags) return;
  for (const Value& tag : tags->children) known.caller.keys.set("aws:PrincipalTag/" + tag.key, tag.text);
}

}  // namespace

KnownCaller caller_of(World& world, Index component) {
  const Part& part = world.part(component);
  KnownCaller known;
  known.name = part.name;
  known.component = component;
  if (part.type->name == "iam:role") {
    known.caller =
        iam::role_session(arn_of(world, component), std::string(session), text_of(world, component, "unique_id"));
  } else if (part.type->name == "iam:user") {
    known.caller = iam::user(arn_of(world, component), text_of(world, component, "unique_id"));
  } else if (const Index other = behind(world, component); other != nothing && other != component) {
    known = caller_of(world, other);
    return known;
  }
  add_tags(world, known);
  return known;
}

KnownCaller caller_with_arn(std::string_view arn) {
  KnownCaller known;
  known.name = arn;
  const std::string_view what = iam::arn_part(arn, 5);
  if (what.starts_with("role/"))
    known.caller = iam::role_session(std::string(arn), std::string(session));
  else if (what.starts_with("user/"))
    known.caller = iam::user(std::string(arn));
  else if (what == "root")
    known.caller = iam::root_user(iam::arn_part(arn, 4));
  return known;
}

KnownCaller administrator_of(std::string account) {
  KnownCaller known;
  known.name = "an administrator";
  known.caller = iam::role_session(fmt::format("arn:aws:iam::{}:role/administrator", account), std::string(session));
  return known;
}

}  // namespace moshimo::models
