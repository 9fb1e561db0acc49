#include "models/import/cloudformation_template.hpp"

namespace moshimo::models::importing {

// `Fn::ForEach::NAME: [variable, collection, body]`: the body once for each, with the variable bound.
void Template::for_each(Value node, const std::function<void(Value)>& run) {
  const std::vector<Value> parts = node.items();
  const auto collection = parts.size() == 3 ? eval(parts[1]) : std::nullopt;
  if (!collection || !parts[0].is_scalar() || !parts[2].is_map()) {
    error(node, "Fn::ForEach has three parts: the name of a variable, a list, and a map that is repeated");
    return;
  }
  const std::string variable(parts[0].text());
  const Bindings outer = bindings_;
  const std::vector<Tree> one{*collection};
  for (const Tree& item : collection->kind == Tree::Kind::list ? collection->children : one) {
    if (!spend()) break;
    bindings_[variable] = item.text;
    run(parts[2]);
  }
  bindings_ = outer;
}

// `${Variable}` and `&{Variable}` of loops; everything else stays.
std::string Template::filled_in(std::string_view text) const {
  std::string out(text);
  for (const auto& [variable, value] : bindings_) {
    for (const std::string& form : {"${" + variable + "}", "&{" + variable + "}"}) {
      for (std::size_t at = out.find(form); at != std::string::npos; at = out.find(form, at + value.size())) {
        out.replace(at, form.size(), value);
      }
    }
  }
  return out;
}

}  // namespace moshimo::models::importing
